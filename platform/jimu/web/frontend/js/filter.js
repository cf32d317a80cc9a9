// <jm-filter>: a condition built by clicking (field, operator, value); and a formula that is checked while it is typed.
import { ask, t } from "./texts.js";

class FilterBuilder extends HTMLElement {
  connectedCallback() {
    this.fields = JSON.parse(document.getElementById(this.getAttribute("fields")).textContent);
    [this.field, this.operator] = this.querySelectorAll("select");
    this.place = this.querySelector("[data-value]");
    this.field.addEventListener("change", () => this.showOperators());
    this.operator.addEventListener("change", () => this.showValue());
    this.closest("form").addEventListener("submit", () => this.compose());
    this.showOperators();
  }

  get chosen() {
    return this.fields[this.field.value];
  }

  showOperators() {
    this.operator.replaceChildren(...this.chosen.operators.map(([value, text]) => new Option(text, value)));
    this.showValue();
  }

  showValue() {
    const operator = this.operator.value;
    const count = /blank$|^is_(true|false)$|^(today|this_|last_|next_|me$)/.test(operator) ? 0 : operator === "between" ? 2 : 1;
    this.place.replaceChildren(...Array.from({ length: count }, (_, at) => this.control(at)));
  }

  control(at) {
    const { input, choices, label } = this.chosen;
    let control;
    if (choices) {
      control = document.createElement("select");
      control.multiple = /in$/.test(this.operator.value);
      control.className = "form-select";
      control.append(...choices.map(([value, text]) => new Option(text, value)));
    } else {
      control = document.createElement("input");
      control.className = "form-control";
      control.type = /^days_/.test(this.operator.value) ? "number" : input;
      if (input === "number") control.step = "any";
    }
    control.dataset.part = at;
    control.setAttribute("aria-label", at ? t("{field}: up to", { field: label }) : label);
    return control;
  }

  compose() {
    const values = [...this.place.querySelectorAll("[data-part]")].flatMap((control) =>
      control.multiple ? [...control.selectedOptions].map((option) => option.value) : [control.value]);
    const hidden = this.querySelector("input[name=f]");
    const isWhole = values.every((value) => value !== "") && (this.place.childElementCount === 0 || values.length > 0);
    hidden.disabled = !isWhole;
    hidden.value = JSON.stringify([this.field.value, this.operator.value, ...values]);
  }
}

class FormulaInput extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input, textarea");
    const state = this.querySelector(".formula-state");
    input.addEventListener("input", () => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.check(input, state), 300);
    });
  }

  async check(input, state) {
    if (!input.value.trim()) { state.textContent = ""; state.classList.remove("is-wrong"); return; }
    const url = new URL(this.getAttribute("src"), window.location.href);
    url.searchParams.set("where", input.value);
    const answer = await ask(url).catch(() => null);
    if (!answer?.ok) return;
    const { problems } = await answer.json();
    state.classList.toggle("is-wrong", problems.length > 0);
    state.textContent = problems.length ? problems.join(" ") : t("This filter can be used.");
    input.setAttribute("aria-invalid", problems.length > 0);
  }
}

customElements.define("jm-filter", FilterBuilder);
customElements.define("jm-formula", FormulaInput);
