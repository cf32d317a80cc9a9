// Copying rows as a table: tab-separated text and an HTML table, as the list shows the values. Ctrl+C copies what is
// selected, unless some text is.
import { t } from "./texts.js";
import { toast } from "./shell.js";
import { count, isSelected, isUsable, rowsShown } from "./list-select.js";

const list = document.querySelector("jm-list");

/** Copies the selected rows of this page; without any, all of them. */
export function copyRows() {
  const all = rowsShown();
  const chosen = all.filter((row) => isSelected(row.dataset.id));
  const rows = [headers(), ...(chosen.length ? chosen : all).map((row) => [...row.cells].map(textOf))];
  const put = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData.setData("text/plain", rows.map((row) => row.join("\t")).join("\n"));
    event.clipboardData.setData("text/html", asTable(rows));
  };
  document.addEventListener("copy", put, { once: true, capture: true });
  const done = document.execCommand("copy");
  document.removeEventListener("copy", put, { capture: true });
  if (!done) toast(t("The browser does not allow copying here."), { error: true });
  else toast(t("Rows copied as a table: {n}", { n: rows.length - 1 }));
}

const headers = () => [...list.querySelectorAll(".list-table thead th")].map((head) => clean(head.querySelector("a, span")?.firstChild?.textContent ?? head.textContent));
const clean = (text) => text.replace(/\s+/g, " ").trim();

function textOf(cell) {
  const stars = cell.querySelector(".stars");
  return clean(stars ? stars.getAttribute("aria-label") : [...cell.childNodes].map((node) => node.innerText ?? node.textContent).join(" "));
}

function asTable(rows) {
  const table = document.createElement("table");
  rows.forEach((row, at) => {
    const line = table.insertRow();
    for (const text of row) {
      const cell = document.createElement(at ? "td" : "th");
      cell.textContent = text;
      line.append(cell);
    }
  });
  return table.outerHTML;
}

if (isUsable) document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "c" || event.shiftKey || event.altKey) return;
  if (!count() || window.getSelection().toString() || event.target.closest?.("input:not([type=checkbox]), textarea, [contenteditable], dialog[open]")) return;
  event.preventDefault();
  copyRows();
});
