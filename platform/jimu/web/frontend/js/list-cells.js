// Editing in the list: double click, F2, Enter or the pencil puts the field's controls beside the cell. Tab goes on to the
// next cell that can be changed. After saving, the row is fetched anew: what was computed from the field changes along.
import { toast } from "./shell.js";
import { t } from "./texts.js";
import { base, data, fragment, make } from "./list-page.js";
import { listQuery } from "./list-select.js";

const list = document.querySelector("jm-list");
const table = list?.querySelector(".list-table");
const canEdit = data.editable ?? [];
let editor = null;

const cellOf = (target) => { const cell = target.closest?.("tbody tr[data-id] > td"); return cell && canEdit[cell.cellIndex] ? cell : null; };

async function edit(cell) {
  if (editor) return;
  editor = document.createElement("div");
  const { editFields } = await import("./field-edit.js");
  const row = cell.parentElement;
  const name = data.columns[cell.cellIndex][0];
  const label = data.columns[cell.cellIndex][1];
  editor = make("div", { class: "cell-editor", role: "dialog", "aria-label": t("Edit {field}", { field: label }), popover: "manual" });
  let step = 0;
  editor.addEventListener("keydown", (event) => { step = next(event) ?? step; });
  list.append(editor);
  editor.showPopover();
  place(cell);
  cell.classList.add("is-edited");
  const moved = new ResizeObserver(() => place(cell));
  moved.observe(editor);
  const outside = (event) => { if (editor && !editor.contains(event.target) && !event.target.closest(".dropdown-active, dialog, .toast-note")) editor.querySelector("[data-cancel]")?.click(); };
  document.addEventListener("pointerdown", outside);
  const saved = await editFields(editor, `${base}/${row.dataset.id}/fields?names=${encodeURIComponent(name)}`);
  document.removeEventListener("pointerdown", outside);
  moved.disconnect();
  editor.hidePopover();
  editor.remove();
  editor = null;
  cell.classList.remove("is-edited");
  const now = saved ? await refresh(row) : row;
  const back = now.cells[cell.cellIndex] ?? now;
  if (step) edit(beyond(back, step) ?? back);
  else focusOn(back);
}

/** Tab saves and goes on; the form does the saving. */
function next(event) {
  if (event.key !== "Tab" || event.defaultPrevented) return null;
  const parts = [...editor.querySelectorAll("input:not([type=hidden]), select, textarea, button")].filter((e) => !e.disabled && e.offsetParent && !e.closest(".fields-foot") && e.tabIndex >= 0);
  const at = parts.indexOf(event.target);
  if (at >= 0 && at !== (event.shiftKey ? 0 : parts.length - 1)) return null;
  if (at < 0 && event.target.closest(".fields-foot")) return null;
  event.preventDefault();
  editor.querySelector("form").requestSubmit();
  return event.shiftKey ? -1 : 1;
}

function beyond(cell, step) {
  const cells = [...table.querySelectorAll("tbody tr[data-id] > td")].filter((one) => canEdit[one.cellIndex] && one.offsetParent);
  return cells[cells.indexOf(cell) + step] ?? null;
}

function place(cell) {
  if (!editor) return;
  const box = cell.getBoundingClientRect();
  const width = Math.min(Math.max(box.width, 300), window.innerWidth - 16);
  const style = editor.style;
  style.width = `${width}px`;
  style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - width - 8))}px`;
  style.top = `${Math.max(8, Math.min(box.top - 4, window.innerHeight - editor.offsetHeight - 8))}px`;
}

/** The row as the server shows it now; the one that stands there takes its place. */
async function refresh(row) {
  const found = await fragment(`${base}/rows?${listQuery()}&ids=${row.dataset.id}`);
  const fresh = found?.querySelector("tr[data-id]");
  if (!fresh) { toast(t("It was saved; load the page again to see it."), { info: true }); return row; }
  row.replaceWith(fresh);
  fresh.classList.add("is-fresh");
  return fresh;
}

function focusOn(cell) {
  cell.tabIndex = 0;
  cell.focus();
}

// The pencil: one for the whole list, in the cell that the pointer is on.
const pencil = make("button", { class: "cell-pencil", mark: "pencil", tabindex: "-1", "aria-hidden": "true", title: t("Edit") });
pencil.addEventListener("click", (event) => { event.stopPropagation(); edit(pencil.parentElement); });

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || editor) return;
  const cell = event.target.matches?.("td") ? cellOf(event.target) : null;
  const row = event.target.closest?.("jm-list tbody tr[data-id]");
  const first = event.key === "F2" && row && event.target === row ? [...row.cells].find((one) => canEdit[one.cellIndex]) : null;
  if (!first && (!cell || !["F2", "Enter"].includes(event.key))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  edit(first ?? cell);
}

if (table && canEdit.some(Boolean)) {
  let clicked = 0;
  // A click opens the record, a second one right after it edits: so a click on a cell that can be changed waits a little.
  table.addEventListener("click", (event) => {
    const cell = cellOf(event.target);
    if (!cell || event.target.closest("a, button, input, label") || event.ctrlKey || event.metaKey || event.shiftKey || window.getSelection().toString()) return;
    event.stopPropagation();
    window.clearTimeout(clicked);
    if (event.detail > 1) return;
    clicked = window.setTimeout(() => window.location.assign(cell.parentElement.dataset.href), 300);
  });
  table.addEventListener("dblclick", (event) => {
    const cell = cellOf(event.target);
    if (!cell || event.target.closest("button, input")) return;
    window.clearTimeout(clicked);
    window.getSelection().removeAllRanges();
    edit(cell);
  });
  table.addEventListener("pointerover", (event) => {
    const cell = event.pointerType === "mouse" ? cellOf(event.target) : null;
    if (cell && pencil.parentElement !== cell) cell.append(pencil);
    else if (!cell) pencil.remove();
  });
  table.addEventListener("pointerleave", () => pencil.remove());
  document.addEventListener("keydown", onKey, true);
}
