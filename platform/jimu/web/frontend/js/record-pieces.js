// The pieces of a record page after a change: what reads the same stays as it is, what reads differently is replaced and
// shown for a moment, sections that came or went make their list be put up anew.

/** Brings ``page`` to what ``html`` says; returns the note for the reader, if there is one. */
export function apply(page, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-pieces]");
  if (!fresh) return "";
  page.setAttribute("version", fresh.dataset.version);
  const crumb = document.querySelector(".crumbs [aria-current='page']");
  if (crumb) crumb.textContent = fresh.dataset.title;
  for (const list of fresh.querySelectorAll("[data-piece-list]")) {
    const here = page.querySelector(`[data-piece-list="${CSS.escape(list.dataset.pieceList)}"]`);
    if (here) list.dataset.pieceList === "head" ? head(here, list) : bring(here, list);
  }
  return fresh.dataset.note ?? "";
}

function head(here, fresh) {
  const before = here.querySelector("h1")?.textContent;
  const title = fresh.querySelector("h1")?.textContent;
  if (before !== title) document.title = document.title.replace(before, title);
  if (!same(here, fresh)) { here.replaceChildren(...fresh.childNodes); return; }
  pieces(here, fresh);
  for (const part of [".record-titles", ".record-stamps"]) replace(here.querySelector(part), fresh.querySelector(part));
}

function bring(here, fresh) {
  if (!same(here, fresh)) {
    const open = new Map([...here.querySelectorAll("details[data-section]")].map((one) => [one.dataset.section, one.open]));
    const known = new Set(names(here));
    here.replaceChildren(...fresh.childNodes);
    for (const one of here.querySelectorAll("details[data-section]")) if (open.has(one.dataset.section)) one.open = open.get(one.dataset.section);
    for (const one of here.querySelectorAll("[data-piece]")) if (!known.has(one.dataset.piece)) light(one);
    return;
  }
  pieces(here, fresh);
}

/** Whether the same pieces stand in the same order. */
function same(here, fresh) {
  return names(here).join() === names(fresh).join();
}

const names = (list) => [...list.querySelectorAll("[data-piece]")].map((piece) => piece.dataset.piece);

function pieces(here, fresh) {
  for (const piece of fresh.querySelectorAll("dl[data-piece]")) {
    const old = here.querySelector(`[data-piece="${CSS.escape(piece.dataset.piece)}"]`);
    if (!old || old.classList.contains("is-editing") || old.outerHTML === piece.outerHTML) continue;
    const differs = old.querySelector("dd")?.textContent.trim() !== piece.querySelector("dd")?.textContent.trim();
    old.replaceWith(piece);
    if (differs) light(piece);
  }
}

function replace(old, piece) {
  if (old && piece && old.outerHTML !== piece.outerHTML) old.replaceWith(piece);
}

function light(piece) {
  piece.classList.add("is-fresh");
  piece.addEventListener("animationend", () => piece.classList.remove("is-fresh"), { once: true });
}
