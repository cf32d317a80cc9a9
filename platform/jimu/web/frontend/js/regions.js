// <jm-region country src>: where the country has a tree of regions, the region is found by typing any part of the way or
// by selects from the outermost level in; the text field keeps the innermost code. Elsewhere the region is typed.
import { combo } from "./combo.js";
import { element } from "./pieces.js";
import { ask, t } from "./texts.js";

class Region extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    if (!this.input || this.box) return;
    this.country = this.closest("form").elements[this.getAttribute("country")];
    this.box = element("div", "region-levels");
    this.append(this.box);
    this.country?.addEventListener("change", () => { this.input.value = ""; this.start(); });
    this.input.addEventListener("jm-set", () => this.start());
    this.start();
  }

  async ask(values) {
    const url = new URL(this.getAttribute("src"), window.location.href);
    for (const [name, value] of Object.entries({ country: this.country?.value ?? "", ...values })) url.searchParams.set(name, value);
    const answer = await ask(url).catch(() => null);
    return answer?.ok ? answer.json() : { options: [], levels: [], path: [] };
  }

  async start() {
    const first = await this.ask({ inside: "" });
    this.box.replaceChildren();
    this.input.hidden = first.options.length > 0;
    if (!first.options.length) return;
    this.box.append(this.search());
    const path = this.input.value ? (await this.ask({ path: this.input.value })).path : [];
    this.level(first, path);
  }

  search() {
    const url = new URL(this.getAttribute("src"), window.location.href);
    url.searchParams.set("country", this.country?.value ?? "");
    const made = combo(url.href, "", async (option) => {
      if (!option) return;
      this.input.value = option.value;
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
      made.show("");
      this.start();
    });
    made.input.className = "form-control";
    made.input.placeholder = t("Type a city or district");
    made.input.setAttribute("aria-label", t("Type a city or district"));
    return made.root;
  }

  level({ options, levels }, path) {
    const depth = this.box.querySelectorAll("select").length;
    const select = element("select", "form-select");
    select.dataset.quiet = "";
    select.setAttribute("aria-label", levels[depth] ?? "");
    select.append(new Option(levels[depth] ?? "", ""), ...options.map(({ value, text }) => new Option(text, value)));
    select.value = path[0] ?? "";
    select.addEventListener("change", () => this.chosen(select));
    this.box.append(select);
    if (path[0]) this.deeper(select, path.slice(1));
  }

  async deeper(select, path) {
    const next = await this.ask({ inside: select.value });
    if (next.options.length && select.isConnected) this.level(next, path);
  }

  chosen(select) {
    while (select.nextElementSibling) select.nextElementSibling.remove();
    const before = select.previousElementSibling;
    this.input.value = select.value || (before?.matches("select") ? before.value : "");
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
    if (select.value) this.deeper(select, []);
  }
}

customElements.define("jm-region", Region);
