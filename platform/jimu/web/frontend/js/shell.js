// The frame: menus, navigation at phone width, theme, shortcuts, row links, tabs.
import { ask, t } from "./texts.js";

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  if (event.target.closest("[data-nav-toggle]")) toggleNavigation();
  const theme = event.target.closest("[data-theme-choice]");
  if (theme) chooseTheme(theme.dataset.themeChoice);
  const toggle = event.target.closest("[data-toggle]");
  if (toggle) togglePart(toggle);
  const row = event.target.closest("tr[data-href]");
  if (row && !event.target.closest("a, button, input, label") && !window.getSelection().toString()) openRow(row, event);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    if (document.body.classList.contains("nav-open")) toggleNavigation();
  }
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    document.querySelector("[data-search]")?.focus();
  }
});

function openRow(row, event) {
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else window.location.assign(row.dataset.href);
}

function togglePart(button) {
  const part = document.getElementById(button.dataset.toggle);
  part.hidden = !part.hidden;
  button.setAttribute("aria-expanded", !part.hidden);
  if (!part.hidden) part.querySelector("select, input:not([type=hidden])")?.focus();
}

function toggleNavigation() {
  const open = document.body.classList.toggle("nav-open");
  document.querySelector(".nav-shade").hidden = !open;
  for (const button of document.querySelectorAll("[data-nav-toggle][aria-expanded]")) button.setAttribute("aria-expanded", open);
  if (open) document.querySelector(".shell-nav a")?.focus();
}

function chooseTheme(theme) {
  document.documentElement.dataset.themeSetting = theme;
  applyTheme();
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", button.dataset.themeChoice === theme);
  }
  ask("/preferences", { method: "POST", body: new URLSearchParams({ theme }) });
}

function applyTheme() {
  const setting = document.documentElement.dataset.themeSetting;
  const dark = setting === "dark" || (setting === "auto" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
}
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
applyTheme();

/** A short note that goes by itself; errors stay until closed. */
export function toast(text, { error = false } = {}) {
  const note = document.createElement("div");
  note.className = error ? "toast-note toast-note-error" : "toast-note";
  note.textContent = text;
  document.querySelector(".toasts")?.append(note);
  if (!error) window.setTimeout(() => note.remove(), 6000);
}

for (const note of document.querySelectorAll(".toasts [data-passing]")) window.setTimeout(() => note.remove(), 8000);

// <jm-tabs>: without a script all panels stand below each other; with it, one at a time, and the address names it.
class Tabs extends HTMLElement {
  connectedCallback() {
    this.links = [...this.querySelectorAll('[role="tab"]')];
    this.links.forEach((link) => link.addEventListener("click", (event) => { event.preventDefault(); this.show(link, true); }));
    this.addEventListener("keydown", (event) => this.move(event));
    window.addEventListener("hashchange", () => this.show(this.fromAddress()));
    this.show(this.fromAddress());
  }

  fromAddress() {
    return this.links.find((link) => link.hash === window.location.hash) ?? this.links[0];
  }

  show(chosen, remember = false) {
    for (const link of this.links) {
      const panel = document.getElementById(link.hash.slice(1));
      const here = link === chosen;
      link.setAttribute("aria-selected", here);
      link.tabIndex = here ? 0 : -1;
      panel.hidden = !here;
      if (here) panel.dispatchEvent(new CustomEvent("jm-shown", { bubbles: true }));
    }
    if (remember) window.history.replaceState(null, "", chosen.hash);
  }

  move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = this.links.indexOf(document.activeElement);
    if (!step || at < 0) return;
    const next = this.links[(at + step + this.links.length) % this.links.length];
    this.show(next, true);
    next.focus();
  }
}

// <jm-copy value="…">: a button that copies.
class Copy extends HTMLElement {
  connectedCallback() {
    this.querySelector("button")?.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.getAttribute("value"));
      toast(t("Copied."));
    });
  }
}

customElements.define("jm-tabs", Tabs);
customElements.define("jm-copy", Copy);
