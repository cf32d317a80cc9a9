// The frame: theme, shortcuts, dialogs, row links, tabs. Menus, notes, navigation, tooltips and the network have files of their own.
import { ask, icon, t } from "./texts.js";
import { toast } from "./shell-toasts.js";
import "./shell-menus.js";
import "./shell-nav.js";
import "./shell-network.js";
import "./shell-tips.js";

export { toast } from "./shell-toasts.js";

document.addEventListener("click", (event) => {
  const theme = event.target.closest("[data-theme-choice]");
  if (theme) chooseTheme(theme.dataset.themeChoice);
  const density = event.target.closest("[data-density-choice]");
  if (density) chooseDensity(density.dataset.densityChoice);
  const toggle = event.target.closest("[data-toggle]");
  if (toggle) togglePart(toggle);
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (event.target.matches("dialog.dialog") && isOutside(event)) event.target.close();
  const row = event.target.closest("tr[data-href]");
  if (row && !event.target.closest("a, button, input, label") && !window.getSelection().toString()) openRow(row, event);
});

/** A click on the backdrop hits the dialog itself, but outside its box. */
function isOutside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

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

function chooseDensity(density) {
  document.documentElement.dataset.density = density;
  for (const button of document.querySelectorAll("[data-density-choice]")) {
    button.setAttribute("aria-pressed", button.dataset.densityChoice === density);
  }
  ask("/preferences", { method: "POST", body: new URLSearchParams({ density }) });
}

function chooseTheme(theme) {
  document.documentElement.dataset.themeSetting = theme;
  document.dispatchEvent(new Event("jm-theme"));
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", button.dataset.themeChoice === theme);
  }
  ask("/preferences", { method: "POST", body: new URLSearchParams({ theme }) });
}

if (/Mac|iPhone|iPad/.test(window.navigator.platform)) for (const key of document.querySelectorAll("kbd[data-mod]")) key.textContent = "⌘";

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

// <jm-password>: a field for a password, with a button that shows what was typed.
class Password extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.querySelector("button")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "icon-button";
    button.setAttribute("aria-label", t("Show the password"));
    button.setAttribute("aria-pressed", "false");
    button.append(icon("eye"));
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", shown);
      button.replaceChildren(icon(shown ? "eye-off" : "eye"));
    });
    this.append(button);
  }
}

customElements.define("jm-password", Password);
customElements.define("jm-tabs", Tabs);
customElements.define("jm-copy", Copy);
