// Administration: what a form that takes a while says meanwhile, and ticking rows.
import { t } from "./texts.js";

// A form that may take a while says so, and cannot be sent twice.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-busy]");
  if (!form) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  const button = form.querySelector("button:not([type=button])");
  const state = form.querySelector("[data-busy-state]");
  const begun = Date.now();
  button.setAttribute("aria-disabled", "true");
  button.classList.add("is-busy");
  const tell = () => { if (state) state.textContent = `${form.dataset.busy} ${t("{n} s", { n: Math.round((Date.now() - begun) / 1000) })}`; };
  tell();
  window.setInterval(tell, 1000);
});

// Back from the browser's memory: the form may be sent again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// <jm-ticks>: actions on the rows that are ticked; without a tick they rest.
class Ticks extends HTMLElement {
  connectedCallback() {
    this.all = this.querySelector("[data-tick-all]");
    this.addEventListener("change", (event) => {
      if (event.target === this.all) for (const box of this.boxes) box.checked = this.all.checked;
      this.show();
    });
    this.show();
  }

  get boxes() {
    return [...this.querySelectorAll("[data-tick]")];
  }

  show() {
    const boxes = this.boxes;
    const ticked = boxes.filter((box) => box.checked).length;
    if (this.all) {
      this.all.checked = ticked > 0 && ticked === boxes.length;
      this.all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
    for (const action of this.querySelectorAll("[data-tick-action]")) {
      if (action.tagName === "BUTTON") action.disabled = ticked === 0;
      else action.hidden = ticked === 0;
    }
  }
}

customElements.define("jm-ticks", Ticks);
