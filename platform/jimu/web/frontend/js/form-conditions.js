// Which fields of a form are shown and needed, judged in the page with every key: the server's answer comes later and
// says the same (`web/pages/live_conditions.py`). What is not known here is left to it.
import { evaluate, numberOf, Unknown } from "./formulas.js";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export class Conditions {
  constructor(form, live, spec) {
    this.form = form;
    this.live = live;
    this.spec = spec;
    this.data = null;
  }

  /** Judge everything on what stands in the controls now. */
  apply() {
    this.data = new FormData(this.form);
    for (const [name, { visible, required }] of Object.entries(this.spec.fields)) {
      for (const field of this.form.querySelectorAll(`[data-field="${CSS.escape(name)}"]`)) {
        this.show(field, name, this.judge(visible));
        this.need(field, this.judge(required));
      }
    }
    for (const section of this.form.querySelectorAll("[data-section]")) {
      const isShown = this.judge(this.spec.sections[section.dataset.section]);
      const hasFields = [...section.querySelectorAll("[data-field]")].some((field) => !field.hidden);
      if (isShown !== null) section.hidden = !isShown || !hasFields;
    }
  }

  show(field, name, isShown) {
    if (isShown === null || field.hidden === !isShown) return;
    field.hidden = !isShown;
    this.live.known.delete(name);
    this.live.lock(field, !isShown || Boolean(this.live.locked?.has(name)));
  }

  need(field, isNeeded) {
    if (isNeeded === null) return;
    field.querySelector(".needed")?.toggleAttribute("hidden", !isNeeded);
    const control = field.querySelector("input, select, textarea");
    if (isNeeded) control?.setAttribute("aria-required", "true");
    else control?.removeAttribute("aria-required");
  }

  /** true, false, or null for what only the server knows. */
  judge(tree) {
    if (!tree) return null;
    try {
      return evaluate(tree, (name) => this.value(name)) === true;
    } catch (error) {
      if (error instanceof Unknown) return null;
      throw error;
    }
  }

  value(name) {
    const [kind, scale] = this.spec.reads[name] ?? [];
    const controls = this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`);
    if (!kind || !controls.length || [...controls].some((control) => control.disabled)) throw new Unknown(name);
    if (kind === "boolean") return this.data.has(name);
    const values = this.data.getAll(name).filter((text) => text !== "");
    if (!values.length) return null;
    if (kind === "texts") return values;
    return this.read(kind, scale, String(values[0]));
  }

  read(kind, scale, text) {
    if (kind === "date" && !DAY.test(text)) throw new Unknown(text);
    if (kind === "text" && (text !== text.trim() || text !== text.normalize("NFC") || /\p{Cc}/u.test(text))) throw new Unknown(text);
    if (kind !== "number") return text;
    const number = numberOf(text);
    if (number.scale > scale) throw new Unknown(text);
    return number;
  }
}

/** The conditions that stand in the page beside `form`; null where there are none. */
export function conditionsOf(host, form, live) {
  const spec = host.querySelector("script[data-conditions]");
  return spec ? new Conditions(form, live, JSON.parse(spec.textContent)) : null;
}
