// <jm-run src>: follows what goes on in the background, until it is over. With "reload" the page is shown anew then.
import { ask } from "./texts.js";

const OFTEN = 1000;

class Run extends HTMLElement {
  connectedCallback() {
    if (this.hasAttribute("data-running")) this.timer = window.setTimeout(() => this.look(), OFTEN);
  }

  disconnectedCallback() { window.clearTimeout(this.timer); }

  async look() {
    const answer = document.hidden ? null : await ask(this.getAttribute("src")).catch(() => null);
    if (answer?.ok) this.innerHTML = await answer.text();
    if (this.querySelector('[data-state="running"]')) this.timer = window.setTimeout(() => this.look(), OFTEN);
    else if (this.hasAttribute("reload")) window.location.reload();
  }
}

customElements.define("jm-run", Run);
