// <jm-filter>: the filter as conditions in groups, kept in step with the formula below it. The tree is the server's:
// a condition is [path, operator, …values], a group {all|any|none: […]}.
import { t } from "./texts.js";
import { data, fetched, go, make, select } from "./list-page.js";
import { fields, pick } from "./list-picker.js";
import { valueControl } from "./list-values.js";

const MOST_DEPTH = 3;
const how = (group) => Object.keys(group)[0];
const items = (group) => group[how(group)];
const grouped = (tree) => (tree && !Array.isArray(tree) && how(tree) ? tree : { all: tree ? [tree] : [] });

class Filter extends HTMLElement {
  connectedCallback() {
    this.input = document.getElementById("where");
    this.state = document.getElementById("where-state");
    this.known = { fields: {}, titles: {} };
    this.tree = data.tree === null ? null : grouped(data.tree);
    this.input.addEventListener("input", () => this.later(() => this.readFormula()));
    this.input.form.addEventListener("submit", (event) => this.apply(event));
    const panel = this.closest(".list-panel");
    panel.addEventListener("jm-open", () => this.start());
    if (!panel.hidden) this.start();
  }

  async start() {
    if (this.started) return;
    this.started = true;
    const [shared, described] = await Promise.all([
      fields("filter"), this.tree && items(this.tree).length ? fetched("/filter", { tree: JSON.stringify(this.tree) }) : null,
    ]);
    this.shared = shared ?? { fields: [], periods: [], units: [] };
    for (const entry of this.shared.fields) this.known.fields[entry.path] = entry;
    this.learn(described);
    this.draw();
    if (this.tree && !items(this.tree).length) this.querySelector(".filter-add")?.focus();
  }

  learn(described) {
    Object.assign(this.known.fields, described?.fields ?? {});
    Object.assign(this.known.titles, described?.titles ?? {});
  }

  later(run) {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(run, 250);
  }

  draw() {
    if (!this.tree) {
      this.replaceChildren(make("p", { class: "filter-note", text: t("This filter is a formula that cannot be shown as conditions. It can be changed below.") }),
        make("button", { class: "btn btn-sm", text: t("Begin with conditions"), onclick: () => { this.tree = { all: [] }; this.draw(); this.changed(); } }));
      return;
    }
    this.rows = [];
    this.replaceChildren(this.group(this.tree, 0, null));
  }

  group(group, depth, remove) {
    const kinds = [["all", t("All of these hold")], ["any", t("Any of these holds")], ["none", t("None of these holds")]];
    const head = select(kinds, how(group), t("How the conditions are joined"), (kind) => {
      const inner = items(group);
      delete group[how(group)];
      group[kind] = inner;
      this.changed();
    });
    const add = make("button", { class: "chip filter-add", mark: "plus", text: t("Condition"), "aria-expanded": "false",
      onclick: () => pick(add, "filter", (entry) => this.added(group, entry)) });
    const nest = depth < MOST_DEPTH && make("button", { class: "chip", mark: "folders", text: t("Group"), onclick: () => {
      items(group).push({ [how(group) === "any" ? "all" : "any"]: [] });
      this.draw();
    } });
    const list = items(group).map((item, at) => {
      const out = () => { items(group).splice(at, 1); this.draw(); this.changed(); };
      return Array.isArray(item) ? this.condition(item, out) : this.group(item, depth + 1, out);
    });
    return make("fieldset", { class: "filter-group", "aria-label": t("Group of conditions") },
      make("div", { class: "filter-group-head" }, head, remove && make("button", { class: "icon-button", mark: "x", "aria-label": t("Remove the group"), onclick: remove })),
      ...list, make("div", { class: "filter-group-foot" }, add, nest));
  }

  added(group, entry) {
    this.known.fields[entry.path] = entry;
    const condition = [entry.path, entry.operators[0][0]];
    items(group).push(condition);
    this.draw();
    this.changed();
    this.rows.find((row) => row.condition === condition)?.element.querySelector("select, input, button:not(.filter-field)")?.focus();
  }

  condition(condition, remove) {
    const field = this.known.fields[condition[0]] ?? { full: condition[0], operators: [[condition[1], condition[1], "none"]], input: "text" };
    const operator = field.operators.find(([name]) => name === condition[1]) ?? field.operators[0];
    const button = make("button", { class: "btn filter-field", text: field.full, "aria-expanded": "false", "aria-label": t("Field: {label}", { label: field.full }),
      onclick: () => pick(button, "filter", (entry) => { this.known.fields[entry.path] = entry; condition.splice(0, condition.length, entry.path, entry.operators[0][0]); this.draw(); this.changed(); }) });
    const operators = select(field.operators.map(([name, words]) => [name, words]), operator[0], t("Comparison"), (name) => {
      const takes = field.operators.find(([one]) => one === name)[2];
      condition.splice(1, condition.length, name, ...(takes === operator[2] ? condition.slice(2) : []));
      this.draw();
      this.changed();
    });
    const error = make("div", { class: "filter-error", role: "alert", hidden: true });
    const value = valueControl({ field, takes: operator[2], values: condition.slice(2), shared: this.shared, titles: this.known.titles,
      put: (values) => { condition.splice(2, condition.length, ...values); this.changed(); } });
    const element = make("div", { class: "filter-row" }, button, operators, make("div", { class: "filter-value" }, value),
      make("button", { class: "icon-button", mark: "x", "aria-label": t("Remove the condition {label}", { label: field.full }), onclick: remove }), error);
    this.rows.push({ condition, element, error });
    return element;
  }

  changed() {
    this.later(() => this.write());
  }

  /** The formula of the tree, into the field below; what does not fit is said beside its condition. */
  async write() {
    const found = await fetched("/filter", { tree: JSON.stringify(this.tree) });
    if (!found) return;
    this.learn(found);
    const unfit = new Map(found.unfit ?? []);
    this.rows.forEach((row, at) => {
      const empty = row.condition.length === 2;
      row.error.textContent = unfit.get(at) ?? "";
      row.error.hidden = !unfit.has(at) || empty;
    });
    this.isWhole = unfit.size === 0;
    if (this.isWhole) this.input.value = found.formula;
    this.say(unfit.size ? t("A condition has no value yet.") : found.words, false);
  }

  async readFormula() {
    const where = this.input.value.trim();
    if (!where) { this.tree = { all: [] }; this.say("", false); this.draw(); return; }
    const found = await fetched("/check", { where });
    if (!found || this.input.value.trim() !== where) return;
    if (found.problems.length) { this.say(found.problems.join(" "), true); return; }
    this.learn(found);
    this.tree = found.tree ? grouped(found.tree) : null;
    this.typed = true;
    this.say(found.words ?? t("This filter can be used."), false);
    this.draw();
  }

  say(text, isWrong) {
    this.state.textContent = text;
    this.state.classList.toggle("is-wrong", isWrong);
    this.input.setAttribute("aria-invalid", isWrong);
  }

  /** Conditions that must all hold stand in the address one by one, so that each can be taken away; groups as a formula. */
  async apply(event) {
    if (!this.started || !this.tree) return;
    event.preventDefault();
    window.clearTimeout(this.timer);
    if (this.input.value.trim() !== (this.written ?? "") && document.activeElement === this.input) await this.readFormula();
    if (!this.tree) { go({ where: this.input.value.trim(), f: null }); return; }
    const whole = await fetched("/filter", { tree: JSON.stringify(this.tree) });
    if (!whole || whole.unfit || this.state.classList.contains("is-wrong")) { if (whole) await this.write(); return; }
    const parts = how(this.tree) === "all" ? items(this.tree) : [this.tree];
    const rest = parts.filter((part) => !Array.isArray(part));
    const found = rest.length ? await fetched("/filter", { tree: JSON.stringify({ all: rest }) }) : { formula: "" };
    if (!found) return;
    const where = found.formula || (data.ownFilter ? "" : null);
    go({ where, f: parts.filter(Array.isArray).map((part) => JSON.stringify(part)) });
  }
}

customElements.define("jm-filter", Filter);
