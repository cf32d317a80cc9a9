// <jm-columns>: which columns are shown, in what order, how many stay in sight; and widths, dragged at the heads.
// Kept for the person and the list, without saving the list.
import { t } from "./texts.js";
import { toast } from "./shell.js";
import { data, keep, make, select, sortable } from "./list-page.js";
import { pick } from "./list-picker.js";

const MOST_FROZEN = 4;

class Columns extends HTMLElement {
  connectedCallback() {
    this.columns = [...(data.columns ?? [])];
    this.freeze = data.freeze ?? 1;
    this.closest(".list-panel").addEventListener("jm-open", () => this.draw());
  }

  draw() {
    const list = make("ol", { class: "order-list" }, ...this.columns.map((column, at) => this.entry(column, at)));
    sortable(list, () => {
      const order = [...list.children].map((entry) => entry.dataset.path);
      this.columns.sort((a, b) => order.indexOf(a[0]) - order.indexOf(b[0]));
    });
    const add = make("button", { class: "chip", mark: "plus", text: t("Column"), "aria-expanded": "false",
      onclick: () => pick(add, "column", (entry) => { this.columns.push([entry.path, entry.full]); this.draw(); this.querySelector(".btn-primary").focus(); }, this.columns.map(([path]) => path)) });
    const frozen = Array.from({ length: MOST_FROZEN + 1 }, (_, n) => [String(n), t("Stay in sight: {n}", { n })]);
    this.replaceChildren(list, make("div", { class: "panel-foot" }, add, select(frozen, String(this.freeze), t("Columns that stay in sight"), (n) => { this.freeze = Number(n); }),
      make("button", { class: "btn btn-primary", text: t("Apply"), onclick: () => this.save({ columns: this.columns.map(([path]) => path), freeze: this.freeze }) }),
      make("button", { class: "btn", text: t("As the list has it"), onclick: () => this.save({}) })));
  }

  entry([path, label], at) {
    return make("li", { draggable: "true", "data-path": path },
      make("button", { class: "order-handle", mark: "grip-vertical", "aria-label": t("Move {label}: Alt and the arrow keys", { label }) }),
      make("span", { class: "order-name", text: label }),
      this.columns.length > 1 && make("button", { class: "icon-button", mark: "eye-off", "aria-label": t("Hide {label}", { label }), onclick: () => { this.columns.splice(at, 1); this.draw(); } }));
  }

  async save(looks) {
    if (await keep(looks)) window.location.reload();
    else toast(t("This could not be kept. Try again."), { error: true });
  }
}

// Widths and frozen columns live in a style sheet of their own: new rows take part in them, and the policy allows it.
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
const cells = (name) => `.list-table > * > tr > [data-field="${CSS.escape(name)}"]`;

function lay() {
  const heads = [...document.querySelectorAll(".list-table thead th[data-field]")];
  const rules = Object.entries(data.widths ?? {}).map(([name, width]) => `${cells(name)}{min-width:${width}px;max-width:${width}px;width:${width}px}`);
  sheet.replaceSync(`@media (min-width: 701px) {${rules.join("")}}`);
  let left = 0;
  const frozen = heads.slice(0, data.freeze ?? 1).map((head) => {
    const rule = `${cells(head.dataset.field)}{position:sticky;inset-inline-start:${left}px;z-index:1}.list-table thead th[data-field="${CSS.escape(head.dataset.field)}"]{z-index:3}`;
    left += head.getBoundingClientRect().width;
    return rule;
  });
  sheet.replaceSync(`@media (min-width: 701px) {${rules.join("")}${frozen.join("")}}`);
}

function handles() {
  for (const head of document.querySelectorAll(".list-table thead th[data-field]")) {
    const handle = make("span", { class: "col-resize", role: "separator", tabindex: "0", "aria-orientation": "vertical", "aria-label": t("Width of {label}", { label: head.textContent.trim() }),
      "aria-valuenow": Math.round(head.getBoundingClientRect().width), "aria-valuemin": "60", "aria-valuemax": "800" });
    handle.addEventListener("pointerdown", (event) => drag(event, head, handle));
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      put(head, handle, head.getBoundingClientRect().width + step);
      later();
    });
    head.append(handle);
  }
}

function put(head, handle, width) {
  const fitting = Math.round(Math.min(800, Math.max(60, width)));
  data.widths = { ...data.widths, [head.dataset.field]: fitting };
  handle.setAttribute("aria-valuenow", fitting);
  lay();
}

function drag(event, head, handle) {
  event.preventDefault();
  const start = event.clientX - head.getBoundingClientRect().width;
  const move = (moved) => put(head, handle, moved.clientX - start);
  handle.setPointerCapture(event.pointerId);
  handle.addEventListener("pointermove", move);
  handle.addEventListener("pointerup", () => { handle.removeEventListener("pointermove", move); later(); }, { once: true });
}

let timer;
function later() {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => keep({ widths: data.widths }), 400);
}

if (data.object) {
  lay();
  handles();
}
customElements.define("jm-columns", Columns);
