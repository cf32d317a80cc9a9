// A card over links to records: after a moment with the pointer or the keyboard on the link. Escape puts it away.
import { ask } from "./texts.js";

const RECORD = /^\/(?:o\/[a-z][a-z0-9_]*|r)\/[0-9a-z]{13}$/i;
const ID = /^[0-9a-z]{13}$/i;
const WAIT = 450;
const LEAVE = 200;
const known = new Map();
let card = null;
let link = null;
let opening = 0;
let closing = 0;

/** A record that is chosen in a field of a form. */
const chosenOf = (target) => {
  const item = target.closest?.("jm-choose[src] .ts-control .item[data-value]");
  return item && ID.test(item.dataset.value) ? item : null;
};

const pathOf = (found) => found.pathname ?? `/r/${found.dataset.value}`;

const linkOf = (target) => {
  const chosen = chosenOf(target);
  if (chosen) return chosen;
  const found = target.closest?.("a[href]");
  if (!found || found.origin !== window.location.origin || !RECORD.test(found.pathname) || found.closest(".shell-nav, .hover-card, .crumbs, [role=tab]")) return null;
  return found.pathname === window.location.pathname ? null : found;
};

function soon(found) {
  window.clearTimeout(closing);
  if (found === link && card) return;
  window.clearTimeout(opening);
  opening = window.setTimeout(() => open(found), WAIT);
}

function later() {
  window.clearTimeout(opening);
  window.clearTimeout(closing);
  closing = window.setTimeout(close, LEAVE);
}

async function open(found) {
  const path = pathOf(found);
  if (!known.has(path)) {
    const answer = await ask(`${path}/card`).catch(() => null);
    known.set(path, answer?.ok ? await answer.text() : "");
    window.setTimeout(() => known.delete(path), 30_000);
  }
  if (!known.get(path) || !found.isConnected || !(found.matches(":hover") || found === document.activeElement)) return;
  close();
  link = found;
  card = document.createElement("div");
  card.className = "hover-card";
  card.id = "hover-card";
  card.setAttribute("role", "dialog"); // it holds links; it takes no focus of its own
  card.setAttribute("aria-label", found.textContent.trim());
  card.innerHTML = known.get(path);
  card.addEventListener("pointerenter", () => window.clearTimeout(closing));
  card.addEventListener("pointerleave", later);
  document.body.append(card);
  link.setAttribute("aria-describedby", card.id);
  place();
}

function place() {
  const at = link.getBoundingClientRect();
  const size = card.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, window.innerWidth - size.width - 8));
  const below = at.bottom + 6 + size.height < window.innerHeight || at.top < size.height + 12;
  card.style.setProperty("inset-inline-start", "auto");
  card.style.left = `${left + window.scrollX}px`;
  card.style.top = `${(below ? at.bottom + 6 : at.top - size.height - 6) + window.scrollY}px`;
}

function close() {
  link?.removeAttribute("aria-describedby");
  card?.remove();
  card = link = null;
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const found = linkOf(event.target);
  if (found) soon(found);
});
document.addEventListener("pointerout", (event) => { if (linkOf(event.target)) later(); });
document.addEventListener("focusin", (event) => {
  const found = linkOf(event.target);
  if (found?.matches(":focus-visible")) soon(found);
});
document.addEventListener("focusout", (event) => { if (linkOf(event.target)) later(); });
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !card) return;
  window.clearTimeout(opening);
  close();
  event.stopImmediatePropagation();
}, true);
document.addEventListener("click", close, true);
window.addEventListener("scroll", () => { if (card) close(); }, { passive: true, capture: true });
