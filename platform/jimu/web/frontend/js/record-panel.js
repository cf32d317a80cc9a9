// <jm-panel src>: a part of the page that is fetched when it is seen, and whose forms and buttons answer in place.
//   form[data-send]      is sent; the answer takes the panel's place (a refused form that of itself)
//   [data-get=URL]       puts the answer into the next [data-place]; [data-close] empties it again
//   [data-load=URL]      shows another view of the panel (a select adds its value under data-name)
//   [data-more=URL]      reads on: the answer takes the place of the button
import { element } from "./pieces.js";
import { sendForm } from "./form-send.js";
import { toast } from "./shell.js";
import { ask, t } from "./texts.js";

class Panel extends HTMLElement {
  connectedCallback() {
    if (this.observer) return;
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("submit", (event) => this.submitted(event));
    this.addEventListener("change", (event) => { if (event.target.matches("select[data-load]")) this.choose(event.target); });
    this.closest("[data-related]")?.addEventListener("click", (event) => this.quick(event));
    this.observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting) && !this.isLoaded) this.load();
    }, { rootMargin: "200px" });
    this.observer.observe(this);
  }

  disconnectedCallback() {
    this.observer.disconnect();
    this.observer = null;
  }

  async load(url = this.getAttribute("src")) {
    this.isLoaded = true;
    this.shown = url;
    const text = await this.fetch(url);
    if (text?.includes("<jm-form")) await import("../form.js");
    if (text !== null) this.put(text);
    const named = this.querySelector(".is-named");
    named?.scrollIntoView({ block: "center" });
  }

  async fetch(url) {
    this.setAttribute("aria-busy", "true");
    const answer = await ask(url).catch(() => null);
    this.removeAttribute("aria-busy");
    if (answer?.ok) return answer.text();
    this.isLoaded = false;
    if (!answer) toast(t("No connection."), { error: true });
    else this.complain(await answer.text());
    return null;
  }

  complain(html) {
    toast(new DOMParser().parseFromString(html, "text/html").body.textContent.trim(), { error: true });
  }

  /** A short form that somebody has opened stays open while the list is fetched. */
  put(html) {
    const open = this.querySelector(":scope > .quick-place");
    this.innerHTML = html;
    if (open) this.append(open);
    const count = this.querySelector("template[data-count-now]");
    if (count) {
      const place = this.closest("[data-related]")?.querySelector("[data-count]");
      if (place) place.textContent = count.content.textContent;
      count.remove();
    }
    const undo = this.querySelector("template[data-undo]");
    if (undo) this.offerUndo(undo.dataset.undo, undo.content.textContent);
  }

  /** What it shows may no longer be true: fetched anew at once if it is seen, else when it is. */
  outdated() {
    if (!this.isLoaded) return;
    if (this.offsetParent && !this.querySelector("form textarea:focus, [data-place] form")) this.load(this.shown);
    else this.isLoaded = false;
    if (!this.isLoaded) { this.observer.unobserve(this); this.observer.observe(this); }
  }

  async clicked(event) {
    const on = (selector) => event.target.closest(selector);
    const button = on("[data-get], [data-load], [data-more], [data-close], [data-reload], [data-reply], th a");
    if (!button || button.matches("select")) return;
    event.preventDefault();
    if (button.matches("th a")) this.load(button.getAttribute("href"));
    else if (button.dataset.get) this.open(button.dataset.get, placeOf(button));
    else if (button.dataset.load !== undefined) this.load(button.dataset.load);
    else if (button.dataset.more) this.readOn(button);
    else if (button.dataset.reply) this.reply(button);
    else if ("reload" in button.dataset) this.load(this.shown);
    else this.close(button);
  }

  choose(select) {
    const url = new URL(select.dataset.load, window.location.href);
    if (select.value) url.searchParams.set(select.dataset.name, select.value);
    this.load(url.pathname + url.search);
  }

  async open(url, place) {
    const form = await this.fetch(url);
    if (form === null) return;
    await import("../form.js");
    place.innerHTML = form;
    place.querySelector("input:not([type=hidden]), textarea, select, button")?.focus();
  }

  close(button) {
    const place = button.closest("[data-place], [data-reply-place]");
    place.replaceChildren();
    place.dispatchEvent(new Event("jm-closed"));
  }

  async readOn(button) {
    const foot = button.closest(".list-foot") ?? button;
    const text = await this.fetch(button.dataset.more);
    this.isLoaded = true;
    if (text === null) return;
    const fresh = document.createRange().createContextualFragment(text);
    const rows = fresh.querySelector("tbody");
    const list = rows ? this.querySelector("tbody") : null;
    if (!list) { foot.replaceWith(fresh); return; }
    list.append(...rows.children);
    const next = fresh.querySelector(".list-foot");
    next ? foot.replaceWith(next) : foot.remove();
  }

  async submitted(event) {
    const form = event.target.closest("form[data-send]");
    if (!form) return;
    event.preventDefault();
    if (form.dataset.sending !== undefined) return;
    form.dataset.sending = "";
    const state = form.querySelector(".form-state");
    const answer = await sendForm(form, event.submitter, { say: (text) => { if (state) state.textContent = text; } });
    delete form.dataset.sending;
    if (answer.status === 200) this.sent(form, answer.text);
    else if ([409, 422].includes(answer.status) && answer.text.includes("<form")) this.refused(form, answer.text);
    else if (answer.status) toast(answer.data?.message ?? t("It could not be saved."), { error: true });
  }

  sent(form, text) {
    form.dispatchEvent(new CustomEvent("jm-sent", { bubbles: true }));
    if ("restore" in form.dataset) form.closest("[data-place]").innerHTML = text;
    else {
      form.closest(".quick-place")?.remove();
      this.put(text);
    }
    const record = this.closest("jm-record");
    if ("changes" in form.dataset) document.dispatchEvent(new CustomEvent("jm-record-changed", { detail: { from: this } }));
    else for (const other of record?.querySelectorAll(".record-side jm-panel") ?? []) if (other !== this) other.outdated();
  }

  refused(form, text) {
    const place = form.closest("[data-place]");
    if (place) place.innerHTML = text;
    else this.put(text);
    (place ?? this).querySelector("[aria-invalid], .has-errors input, textarea")?.focus();
  }

  reply(button) {
    const thread = button.closest(".thread");
    const place = thread.querySelector("[data-reply-place]");
    place.replaceChildren(this.querySelector("[data-reply-template]").content.cloneNode(true));
    const form = place.querySelector("form");
    const to = element("input");
    Object.assign(to, { type: "hidden", name: "reply_to", value: button.dataset.reply });
    form.prepend(to);
    form.querySelector("textarea").focus();
  }

  // --- related lists -----------------------------------------------------------------------------------------------------

  quick(event) {
    const button = event.target.closest("[data-quick]");
    if (!button || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    let place = this.querySelector(":scope > [data-place]");
    if (!place) {
      place = element("div", "quick-place");
      place.dataset.place = "";
      this.append(place);
    }
    this.open(button.dataset.quick, place);
  }

  offerUndo(url, text) {
    toast(text, { undo: { run: async () => { await ask(url, { method: "POST" }); this.load(); } } });
  }
}

function placeOf(button) {
  const near = button.closest("li, .panel-bar, .comment-body, [data-related]") ?? button.parentElement;
  return near.querySelector("[data-place]");
}

customElements.define("jm-panel", Panel);
