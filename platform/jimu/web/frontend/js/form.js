// <jm-form>: a form for a record. What it shows is judged by the server as one types (form-state), it is sent without
// leaving the page (form-send), drafts are kept in this browser, leaving with changes asks.
import * as drafts from "./drafts.js";
import { sendForm } from "./form-send.js";
import { conditionsOf } from "./form-conditions.js";
import { clearProblems, focusProblem, showSummary } from "./form-problems.js";
import { LiveState } from "./form-state.js";
import { button, notice } from "./pieces.js";
import { t } from "./texts.js";

const SOON = 300;
const AT_ONCE = 30;

class RecordForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form || this.live) return;
    this.isInline = this.hasAttribute("inline");
    this.key = `jimu-draft:${this.getAttribute("draft")}`;
    this.isDirty = this.hasAttribute("dirty");
    this.live = new LiveState(this, this.form);
    this.conditions = conditionsOf(this, this.form, this.live);
    this.form.addEventListener("input", (event) => this.changed(event, SOON));
    this.form.addEventListener("change", (event) => this.changed(event, AT_ONCE));
    this.form.addEventListener("keydown", (event) => this.key_(event));
    this.onLeave = (event) => {
      if (!this.isDirty) return;
      if (!this.isInline) drafts.keep(this.key, this.form);
      event.preventDefault();
    };
    if (!this.querySelector("jm-lines[alone]")) window.addEventListener("beforeunload", this.onLeave); // those ask themselves
    if (this.isInline) return;
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.onKey = (event) => this.shortcut(event);
    document.addEventListener("keydown", this.onKey);
    window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
    this.offerNext();
    if (!this.hasAttribute("dirty")) this.offerDraft();
    focusProblem(this);
  }

  disconnectedCallback() {
    window.removeEventListener("beforeunload", this.onLeave);
    document.removeEventListener("keydown", this.onKey);
    this.live?.stop();
    window.clearTimeout(this.timer);
  }

  changed(event, wait) {
    const target = event.target;
    if (target.closest("[data-quiet], [data-cell]") || (target.closest(".ts-wrapper, .ts-dropdown") && !target.matches("select"))) return;
    if (event.type === "change") this.live.touch(target);
    this.isDirty = true;
    this.say(t("Not saved yet"));
    this.conditions?.apply();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.settle(), wait);
  }

  settle() {
    if (!this.isInline) drafts.keep(this.key, this.form);
    this.live.ask();
  }

  say(text) {
    const place = this.querySelector(".form-foot .form-state, .fields-foot .form-state");
    if (place) place.textContent = text;
  }

  // --- keys ----------------------------------------------------------------------------------------------------------

  key_(event) {
    const isField = event.target.matches("input:not([type=checkbox], [type=radio], [type=file])");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.save(event);
    else if (event.key === "Enter" && isField && !event.isComposing && event.target.closest("[data-rows]")) event.preventDefault();
  }

  shortcut(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && !document.querySelector("dialog[open]")) this.save(event);
  }

  save(event) {
    event.preventDefault();
    document.activeElement?.dispatchEvent(new Event("jm-settle", { bubbles: true }));
    this.form.requestSubmit(this.form.querySelector(".form-foot .btn-primary, .fields-foot .btn-primary"));
  }

  // --- sending -------------------------------------------------------------------------------------------------------

  async submit(event) {
    event.preventDefault();
    if (this.isSending) return;
    this.isSending = true;
    this.live.stop();
    drafts.keep(this.key, this.form);
    this.toggleAttribute("sending", true);
    this.say(t("Saving…"));
    try {
      const answer = await sendForm(this.form, event.submitter, { say: (text) => this.say(text) });
      this.take(answer, event.submitter);
    } finally {
      this.isSending = false;
      this.toggleAttribute("sending", false);
    }
  }

  take({ status, data }, submitter) {
    if (data?.go) {
      this.isDirty = false;
      drafts.drop(this.key);
      window.location.assign(data.go);
    } else if (data?.stale) this.sendAsPage(submitter);
    else if (data?.problems) {
      this.say(t("Not saved yet"));
      showSummary(this, data.heading, data.problems);
      this.dispatchEvent(new CustomEvent("jm-rows", { detail: data.rows ?? [] }));
    } else if (status) {
      this.say(t("Not saved yet"));
      showSummary(this, data?.message ?? t("It could not be saved."), []);
    } else this.say(t("Not saved yet"));
  }

  /** The comparison with what somebody else saved is a page of its own. */
  sendAsPage(submitter) {
    this.isDirty = false;
    if (submitter?.name) {
      const chosen = document.createElement("input");
      Object.assign(chosen, { type: "hidden", name: submitter.name, value: submitter.value });
      this.form.append(chosen);
    }
    this.form.submit();
  }

  // --- what comes next ------------------------------------------------------------------------------------------------

  /** "Save and open next" where the list that one came from tells which record that is. */
  offerNext() {
    const place = this.querySelector("[data-next]");
    if (!place) return;
    const [object, id] = this.getAttribute("draft").split("/").slice(-2);
    try {
      const { ids } = JSON.parse(window.sessionStorage.getItem(`jimu-rows:${object}`)) ?? {};
      const next = ids?.[ids.indexOf(id) + 1];
      if (!next || !ids.includes(id)) return;
      place.querySelector("input").value = next;
      place.hidden = false;
    } catch { /* no list was left */ }
  }

  // --- drafts ----------------------------------------------------------------------------------------------------------

  offerDraft() {
    const draft = drafts.find(this.key);
    if (!draft || !drafts.differs(draft, this.form)) return;
    const when = new Date(draft.at).toLocaleString(document.documentElement.lang);
    const note = notice("history", t("You typed something here on {when} and did not save it.", { when }),
      button(t("Go on with it"), "btn btn-primary btn-sm", () => { this.restore(draft); note.remove(); }),
      button(t("Drop it"), "btn btn-sm", () => { drafts.drop(this.key); note.remove(); }));
    this.prepend(note);
  }

  restore(draft) {
    drafts.restore(draft, this.form);
    clearProblems(this);
    this.isDirty = true;
    this.live.ask();
  }
}

customElements.define("jm-form", RecordForm);

// After a save the next page says which draft is done with.
const saved = document.querySelector("meta[name='saved-draft']")?.content;
if (saved) drafts.dropEnding(saved);
