// <jm-comment people>: a text field for comments: @ offers people, Ctrl+Enter sends, what was typed is kept in this browser.
import { memory } from "./record-parts.js";
import { ask, t } from "./texts.js";

const MENTION = /(^|[\s(（，。、])@([^\s@]{0,30}(?: [^\s@]{0,30})?)$/;

class Comment extends HTMLElement {
  connectedCallback() {
    this.area = this.querySelector("textarea");
    this.form = this.closest("form");
    this.draft = this.getAttribute("draft") && `comment:${this.getAttribute("draft")}`;
    if (this.draft && !this.area.value) this.recall();
    this.area.addEventListener("input", () => { this.keep(); this.grow(); this.look(); });
    this.area.addEventListener("keydown", (event) => this.pressed(event));
    this.area.addEventListener("blur", () => window.setTimeout(() => this.close(), 150));
    this.form.addEventListener("jm-sent", () => { if (this.draft) memory.set(this.draft, ""); });
    this.grow();
  }

  recall() {
    try {
      const kept = JSON.parse(memory.get(this.draft) || "null");
      if (!kept) return;
      this.area.value = kept.text;
      kept.people.forEach((id) => this.add(id));
    } catch { /* an old form of a draft is no draft */ }
  }

  keep() {
    if (!this.draft) return;
    const people = [...this.form.querySelectorAll('[name="mentions"]')].map((one) => one.value);
    memory.set(this.draft, this.area.value ? JSON.stringify({ text: this.area.value, people }) : "");
  }

  grow() {
    this.area.rows = Math.min(14, Math.max(2, this.area.value.split("\n").length));
  }

  pressed(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") { event.preventDefault(); this.form.requestSubmit(); return; }
    if (!this.list) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); this.mark(this.at + step); }
    else if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); this.take(this.found[this.at]); }
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); this.close(); }
  }

  /** The name begun before the cursor, if there is one. */
  begun() {
    return MENTION.exec(this.area.value.slice(0, this.area.selectionStart));
  }

  async look() {
    const begun = this.begun();
    if (!begun) { this.close(); return; }
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(async () => {
      const answer = await ask(`${this.getAttribute("people")}?q=${encodeURIComponent(begun[2])}`).catch(() => null);
      if (!answer?.ok || this.begun()?.[2] !== begun[2]) return;
      this.offer((await answer.json()).people);
    }, 150);
  }

  offer(people) {
    this.close();
    if (!people.length) return;
    this.found = people;
    this.list = document.createElement("ul");
    this.list.className = "mention-list";
    this.list.id = `${this.area.id || "comment"}-people`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", t("People"));
    people.forEach((person, at) => {
      const item = document.createElement("li");
      item.id = `${this.list.id}-${at}`;
      item.setAttribute("role", "option");
      item.textContent = person.name;
      item.addEventListener("mousedown", (event) => { event.preventDefault(); this.take(person); });
      this.list.append(item);
    });
    this.append(this.list);
    this.area.setAttribute("aria-controls", this.list.id);
    this.mark(0);
  }

  mark(at) {
    this.at = (at + this.found.length) % this.found.length;
    [...this.list.children].forEach((item, number) => item.setAttribute("aria-selected", number === this.at));
    this.area.setAttribute("aria-activedescendant", this.list.children[this.at].id);
  }

  take(person) {
    const at = this.area.selectionStart;
    const start = at - this.begun()[2].length;
    this.area.setRangeText(`${person.name} `, start, at, "end");
    this.add(person.id);
    this.close();
    this.keep();
    this.area.focus();
  }

  add(id) {
    if ([...this.form.querySelectorAll('[name="mentions"]')].some((one) => one.value === id)) return;
    const hidden = document.createElement("input");
    Object.assign(hidden, { type: "hidden", name: "mentions", value: id });
    this.form.append(hidden);
  }

  close() {
    this.list?.remove();
    this.list = null;
    this.area.removeAttribute("aria-activedescendant");
  }
}

customElements.define("jm-comment", Comment);
