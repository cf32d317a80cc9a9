// <jm-form>: asks the server, as one types, which fields are shown, needed, locked and computed; keeps drafts; warns on leaving.
import * as drafts from "./drafts.js";
import { icon, t, ask } from "./texts.js";

const WAIT = 350;

class RecordForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.key = `jimu-draft:${this.getAttribute("draft")}`;
    this.isDirty = this.hasAttribute("dirty");
    this.form.addEventListener("input", (event) => this.changed(event));
    this.form.addEventListener("change", (event) => this.changed(event));
    this.form.addEventListener("submit", (event) => this.leave(event));
    this.onLeave = (event) => { if (this.isDirty) event.preventDefault(); };
    window.addEventListener("beforeunload", this.onLeave);
    this.form.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "Enter") this.form.requestSubmit();
    });
    if (!this.hasAttribute("dirty")) this.offerDraft();
    this.focusError();
  }

  disconnectedCallback() {
    window.removeEventListener("beforeunload", this.onLeave);
    this.asking?.abort();
  }

  changed(event) {
    if (event.target.dataset.quiet !== undefined || !event.isTrusted && !event.target.closest("[data-live]")) return;
    this.isDirty = true;
    this.say(t("Not saved yet"));
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => { drafts.keep(this.key, this.form); this.refresh(); }, WAIT);
  }

  leave(event) {
    if (this.isSending) { event.preventDefault(); return; }
    this.isSending = true;
    drafts.keep(this.key, this.form);
    this.isDirty = false;
    this.say(t("Saving…"));
    window.setTimeout(() => { this.isSending = false; }, 4000);
  }

  say(text) {
    const place = this.querySelector(".form-state");
    if (place) place.textContent = text;
  }

  focusError() {
    const first = this.querySelector(".error-summary a[href^='#']");
    if (!first) return;
    const field = document.getElementById(first.hash.slice(1));
    field?.closest("details")?.setAttribute("open", "");
    (field?.matches("input, select, textarea") ? field : field?.querySelector("input, select, textarea, [tabindex]"))?.focus();
  }

  // --- live state ----------------------------------------------------------------------------------------------------

  async refresh() {
    this.asking?.abort();
    this.asking = new AbortController();
    const body = new FormData(this.form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    let answer;
    try {
      answer = await ask(this.getAttribute("state"), { method: "POST", body, signal: this.asking.signal });
    } catch {
      return; // aborted by newer input, or offline: the server judges again when it is saved
    }
    if (answer.status === 401) { this.say(t("You have been logged out. What you typed is kept in this browser.")); return; }
    if (answer.ok) this.show(await answer.json());
  }

  show(state) {
    for (const [name, now] of Object.entries(state.fields)) {
      const field = this.querySelector(`[data-field="${CSS.escape(name)}"]`);
      if (field) this.showField(field, now);
    }
    for (const section of this.querySelectorAll("[data-section]")) {
      section.hidden = state.hidden_sections.includes(section.dataset.section)
        || ![...section.querySelectorAll("[data-field]")].some((field) => !field.hidden);
    }
  }

  showField(field, now) {
    field.hidden = !now.visible;
    field.querySelector(".needed")?.toggleAttribute("hidden", !now.required);
    for (const control of field.querySelectorAll("input, select, textarea, button")) {
      if (control.closest(".ts-wrapper") && !control.matches("select")) continue;
      control.disabled = !now.visible || now.read_only;
      if (control.tomselect) control.disabled ? control.tomselect.disable() : control.tomselect.enable();
    }
    const output = field.querySelector("[data-computed]");
    if (output && now.text !== undefined) output.textContent = now.text || "–";
    if (now.choices) field.querySelector("select")?.dispatchEvent(new CustomEvent("jm-choices", { detail: now.choices }));
  }

  // --- drafts ----------------------------------------------------------------------------------------------------------

  offerDraft() {
    const draft = drafts.find(this.key);
    if (!draft || !this.differs(draft)) return;
    const notice = document.createElement("div");
    notice.className = "notice";
    notice.setAttribute("role", "status");
    const when = new Date(draft.at).toLocaleString(document.documentElement.lang);
    const text = document.createElement("span");
    text.textContent = t("You typed something here on {when} and did not save it.", { when });
    notice.append(icon("history"), text, this.button(t("Go on with it"), "btn btn-primary btn-sm", () => { this.restore(draft); notice.remove(); }),
      this.button(t("Drop it"), "btn btn-sm", () => { drafts.drop(this.key); notice.remove(); }));
    this.prepend(notice);
  }

  button(text, style, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = style;
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  }

  values() {
    const now = new Map();
    for (const [name, value] of new FormData(this.form)) {
      if (!(value instanceof File)) now.set(name, [...(now.get(name) ?? []), value]);
    }
    return now;
  }

  differs(draft) {
    const now = this.values();
    const kept = group(draft.values);
    return [...kept].some(([name, values]) => (now.get(name) ?? []).join("\n") !== values.join("\n"));
  }

  restore(draft) {
    for (const [name, values] of group(draft.values)) {
      const controls = [...this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
      controls.forEach((control, at) => put(control, values, at));
    }
    this.isDirty = true;
    this.refresh();
  }
}

function group(pairs) {
  const by = new Map();
  for (const [name, value] of pairs) by.set(name, [...(by.get(name) ?? []), value]);
  return by;
}

function put(control, values, at) {
  if (control.type === "checkbox" || control.type === "radio") control.checked = values.includes(control.value);
  else if (control.tomselect) {
    for (const value of values) control.tomselect.addOption({ value, text: control.tomselect.options[value]?.text ?? value });
    control.tomselect.setValue(control.multiple ? values : values[0] ?? "", true);
  } else if (control.multiple) for (const option of control.options) option.selected = values.includes(option.value);
  else if (control.type !== "file") {
    control.value = values[at] ?? "";
    control.dispatchEvent(new CustomEvent("jm-set"));
  }
}

customElements.define("jm-form", RecordForm);

// After a save the next page says which draft is done with.
const saved = document.querySelector("meta[name='saved-draft']")?.content;
if (saved) drafts.drop(`jimu-draft:${saved}`);
