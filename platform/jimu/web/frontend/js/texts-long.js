// Long texts grow with what is typed, tell when they near their limit; JSON is checked as one types.
import { element } from "./pieces.js";
import { t } from "./texts.js";

const NEAR = 0.85;
const TALL = 480;

function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.blockSize = "auto";
  area.style.blockSize = `${Math.min(area.scrollHeight + 2, TALL)}px`;
}

function count(control) {
  const most = Number(control.getAttribute("maxlength"));
  const used = control.value.length;
  const field = control.closest(".field");
  let place = field?.querySelector(".field-count");
  if (!most || !field || used < most * NEAR) { place?.remove(); return; }
  if (!place) {
    place = element("div", "field-count");
    place.setAttribute("aria-live", "polite");
    control.closest("jm-json, .input-unit")?.after(place) ?? control.after(place);
  }
  place.classList.toggle("is-near", used >= most);
  place.textContent = t("{used} of {most} characters", { used, most });
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("textarea[data-grow]")) grow(event.target);
  if (event.target.matches?.("[maxlength]")) count(event.target);
});

class Json extends HTMLElement {
  connectedCallback() {
    this.area = this.querySelector("textarea");
    if (!this.area || this.state) return;
    this.state = element("div", "field-echo");
    this.state.setAttribute("aria-live", "polite");
    this.append(this.state);
    this.area.addEventListener("input", () => this.check());
    this.area.addEventListener("blur", () => this.tidy());
  }

  read() {
    try {
      return { value: JSON.parse(this.area.value) };
    } catch (error) {
      return { error: error.message };
    }
  }

  check() {
    const { error } = this.area.value.trim() ? this.read() : {};
    this.state.textContent = error ? t("This is no JSON yet: {problem}", { problem: error }) : "";
  }

  /** What is right is put in order, so that it can be read. Numbers that a script cannot hold are left as typed. */
  tidy() {
    const { value, error } = this.area.value.trim() ? this.read() : { error: "" };
    if (error !== undefined || /\d{16,}/.test(this.area.value)) return;
    const text = JSON.stringify(value, null, 2);
    if (text === this.area.value) return;
    this.area.value = text;
    grow(this.area);
  }
}

customElements.define("jm-json", Json);
