// <jm-record>: editing values where they are read, and the page kept true afterwards: what the server computes from a
// change (formulas, highlights, conditions, roll-ups) is fetched and put in place piece by piece.
import { memory } from "./record-parts.js";
import { apply } from "./record-pieces.js";
import { toast } from "./shell.js";
import { ask, t } from "./texts.js";

const VIEWED_AFTER = 1500;

class RecordPage extends HTMLElement {
  connectedCallback() {
    this.href = this.getAttribute("href");
    this.key = this.getAttribute("object");
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.addEventListener("toggle", (event) => this.remember(event), true);
    document.addEventListener("jm-record-changed", (event) => this.changed(event.detail ?? {}));
    document.addEventListener("pointerdown", (event) => this.leaving(event));
    this.showBlanks(memory.get(`blanks:${this.key}`) !== "hidden");
    this.recall();
    this.entryNamed();
    this.noteView();
  }

  /** That the record was looked at is told after it is shown: reading a page writes nothing. */
  noteView() {
    const record = this.href.split("/").at(-1);
    const tell = () => ask("/recent", { method: "POST", body: new URLSearchParams({ record }), keepalive: true }).catch(() => null);
    window.setTimeout(tell, VIEWED_AFTER);
  }

  clicked(event) {
    const on = (selector) => event.target.closest(selector);
    if (on("[data-edit]")) this.editField(on("[data-piece]"));
    else if (on("[data-edit-section]")) this.editSection(on("[data-section]"), on("[data-edit-section]").dataset.editSection);
    else if (on("[data-reveal]")) this.reveal(on("[data-reveal]"));
    else if (on("[data-blank-toggle]")) this.showBlanks(this.classList.contains("hide-blanks"), true);
    else if (on("[data-copy-link]")) this.copyLink(on("details"));
    else if (this.isValue(event)) this.editField(on(".is-editable"));
  }

  /** A click on a value edits it, unless it is on something that does something, or marks text. */
  isValue(event) {
    return event.target.closest(".is-editable dd") && !event.target.closest("a, button, input, label, .is-editing, summary, .json-text")
      && !window.getSelection().toString();
  }

  pressed(event) {
    const editing = event.target.closest(".is-editing");
    if (event.key === "Tab" && !event.defaultPrevented && editing?.matches(".shown")) this.goOn(event, editing);
  }

  // --- editing -------------------------------------------------------------------------------------------------------

  async editField(field, from = null) {
    if (!field || field.classList.contains("is-editing")) return;
    const edit = field.querySelector("[data-edit]");
    if (!edit) return;
    await this.run(field.querySelector("dd"), field, [field.dataset.field ?? field.dataset.highlight], from);
  }

  async editSection(section, names) {
    section.open = true;
    await this.run(section.querySelector("[data-fields]"), section, names.split(","));
  }

  /** Puts the controls into ``place`` and waits until they are saved or left; then the page is as the server says. */
  async run(place, around, names) {
    const before = document.createDocumentFragment();
    before.append(...place.childNodes);
    around.classList.add("is-editing");
    around.classList.toggle("is-wide", names.length === 1 && !!before.querySelector(".rich, .json-text, .place"));
    place.append(waiting());
    const { editFields } = await import("./field-edit.js");
    const saved = await editFields(place, `${this.href}/fields?names=${encodeURIComponent(names.join(","))}`);
    around.classList.remove("is-editing", "is-wide");
    place.replaceChildren(before);
    if (saved) await this.refresh();
    const next = this.next;
    this.next = null;
    if (next) this.editNamed(next);
    else this.focusOn(names[0], around);
  }

  focusOn(name, around) {
    const place = around.isConnected ? around : this.querySelector(`[data-field="${CSS.escape(name)}"]`);
    if (this.contains(document.activeElement) && document.activeElement !== document.body) return;
    place?.querySelector("[data-edit], [data-edit-section]")?.focus({ preventScroll: true });
  }

  editNamed(piece) {
    this.editField(this.querySelector(`[data-piece="${CSS.escape(piece)}"]`));
  }

  /** Tab in the last control saves and goes on with the next value; Shift+Tab in the first with the one before. */
  goOn(event, editing) {
    const controls = [...editing.querySelectorAll("input, select, textarea, [contenteditable], button")]
      .filter((one) => one.offsetParent && !one.disabled && one.tabIndex >= 0 && !one.closest(".fields-foot"));
    const at = event.shiftKey ? controls[0] : controls.at(-1);
    if (document.activeElement !== at && !at?.contains(document.activeElement)) return;
    const all = [...this.querySelectorAll(".section .shown.is-editable, .section .shown.is-editing")].filter((one) => one.offsetParent);
    const next = all[all.indexOf(editing) + (event.shiftKey ? -1 : 1)];
    if (!next) return;
    event.preventDefault();
    this.next = next.dataset.piece;
    this.finish(editing);
  }

  /** Saves what was changed; what was not is simply left. */
  finish(editing) {
    const form = editing.querySelector("form");
    if (!form) return;
    if (changedIn(form)) form.requestSubmit(form.querySelector(".fields-foot .btn-primary") ?? undefined);
    else form.querySelector("[data-cancel]")?.click();
  }

  /** A click elsewhere ends the editing of a single value: saved if it was changed. */
  leaving(event) {
    const editing = this.querySelector(".shown.is-editing");
    if (!editing || editing.contains(event.target) || event.target.closest("dialog, .ts-dropdown, .jm-dialog, .toasts, .pop")) return;
    this.finish(editing);
  }

  // --- what follows from a change ------------------------------------------------------------------------------------

  async changed({ from = null } = {}) {
    await this.refresh(from);
  }

  async refresh(from = null) {
    const answer = await ask(`${this.href}/pieces`).catch(() => null);
    if (!answer?.ok) return;
    const note = apply(this, await answer.text());
    this.recall();
    if (note) toast(note);
    for (const panel of this.querySelectorAll(".record-side jm-panel")) if (panel !== from) panel.outdated();
  }

  async reveal(button) {
    const answer = await ask(`${this.href}/secret/${button.dataset.reveal}`, { method: "POST", headers: { Accept: "application/json" } });
    if (!answer.ok) { toast((await answer.json()).message, { error: true }); return; }
    const place = button.closest("dd").querySelector(".secret");
    const mask = place.textContent;
    place.textContent = (await answer.json()).text;
    button.hidden = true;
    window.setTimeout(() => { place.textContent = mask; button.hidden = false; }, 20_000);
  }

  async copyLink(menu) {
    await navigator.clipboard.writeText(new URL(this.href, window.location.href).href);
    if (menu) menu.open = false;
    toast(t("Copied."));
  }

  // --- what is remembered --------------------------------------------------------------------------------------------

  showBlanks(shown, byHand = false) {
    this.classList.toggle("hide-blanks", !shown);
    const button = this.querySelector("[data-blank-toggle]");
    button?.setAttribute("aria-pressed", !shown);
    if (byHand) memory.set(`blanks:${this.key}`, shown ? "shown" : "hidden");
  }

  remember(event) {
    if (event.target.matches?.("[data-section]")) memory.set(`section:${this.key}:${event.target.dataset.section}`, event.target.open ? "open" : "closed");
  }

  recall() {
    for (const section of this.querySelectorAll("[data-section]")) {
      const kept = memory.get(`section:${this.key}:${section.dataset.section}`);
      if (kept) section.open = kept === "open";
    }
  }

  /** The permanent address of an entry of history opens history at that entry. */
  entryNamed() {
    const entry = new URLSearchParams(window.location.search).get("entry");
    const panel = entry && this.querySelector("#history jm-panel");
    if (panel) panel.setAttribute("src", `${this.href}/history?at=${encodeURIComponent(entry)}`);
  }
}

function waiting() {
  const box = document.createElement("span");
  box.className = "part-waiting";
  box.setAttribute("role", "status");
  box.textContent = t("Loading…");
  return box;
}

function changedIn(form) {
  const base = JSON.parse(form.elements._base?.value ?? "{}") ?? {};
  const now = {};
  for (const [name, value] of new FormData(form)) {
    if (value instanceof File) { if (value.size) return true; continue; }
    if (!name.startsWith("_") && name !== "csrf_token" && value !== "") (now[name] ??= []).push(value.replaceAll("\r\n", "\n"));
  }
  const names = new Set([...Object.keys(base), ...Object.keys(now)]);
  return [...names].some((name) => (now[name] ?? []).join("\u0000") !== (base[name] ?? []).join("\u0000"))
    || [...form.querySelectorAll("input[name^='_keep_']")].some((box) => !box.checked);
}

customElements.define("jm-record", RecordPage);
