// <jm-bell>: notifications. Their number is asked for after the page is shown and when one comes back to it; the
// notifications themselves when the panel is opened.
import { ask, t } from "./texts.js";

const KEY = "jimu-unread";
const MOST = 99;
const AGAIN_AFTER = 15_000;
const whenIdle = window.requestIdleCallback ?? ((run) => window.setTimeout(run, 200));

class Bell extends HTMLElement {
  connectedCallback() {
    this.menu = this.querySelector("details");
    this.summary = this.querySelector("summary");
    this.place = this.querySelector("[data-notices]");
    this.asked = 0;
    try { this.show(Number(window.sessionStorage.getItem(KEY) ?? 0)); } catch { /* then nothing is shown before it is known */ }
    whenIdle(() => this.count());
    this.menu.addEventListener("toggle", () => { if (this.menu.open) this.load(); });
    this.addEventListener("submit", (event) => this.sent(event));
    document.addEventListener("click", (event) => this.followed(event));
    document.addEventListener("visibilitychange", () => this.back());
    window.addEventListener("focus", () => this.back());
  }

  back() {
    if (document.visibilityState === "visible" && Date.now() - this.asked > AGAIN_AFTER) this.count();
  }

  async count() {
    this.asked = Date.now();
    const answer = await ask("/notifications/count").catch(() => null);
    if (!answer?.ok) return;
    const { unread } = await answer.json();
    try { window.sessionStorage.setItem(KEY, unread); } catch { /* then the next page begins with none */ }
    this.show(unread);
  }

  show(unread) {
    const mark = this.querySelector(".bell-count");
    mark.hidden = !unread;
    mark.textContent = unread > MOST ? `${MOST}+` : unread;
    this.summary.setAttribute("aria-label", unread ? t("Notifications: {n} unread", { n: mark.textContent }) : t("Notifications"));
  }

  async load() {
    const answer = await ask("/notifications").catch(() => null);
    if (answer?.ok) this.place.innerHTML = await answer.text();
    else this.place.textContent = t("The server did not answer. Check the connection and try again.");
    this.count();
  }

  async sent(event) {
    event.preventDefault();
    const notice = event.target.closest("[data-notice]")?.dataset.notice;
    const answer = await ask(event.target.action, { method: "POST", body: new URLSearchParams(new FormData(event.target)) }).catch(() => null);
    if (!answer?.ok) return;
    this.place.innerHTML = await answer.text();
    (this.place.querySelector(`[data-notice="${notice}"] a`) ?? this.summary).focus();
    this.count();
  }

  /** Who opens what a notification is about has read it. */
  followed(event) {
    const link = event.target.closest?.(".notice-entry.is-unread a[href]");
    if (!link) return;
    const ids = [...link.closest("[data-notice]").querySelectorAll('input[name="id"]')].map((input) => ["id", input.value]);
    ask("/notifications/read", { method: "POST", body: new URLSearchParams(ids), keepalive: true }).catch(() => null);
  }
}

customElements.define("jm-bell", Bell);
