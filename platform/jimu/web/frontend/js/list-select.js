// Selecting rows of the list: boxes, ranges with Shift, x and Shift+arrows by keyboard, all on the page, all that match.
// What is selected is kept while one turns the pages of the same list. Others listen to "jm-selected" on <jm-list>.
import { ask, t } from "./texts.js";
import { toast } from "./shell.js";
import { base, data, make } from "./list-page.js";

const list = document.querySelector("jm-list");
const work = data.work ?? {};
const query = listQuery();
const key = `jimu-selected:${data.object}:${query}`;
const state = { ids: new Set(), all: false, out: new Set(), count: 0 };
let anchor = null;

export const isUsable = Boolean(list?.querySelector(".list-table") && (work.edit || work.remove || work.export));

/** The arguments of this list's address, without the page that is open. */
export function listQuery() {
  const found = new URLSearchParams(window.location.search);
  for (const name of ["after", "trail", "count", "rows"]) found.delete(name);
  return found.toString();
}

export const rowsShown = () => [...list.querySelectorAll(".list-table tbody tr[data-id]")];
export const isSelected = (id) => (state.all ? !state.out.has(id) : state.ids.has(id));
export const count = () => (state.all ? Math.max(0, state.count - state.out.size) : state.ids.size);
export const isAll = () => state.all;

/** The selection for a form to the server: all that match travel as the list's query, never as ids. */
export function selection() {
  const chosen = state.all ? { _all: "1", _left_out: [...state.out].join() } : { _ids: [...state.ids].join() };
  return { ...chosen, _query: query, _back: window.location.pathname + window.location.search };
}

export function clear() {
  state.ids.clear();
  state.out.clear();
  state.all = false;
  tell();
}

function put(id, isOn) {
  if (state.all) state.out[isOn ? "delete" : "add"](id);
  else if (!isOn) state.ids.delete(id);
  else if (state.ids.size >= (work.most) && !state.ids.has(id)) toast(t("At most {n} records can be selected one by one; select all that match instead.", { n: work.most }), { error: true });
  else state.ids.add(id);
  if (state.all && !count()) state.all = false;
}

function toggle(row, isOn, { range = false } = {}) {
  const all = rowsShown();
  const from = all.indexOf(anchor);
  const to = all.indexOf(row);
  const span = range && from >= 0 ? all.slice(Math.min(from, to), Math.max(from, to) + 1) : [row];
  for (const one of span) put(one.dataset.id, isOn);
  anchor = row;
  tell();
}

export function togglePage(isOn) {
  for (const row of rowsShown()) put(row.dataset.id, isOn);
  tell();
}

/** All records that the list shows, on all its pages. */
export async function selectAll() {
  const answer = await ask(`${base}/mass/count?${query}`).catch(() => null);
  const found = answer?.ok ? await answer.json() : null;
  if (!found) { toast(t("The server did not answer. Check the connection and try again."), { error: true }); return; }
  Object.assign(state, { all: true, count: found.count });
  state.ids.clear();
  state.out.clear();
  tell();
}

function tell() {
  if (count()) window.sessionStorage.setItem(key, JSON.stringify({ ids: [...state.ids], out: [...state.out], all: state.all, count: state.count }));
  else window.sessionStorage.removeItem(key);
  draw();
  list.dispatchEvent(new CustomEvent("jm-selected"));
}

function draw() {
  const all = rowsShown();
  for (const row of all) {
    const box = row.querySelector(".row-check");
    const isOn = isSelected(row.dataset.id);
    row.classList.toggle("is-selected", isOn);
    if (box) box.checked = isOn;
  }
  const head = list.querySelector(".page-check");
  const chosen = all.filter((row) => isSelected(row.dataset.id)).length;
  if (!head) return;
  head.checked = chosen > 0 && chosen === all.length;
  head.indeterminate = chosen > 0 && chosen < all.length;
}

function addBoxes() {
  for (const row of rowsShown()) {
    const cell = row.cells[0];
    if (cell.querySelector(".row-check")) continue;
    const box = make("input", { type: "checkbox", class: "row-check", tabindex: "-1", "aria-label": t("Select {title}", { title: cell.textContent.trim() }) });
    box.addEventListener("click", (event) => { box.focus(); toggle(row, box.checked, { range: event.shiftKey }); });
    cell.prepend(box);
  }
  draw();
}

function addHead() {
  const box = make("input", { type: "checkbox", class: "page-check", "aria-label": t("Select all on this page") });
  box.addEventListener("click", () => togglePage(box.checked));
  list.querySelector(".list-table thead th")?.prepend(box);
}

function recall() {
  try {
    const kept = JSON.parse(window.sessionStorage.getItem(key));
    if (kept) Object.assign(state, { ids: new Set(kept.ids), out: new Set(kept.out), all: kept.all, count: kept.count });
  } catch { /* nothing usable was kept */ }
}

// x takes the focused row in or out; Shift and an arrow go on from it; Ctrl+A takes the page; Escape lets go.
function onKey(event) {
  if (event.isComposing || event.altKey || event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open], .picker, .menu[open], .cell-editor")) return;
  const row = event.target.closest?.("jm-list tbody tr[data-id]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const isMod = event.ctrlKey || event.metaKey;
  let done = true;
  if (row && event.key.toLowerCase() === "x" && !isMod) toggle(row, !isSelected(row.dataset.id), { range: event.shiftKey });
  else if (row && step && event.shiftKey && !isMod) extend(row, step);
  else if (row && isMod && event.key === "a") togglePage(true);
  else if (event.key === "Escape" && count() && document.getElementById("peek")?.hidden && !document.querySelector("details.menu[open], dialog[open]")) clear();
  else done = false;
  if (!done) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

function extend(row, step) {
  const all = rowsShown();
  const next = all[all.indexOf(row) + step];
  if (!isSelected(row.dataset.id)) toggle(row, true);
  if (!next) return;
  toggle(next, true);
  next.tabIndex = 0;
  next.focus();
}

if (isUsable) {
  list.classList.add("is-selectable");
  recall();
  addHead();
  addBoxes();
  new MutationObserver((changes) => { if (changes.some((c) => [...c.addedNodes].some((n) => n.nodeName === "TR" || n.nodeName === "TBODY"))) addBoxes(); })
    .observe(list.querySelector(".list-table"), { childList: true, subtree: true });
  document.addEventListener("keydown", onKey, true);
  // A click beside the box within its cell's start is meant for the box, and no click there opens the record.
  list.addEventListener("mousedown", (event) => { if (event.shiftKey && event.target.closest("tr[data-id]")) event.preventDefault(); });
}

