// <jm-number>: thousands are grouped while one reads, plain while one types; the form sends the plain number.
class NumberInput extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    if (!this.input || this.plain !== undefined) return;
    this.take();
    this.input.addEventListener("focus", () => { this.input.value = this.plain; });
    this.input.addEventListener("input", () => { this.plain = this.input.value; });
    this.input.addEventListener("blur", () => this.take());
    this.input.addEventListener("jm-set", () => this.take());
    this.input.form?.addEventListener("formdata", (event) => {
      if (this.input.name && !this.input.disabled && event.formData.has(this.input.name)) event.formData.set(this.input.name, this.plain);
    });
  }

  take() {
    this.plain = this.input.value;
    if (document.activeElement !== this.input) this.input.value = grouped(this.plain);
  }
}

/** 1234567.5 → 1,234,567.5; anything else stays as it is. */
export function grouped(text) {
  const found = /^(-?)(\d{4,})(\.\d*)?$/.exec(text.trim());
  return found ? `${found[1]}${found[2].replace(/\B(?=(\d{3})+$)/g, ",")}${found[3] ?? ""}` : text;
}

customElements.define("jm-number", NumberInput);
