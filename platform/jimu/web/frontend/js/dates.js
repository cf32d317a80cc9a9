// <jm-date>: a day or a moment, typed as one says it or picked from the browser's own calendar. On phones the browser's
// control stands alone: its wheels are better than any keyboard.
import { iconButton } from "./pieces.js";
import { nowIn, understand } from "./natural.js";
import { t } from "./texts.js";

class DateInput extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    if (!this.input || this.picker || window.matchMedia("(pointer: coarse)").matches) return;
    this.withTime = this.input.type === "datetime-local";
    this.picker = document.createElement("input");
    Object.assign(this.picker, { type: this.input.type, tabIndex: -1, className: "date-picker", step: this.input.step });
    this.picker.dataset.quiet = "";
    this.picker.setAttribute("aria-hidden", "true");
    const value = this.input.value;
    this.input.type = "text";
    this.input.autocomplete = "off";
    this.input.value = shown(value);
    this.input.placeholder = this.withTime ? t("Tomorrow 9:00, +2h …") : t("Tomorrow, +3d, Friday …");
    const opener = iconButton("calendar", t("Open the calendar"), () => this.open());
    this.append(this.picker, opener);
    this.picker.addEventListener("change", () => this.put(this.picker.value));
    this.input.addEventListener("blur", () => this.settle());
    this.input.addEventListener("jm-settle", () => this.settle());
    this.input.addEventListener("jm-set", () => { this.input.value = shown(this.input.value); });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && event.altKey) { event.preventDefault(); this.open(); }
      if (event.key === "Enter") this.settle();
    });
    this.input.form?.addEventListener("formdata", (event) => this.translate(event.formData));
  }

  open() {
    if (this.input.disabled) return;
    this.picker.value = this.meant() ?? "";
    try { this.picker.showPicker(); } catch { this.picker.focus(); }
  }

  meant() {
    const zone = this.closest("jm-form")?.getAttribute("zone") ?? "";
    return understand(this.input.value.replace("T", " "), nowIn(zone), this.withTime);
  }

  /** What was said becomes the day that is meant. */
  settle() {
    const meant = this.meant();
    if (meant && shown(meant) !== this.input.value) this.put(meant);
  }

  put(value) {
    this.input.value = shown(value);
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** The server gets the day, whatever was said. */
  translate(data) {
    const meant = this.input.name && !this.input.disabled ? this.meant() : null;
    if (meant) data.set(this.input.name, meant);
  }
}

const shown = (value) => value.replace("T", " ");

customElements.define("jm-date", DateInput);
