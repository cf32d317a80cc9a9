// Small widgets: files by drag and drop, place from the device, regions one after the other, the rich text editor on demand.
import { ask, t } from "./texts.js";
import { toast } from "./shell.js";

class Rich extends HTMLElement {
  async connectedCallback() {
    const { start } = await import("./rich.js");
    this.editor = start(this);
  }

  disconnectedCallback() {
    this.editor?.destroy();
  }
}

class Drop extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input[type=file]");
    const box = this.querySelector(".file-drop");
    for (const kind of ["dragenter", "dragover"]) box.addEventListener(kind, (event) => { event.preventDefault(); box.classList.add("is-over"); });
    for (const kind of ["dragleave", "drop"]) box.addEventListener(kind, () => box.classList.remove("is-over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

class Here extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("[data-here]");
    if (!navigator.geolocation) { button.hidden = true; return; }
    button.addEventListener("click", () => navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.put(coords),
      () => toast(t("The device does not tell where it is."), { error: true }),
    ));
  }

  put(coords) {
    const [latitude, longitude] = this.querySelectorAll("input");
    latitude.value = coords.latitude.toFixed(6);
    longitude.value = coords.longitude.toFixed(6);
    longitude.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// <jm-region country src>: where the country has a tree of regions, selects from the outermost level in stand over the
// text field, which keeps the innermost code chosen; elsewhere the region is typed.
class Region extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.country = this.closest("form").elements[this.getAttribute("country")];
    this.box = document.createElement("div");
    this.box.className = "d-grid gap-2";
    this.append(this.box);
    this.country?.addEventListener("change", () => { this.input.value = ""; this.start(); });
    this.start();
  }

  async start() {
    this.box.replaceChildren();
    const first = await this.children("");
    this.input.hidden = first.options.length > 0;
    if (!first.options.length) return;
    const path = await this.path(this.input.value);
    this.level(first, path);
  }

  async children(inside) {
    const url = new URL(this.getAttribute("src"), window.location.href);
    url.searchParams.set("country", this.country?.value ?? "");
    url.searchParams.set("inside", inside);
    const answer = await ask(url).catch(() => null);
    return answer?.ok ? answer.json() : { options: [], levels: [] };
  }

  async path(code) {
    if (!code) return [];
    const url = new URL(this.getAttribute("src"), window.location.href);
    url.searchParams.set("country", this.country?.value ?? "");
    url.searchParams.set("path", code);
    const answer = await ask(url).catch(() => null);
    return answer?.ok ? (await answer.json()).path : [];
  }

  level({ options, levels }, path) {
    const depth = this.box.childElementCount;
    const select = document.createElement("select");
    select.className = "form-select";
    select.dataset.quiet = "";
    select.setAttribute("aria-label", levels[depth] ?? "");
    select.append(new Option(levels[depth] ?? "", ""), ...options.map(({ value, text }) => new Option(text, value)));
    select.value = path[0] ?? "";
    select.addEventListener("change", () => this.chosen(select, path));
    this.box.append(select);
    if (path[0]) this.deeper(select, path.slice(1));
  }

  async deeper(select, path) {
    const next = await this.children(select.value);
    if (next.options.length) this.level(next, path);
  }

  chosen(select) {
    while (select.nextElementSibling) select.nextElementSibling.remove();
    this.input.value = select.value || select.previousElementSibling?.value || "";
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
    if (select.value) this.deeper(select, []);
  }
}

customElements.define("jm-rich", Rich);
customElements.define("jm-drop", Drop);
customElements.define("jm-here", Here);
customElements.define("jm-region", Region);
