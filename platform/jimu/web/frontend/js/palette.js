// The command palette (Ctrl/⌘ K): records, places and commands by a few letters. A combobox over what /palette answers;
// without a script the search box leads to /search.
import { showKeys } from "./keys.js";
import { element, iconButton } from "./pieces.js";
import { ask, csrf, icon, t } from "./texts.js";

const WAIT = 130;
const KEPT = 20_000;
const LONGEST_WAIT = 8_000;
const FOLLOW = "jm-follow button";
/** What commands do on the page itself. */
const RUNS = { keys: () => showKeys(), follow: () => document.querySelector(FOLLOW)?.click() };

class Palette {
  constructor() {
    this.dialog = element("dialog", "palette");
    this.dialog.setAttribute("aria-label", t("Search or run a command"));
    this.found = element("div", "palette-found");
    this.status = element("div", "visually-hidden");
    this.status.setAttribute("role", "status");
    this.type = "";
    this.options = [];
    this.answers = new Map();
    this.asked = 0;
    this.dialog.append(this.bar(), this.found, this.foot(), this.status);
    this.dialog.addEventListener("close", () => { if (!this.dialog.open) this.stale(); }); // told a moment later: it may be open again
    this.dialog.addEventListener("click", (event) => this.clicked(event));
    this.dialog.addEventListener("keydown", (event) => this.pressed(event));
    this.dialog.addEventListener("pointermove", (event) => this.pointed(event));
    document.body.append(this.dialog);
  }

  bar() {
    const bar = element("div", "palette-bar");
    this.input = element("input", "palette-input");
    const given = { type: "text", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "true", "aria-controls": "palette-list", autocomplete: "off", spellcheck: "false", "aria-label": t("Search or run a command"), placeholder: t("Search or run a command") };
    for (const [name, value] of Object.entries(given)) this.input.setAttribute(name, value);
    this.input.addEventListener("input", (event) => { this.stale(); if (!event.isComposing) this.soon(); });
    this.input.addEventListener("compositionend", () => this.soon());
    bar.append(icon("search"), this.input, element("span", "spin palette-busy"), iconButton("x", t("Close"), () => this.dialog.close()));
    return bar;
  }

  foot() {
    const foot = element("div", "palette-foot");
    const hints = [[["↑", "↓"], t("Choose")], [["↵"], t("Open")], [["Ctrl", "↵"], t("In a new tab")], [["Esc"], t("Close")]];
    foot.setAttribute("aria-hidden", "true");
    for (const [keys, label] of hints) {
      const hint = element("span", "palette-hint");
      hint.append(...keys.map((key) => element("kbd", "", key)), element("span", "", label));
      foot.append(hint);
    }
    return foot;
  }

  open(text = "") {
    if (this.dialog.open) { this.dialog.close(); return; }
    if (document.querySelector("dialog[open]")) return;
    this.type = "";
    this.stale();
    this.input.value = text;
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    this.dialog.showModal();
    this.input.focus();
    this.load();
  }

  /** What is shown is not what is asked for any more; an answer that is still on its way comes too late. */
  stale() {
    window.clearTimeout(this.timer);
    this.asked += 1;
    this.entered = null;
    this.isPicked = false;
    this.wait(true);
  }

  wait(is) {
    this.isWaiting = is;
    this.found.setAttribute("aria-busy", is);
    this.dialog.classList.toggle("is-waiting", is);
  }

  soon() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.load(), WAIT);
  }

  async load() {
    const mine = this.asked;
    const address = `/palette?${new URLSearchParams({ q: this.input.value.trim(), type: this.type })}`;
    const kept = this.answers.get(address);
    const html = kept && Date.now() - kept.at < KEPT ? kept.html : await this.fetch(address);
    if (mine !== this.asked) return;
    this.wait(false);
    if (html === null) this.found.replaceChildren(element("p", "palette-none", t("The server did not answer. Check the connection and try again.")));
    else this.found.innerHTML = html;
    if (!document.querySelector(FOLLOW)) for (const option of this.found.querySelectorAll('[data-run="follow"]')) option.remove();
    this.options = [...this.found.querySelectorAll('[role="option"]')];
    this.options.forEach((option, at) => { option.id = `palette-${at}`; });
    this.found.querySelector(".palette-list")?.scrollTo(0, 0);
    this.mark(0);
    this.status.textContent = this.options.length ? t("{n} results", { n: this.options.length }) : t("Nothing found");
    const entered = this.entered;
    this.entered = null;
    if (entered) this.choose(this.options[0], entered);
  }

  async fetch(address) {
    const answer = await ask(address, { signal: AbortSignal.timeout(LONGEST_WAIT) }).catch(() => null);
    const html = answer?.ok ? await answer.text().catch(() => null) : null;
    if (html === null) return null;
    this.answers.set(address, { html, at: Date.now() });
    return html;
  }

  mark(at) {
    const count = this.options.length;
    this.at = count ? (at + count) % count : -1;
    this.options.forEach((option, index) => option.setAttribute("aria-selected", index === this.at));
    const chosen = this.options[this.at];
    if (chosen) this.input.setAttribute("aria-activedescendant", chosen.id);
    else this.input.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  /** Marks by an arrow: who moved means what is shown, however old it is. */
  pick(at) {
    this.isPicked = this.options.length > 0;
    this.entered = null;
    this.mark(at);
  }

  /** The first option of the group before or after. */
  jump(step) {
    const groups = [...this.found.querySelectorAll(".palette-group")];
    const here = groups.indexOf(this.options[this.at]?.parentElement);
    const first = groups[here + step]?.querySelector('[role="option"]');
    if (first) this.pick(this.options.indexOf(first));
  }

  pressed(event) {
    if (event.isComposing) return;
    const isInput = event.target === this.input;
    const run = {
      ArrowDown: () => this.pick(this.at + 1), ArrowUp: () => this.pick(this.at - 1),
      PageDown: () => this.jump(1), PageUp: () => this.jump(-1),
      Enter: isInput ? () => this.enter(event) : null,
      Backspace: isInput && !this.input.value && this.type ? () => this.narrow("") : null,
    }[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  }

  /** Who types and presses Enter at once means what is about to be found; typing on takes it back. */
  enter(event) {
    if (this.isWaiting && !this.isPicked) {
      this.entered = { ctrlKey: event.ctrlKey, metaKey: event.metaKey };
      this.status.textContent = t("Searching…");
    } else this.choose(this.options[this.at], event);
  }

  pointed(event) {
    const option = event.target.closest('[role="option"]');
    if (option && option.getAttribute("aria-selected") !== "true") this.mark(this.options.indexOf(option));
  }

  clicked(event) {
    if (event.target === this.dialog) { this.dialog.close(); return; }
    const type = event.target.closest("[data-type]");
    if (type) this.narrow(type.dataset.type);
    const option = event.target.closest('[role="option"]');
    if (!option || (!option.dataset.field && !option.dataset.run && (event.ctrlKey || event.metaKey || event.shiftKey))) return;
    event.preventDefault();
    this.choose(option, event);
  }

  narrow(type) {
    this.type = type;
    this.stale();
    this.input.focus();
    this.load();
  }

  choose(option, event) {
    if (!option) return;
    if (option.dataset.field) this.send(option);
    else if (option.dataset.run) { this.dialog.close(); RUNS[option.dataset.run]?.(); }
    else if (event.ctrlKey || event.metaKey) window.open(option.href, "_blank", "noopener");
    else { this.dialog.close(); window.location.assign(option.href); }
  }

  /** A command is a form of one field; it comes back to this page. */
  send(option) {
    const form = element("form");
    form.method = "post";
    form.action = option.getAttribute("href");
    const here = window.location.pathname + window.location.search + window.location.hash;
    const values = { csrf_token: csrf(), next: here, [option.dataset.field]: option.dataset.value };
    for (const [name, value] of Object.entries(values)) {
      const input = element("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
    this.dialog.append(form);
    form.submit();
  }
}

let palette = null;
const open = (text = "") => { palette ??= new Palette(); palette.open(text); };

document.addEventListener("jm-palette", () => open());
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
  if (!document.querySelector("[data-search]")) return;
  event.preventDefault();
  open();
});

const box = document.querySelector("[data-search]");
box?.setAttribute("aria-haspopup", "dialog");
box?.addEventListener("click", () => open());
box?.addEventListener("input", (event) => {
  if (event.isComposing) return;
  const text = box.value;
  box.value = "";
  open(text);
});
document.querySelector("a[data-palette]")?.addEventListener("click", (event) => { event.preventDefault(); open(); });
