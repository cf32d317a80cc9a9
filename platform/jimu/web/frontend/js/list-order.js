// <jm-sort> and <jm-group>: by what the list is sorted and grouped.
import { t } from "./texts.js";
import { data, go, make, select, sortable } from "./list-page.js";
import { fields, pick } from "./list-picker.js";

const labels = new Map(data.columns ?? []);

class Sort extends HTMLElement {
  connectedCallback() {
    this.sort = [...(data.sort ?? [])];
    this.closest(".list-panel").addEventListener("jm-open", () => this.start());
  }

  async start() {
    for (const { path, full } of (await fields("sort"))?.fields ?? []) if (!labels.has(path)) labels.set(path, full);
    this.draw();
  }

  draw() {
    const list = make("ol", { class: "order-list" }, ...this.sort.map((text, at) => this.entry(text, at)));
    sortable(list, () => { this.sort = [...list.children].map((entry) => entry.dataset.sort); });
    const add = make("button", { class: "chip", mark: "plus", text: t("Sort by"), "aria-expanded": "false",
      onclick: () => pick(add, "sort", (entry) => { labels.set(entry.path, entry.full); this.sort.push(entry.path); this.draw(); this.querySelector(".btn-primary").focus(); }, this.sort.map((s) => s.replace(/^-/, ""))) });
    this.replaceChildren(list, make("div", { class: "panel-foot" }, add,
      make("button", { class: "btn btn-primary", text: t("Apply"), onclick: () => go({ sort: this.sort.join(",") || null }) }),
      make("button", { class: "btn", text: t("As the list has it"), onclick: () => go({ sort: null }) })));
  }

  entry(text, at) {
    const path = text.replace(/^-/, "");
    const way = select([["", t("Upwards")], ["-", t("Downwards")]], text.startsWith("-") ? "-" : "", t("Direction"), (sign) => { this.sort[at] = sign + path; this.draw(); });
    return make("li", { draggable: "true", "data-sort": text },
      make("button", { class: "order-handle", mark: "grip-vertical", "aria-label": t("Move {label}: Alt and the arrow keys", { label: labels.get(path) ?? path }) }),
      make("span", { class: "order-name", text: labels.get(path) ?? path }), way,
      make("button", { class: "icon-button", mark: "x", "aria-label": t("Remove {label}", { label: labels.get(path) ?? path }), onclick: () => { this.sort.splice(at, 1); this.draw(); } }));
  }
}

class Group extends HTMLElement {
  connectedCallback() {
    this.group = [...(data.group ?? [])];
    this.closest(".list-panel").addEventListener("jm-open", () => this.start());
  }

  async start() {
    this.shared = (await fields("group")) ?? { fields: [], buckets: [] };
    for (const { path, full } of this.shared.fields) labels.set(path, full);
    this.draw();
  }

  draw() {
    const add = this.group.length < 2 && make("button", { class: "chip", mark: "plus", text: this.group.length ? t("Then by") : t("Group by"), "aria-expanded": "false",
      onclick: () => pick(add, "group", (entry) => { labels.set(entry.path, entry.full); this.group.push(entry.buckets ? `month(${entry.path})` : entry.path); this.draw(); this.querySelector(".btn-primary").focus(); }, this.group) });
    this.replaceChildren(make("ol", { class: "order-list" }, ...this.group.map((text, at) => this.entry(text, at))), make("div", { class: "panel-foot" }, add,
      make("button", { class: "btn btn-primary", text: t("Apply"), onclick: () => go({ group: this.group.join(",") || data.noGroup }) }),
      make("button", { class: "btn", text: t("No groups"), onclick: () => go({ group: data.noGroup }) })));
  }

  entry(text, at) {
    const [, bucket, path] = text.match(/^(?:(\w+)\()?([\w.]+)\)?$/);
    const name = labels.get(path) ?? path;
    return make("li", {}, make("span", { class: "order-name", text: name }),
      bucket && select(this.shared.buckets, bucket, t("Period of {label}", { label: name }), (one) => { this.group[at] = `${one}(${path})`; }),
      make("button", { class: "icon-button", mark: "x", "aria-label": t("Remove {label}", { label: name }), onclick: () => { this.group.splice(at, 1); this.draw(); } }));
  }
}

customElements.define("jm-sort", Sort);
customElements.define("jm-group", Group);
