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

// <jm-region src>: a chain of selects (country, region, city, district); each asks for the children of the one before.
class Region extends HTMLElement {
  connectedCallback() {
    this.selects = [...this.querySelectorAll("select[data-level]")];
    this.selects.forEach((select, at) => select.addEventListener("change", () => this.fill(at + 1)));
  }

  async fill(at) {
    const select = this.selects[at];
    if (!select) return;
    const url = new URL(this.getAttribute("src"), window.location.href);
    this.selects.slice(0, at).forEach((one) => url.searchParams.append(one.dataset.level, one.value));
    url.searchParams.set("level", select.dataset.level);
    const answer = await ask(url);
    const options = answer.ok ? (await answer.json()).options : [];
    select.replaceChildren(new Option("", ""), ...options.map((option) => new Option(option.text, option.value)));
    this.fill(at + 1);
  }
}

customElements.define("jm-rich", Rich);
customElements.define("jm-drop", Drop);
customElements.define("jm-here", Here);
customElements.define("jm-region", Region);
