// The live state of a form: the server judges what is shown, needed, locked, computed and wrong; only what changed is
// put into the page. Answers that are overtaken by newer input are dropped.
import { showProblem } from "./form-problems.js";
import { ask, t } from "./texts.js";

export class LiveState {
  constructor(host, form) {
    this.host = host;
    this.form = form;
    this.url = host.getAttribute("state");
    this.known = new Map();
    this.touched = new Set();
    this.locked = new Set([...form.querySelectorAll("[data-field]:not([hidden])")]
      .filter((field) => field.querySelector("input:disabled, select:disabled, textarea:disabled")).map((field) => field.dataset.field));
    this.asked = 0;
  }

  /** A control was left with another value: from now on its problems are told while one goes on. */
  touch(control) {
    const field = control.closest("[data-field]")?.dataset.field;
    if (field) this.touched.add(field);
  }

  stop() {
    this.asked += 1;
    this.asking?.abort();
  }

  async ask() {
    if (!this.url) return;
    this.stop();
    const number = this.asked;
    this.asking = new AbortController();
    const body = new FormData(this.form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    let answer;
    try {
      answer = await ask(this.url, { method: "POST", body, signal: this.asking.signal });
    } catch {
      return; // overtaken by newer input, or offline: the server judges again when it is saved
    }
    if (answer.status === 401) this.host.say?.(t("You have been logged out. What you typed is kept in this browser."));
    if (!answer.ok) return;
    const state = await answer.json().catch(() => null);
    if (state && number === this.asked) this.show(state);
  }

  show(state) {
    for (const [name, now] of Object.entries(state.fields)) {
      const told = JSON.stringify(now);
      if (this.known.get(name) === told && !now.problem && !this.touched.has(name)) continue;
      this.known.set(name, told);
      this.locked[now.read_only && !now.kept ? "add" : "delete"](name);
      for (const field of this.form.querySelectorAll(`[data-field="${CSS.escape(name)}"]`)) this.showField(field, name, now);
    }
    for (const section of this.form.querySelectorAll("[data-section]")) {
      section.hidden = state.hidden_sections.includes(section.dataset.section)
        || ![...section.querySelectorAll("[data-field]")].some((field) => !field.hidden);
    }
    this.host.dispatchEvent(new CustomEvent("jm-state", { detail: state, bubbles: true }));
  }

  showField(field, name, now) {
    field.hidden = !now.visible;
    field.querySelector(".needed")?.toggleAttribute("hidden", !now.required);
    const control = field.querySelector("input, select, textarea");
    if (control && now.required) control.setAttribute("aria-required", "true");
    else control?.removeAttribute("aria-required");
    this.lock(field, !now.visible || (now.read_only && !now.kept));
    this.hold(field, Boolean(now.read_only && now.kept));
    const output = field.querySelector("[data-computed]");
    if (output && now.text !== undefined && output.textContent !== now.text) {
      output.textContent = now.text || "–";
      output.dataset.fresh = "";
      window.setTimeout(() => delete output.dataset.fresh, 900);
    }
    if (now.echo !== undefined) this.echo(field, now.echo);
    if (now.choices) field.querySelector("select")?.dispatchEvent(new CustomEvent("jm-choices", { detail: now.choices }));
    if (this.touched.has(name) || field.classList.contains("has-errors")) showProblem(field, now.problem ? [now.problem] : []);
  }

  /** A field that what was typed elsewhere locks: nobody gets into it, but what stands in it is sent. */
  hold(field, isHeld) {
    field.classList.toggle("is-held", isHeld);
    for (const part of field.children) if (!part.matches("label, .field-held")) part.inert = isHeld;
    let note = field.querySelector(".field-held");
    if (!note && isHeld) {
      note = document.createElement("div");
      note.className = "field-echo field-held";
      note.setAttribute("role", "status");
      field.append(note);
    }
    if (note) note.textContent = isHeld ? t("Locked by a rule") : "";
  }

  lock(field, isLocked) {
    for (const control of field.querySelectorAll("input, select, textarea, button")) {
      if (control.closest(".ts-wrapper, [data-quiet]") && !control.matches("select")) continue;
      if (control.disabled === isLocked) continue;
      control.disabled = isLocked;
      if (control.tomselect) control.tomselect[isLocked ? "disable" : "enable"]();
    }
  }

  echo(field, text) {
    let place = field.querySelector(".field-echo");
    if (!place && text) {
      place = document.createElement("div");
      place.className = "field-echo";
      place.setAttribute("aria-live", "polite");
      (field.querySelector(".field-help, .field-errors") ?? field.lastElementChild).before(place);
      if (!field.querySelector(".field-help, .field-errors")) field.append(place);
    }
    if (place) place.textContent = text;
  }
}
