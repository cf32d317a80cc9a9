// The list by keyboard: arrows move from row to row and cell to cell, Enter opens, Space previews, e edits, n is new,
// f filters, / searches in the list.
const list = document.querySelector("jm-list");
const rows = () => [...list.querySelectorAll("tbody:not([hidden]) > tr[data-href], tbody:not([hidden]) > tr.group-row")].filter((row) => row.offsetParent);
const typing = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open], .picker, .menu[open]");

function focusOn(element) {
  for (const old of list.querySelectorAll(".list-table [data-roving]")) {
    if (old === element) return;
    old.removeAttribute("tabindex");
    old.removeAttribute("data-roving");
  }
  element.tabIndex = 0;
  element.dataset.roving = "";
}

function put(element) {
  focusOn(element);
  element.focus();
  element.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function moveRow(step) {
  const all = rows();
  const cell = document.activeElement.closest?.("td, th");
  const row = document.activeElement.closest?.("tr");
  const next = all[Math.min(all.length - 1, Math.max(0, all.indexOf(row) + step))];
  if (!next) return;
  const column = cell && row && list.contains(cell) ? cell.cellIndex : -1;
  put(column >= 0 && next.cells[column] && cell.dataset.roving !== undefined ? next.cells[column] : target(next));
  if (!document.getElementById("peek").hidden && next.dataset.id) list.peek(next);
}

const target = (row) => (row.classList.contains("group-row") ? row.querySelector("a") : row);

function moveCell(step) {
  const row = document.activeElement.closest("tr");
  const cell = document.activeElement.closest("td, th");
  const at = cell ? cell.cellIndex + step : step > 0 ? 0 : -1;
  if (at < 0) put(target(row));
  else if (row.cells[at]) put(row.cells[at]);
}

function onRow(event, row) {
  const keys = {
    ArrowDown: () => moveRow(1), ArrowUp: () => moveRow(-1), ArrowLeft: () => moveCell(-1), ArrowRight: () => moveCell(1),
    Home: () => put(target(rows()[0])), End: () => put(target(rows().at(-1))),
  };
  if (row.dataset.href) Object.assign(keys, {
    " ": () => (document.getElementById("peek").dataset.id === row.dataset.id ? list.closePeek() : list.peek(row)),
    e: () => window.location.assign(`${row.dataset.href}/edit`),
  });
  // As a click does it: what else looks at rows that are opened takes part.
  if (row.dataset.href && !event.target.closest("a, button")) keys.Enter = () => (event.target.closest("td")?.querySelector("a") ?? row).click();
  return keys[event.key];
}

function anywhere(event) {
  return {
    "/": () => list.querySelector("[data-list-search]").focus(),
    f: () => list.querySelector('[data-panel="filter-editor"]').click(),
    n: () => document.querySelector("a[data-new]")?.click(),
    ArrowDown: document.activeElement === document.body ? () => moveRow(1) : undefined,
  }[event.key];
}

if (list) {
  const first = rows()[0];
  if (first) focusOn(target(first));
  list.addEventListener("focusin", (event) => {
    const row = event.target.closest("tbody tr");
    if (row && (event.target === row || event.target.matches("td, th"))) focusOn(event.target);
  });
  // Before the keys of the frame, which has other plans for some of them.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && !document.querySelector("details.menu[open], dialog[open], .picker")) { if (list.closePeek()) event.preventDefault(); return; }
    if (typing(event.target)) return;
    const row = event.target.closest?.("jm-list tbody tr");
    const run = (row && onRow(event, row)) || anywhere(event);
    if (!run) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    run();
  }, true);
}
