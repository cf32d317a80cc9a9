// <jm-mapping>: the columns of an import. What is chosen is kept at once; another field brings its own questions.
import { toast } from "./shell.js";
import { ask, t } from "./texts.js";

/** A field without a value, or the other way, says nothing yet: what came back would have forgotten it. */
function isHalf(pair) {
  const filled = pair ? [...pair.querySelectorAll("select, input")].map((one) => one.value.trim() !== "") : [];
  return filled.includes(true) && filled.includes(false);
}

class Mapping extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.waiting = Promise.resolve();
    this.addEventListener("change", (event) => this.keep(event.target));
  }

  /** One after the other, so that the last answer is the one that stays. */
  keep(target) {
    if (isHalf(target.closest("[data-pair]"))) return;
    this.waiting = this.waiting.then(() => this.send(target)).catch(() => toast(t("No connection."), { error: true }));
  }

  async send(target) {
    const body = new URLSearchParams(new FormData(this.form));
    body.set("_step", "stay");
    const answer = await ask(this.getAttribute("action"), { method: "POST", body });
    if (!answer.ok) { toast(t("It could not be saved."), { error: true }); return; }
    const { id } = target, top = target.getBoundingClientRect().top;
    this.form.innerHTML = await answer.text();
    const again = id && document.getElementById(id);
    if (!again) return;
    again.focus({ preventScroll: true });
    window.scrollBy(0, again.getBoundingClientRect().top - top);
  }
}

customElements.define("jm-mapping", Mapping);
