// <jm-parts>: tabs that are remembered; an address with a name after # wins. <jm-more>: long values fold.
import { t } from "./texts.js";

const WIDE = window.matchMedia("(min-width: 1100px)");
const FOLDED = 190;

export const memory = {
  get(key) { try { return window.localStorage.getItem(`jimu:${key}`); } catch { return null; } },
  set(key, value) { try { window.localStorage.setItem(`jimu:${key}`, value); } catch { /* private windows have none */ } },
};

class Parts extends HTMLElement {
  connectedCallback() {
    this.links = [...this.querySelectorAll('[role="tab"]')].filter((link) => link.closest("jm-parts") === this);
    this.links.forEach((link) => link.addEventListener("click", (event) => { event.preventDefault(); this.show(link, true); }));
    this.addEventListener("keydown", (event) => this.move(event));
    window.addEventListener("hashchange", () => this.fromAddress());
    WIDE.addEventListener("change", () => { if (WIDE.matches && this.chosen?.classList.contains("tab-narrow")) this.show(this.links[0]); });
    const remembered = memory.get(this.getAttribute("remember"));
    this.show(this.named(window.location.hash) ?? this.named(remembered) ?? this.links[0]);
    if (this.inside(window.location.hash)) this.show(this.links.find((link) => link.hash === "#side") ?? this.chosen);
  }

  named(hash) {
    const found = this.links.find((link) => link.hash === hash);
    return found && WIDE.matches && found.classList.contains("tab-narrow") ? undefined : found;
  }

  /** At phone width the panels of the side stand behind one tab of the page. */
  inside(hash) {
    const side = this.links.some((link) => link.hash === "#side");
    return side && !WIDE.matches && hash && document.getElementById("side")?.querySelector(`[id="${CSS.escape(hash.slice(1))}"]`);
  }

  fromAddress() {
    const link = this.named(window.location.hash) ?? (this.inside(window.location.hash) ? this.named("#side") : null);
    if (link) this.show(link);
  }

  show(chosen, byHand = false) {
    if (!chosen) return;
    this.chosen = chosen;
    for (const link of this.links) {
      const panel = document.getElementById(link.hash.slice(1));
      const here = link === chosen;
      link.setAttribute("aria-selected", here);
      link.tabIndex = here ? 0 : -1;
      if (panel.matches("aside")) panel.classList.toggle("is-shown", here);
      else panel.hidden = !here;
    }
    if (!byHand) return;
    memory.set(this.getAttribute("remember"), chosen.hash);
    window.history.replaceState(null, "", chosen.hash);
  }

  move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const shown = this.links.filter((link) => link.offsetParent);
    const at = shown.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = shown[(at + step + shown.length) % shown.length];
    this.show(next, true);
    next.focus();
  }
}

class More extends HTMLElement {
  connectedCallback() {
    if (this.button || !this.closest(".record-main")) return;
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      if (this.scrollHeight > FOLDED + 60) this.fold();
    });
    seen.observe(this);
  }

  fold() {
    this.classList.add("is-folded");
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "more-button";
    this.button.setAttribute("aria-expanded", "false");
    this.button.textContent = t("Show more");
    this.button.addEventListener("click", () => {
      const folded = this.classList.toggle("is-folded");
      this.button.textContent = folded ? t("Show more") : t("Show less");
      this.button.setAttribute("aria-expanded", !folded);
    });
    this.after(this.button);
  }
}

customElements.define("jm-parts", Parts);
customElements.define("jm-more", More);
