// A block of cells out of a spreadsheet, pasted into a grid of lines: from the cell with the focus to the right and down,
// with more rows as needed. Columns that are computed are passed over with their values.
const MOST = 300;

/** True if the paste was such a block. */
export function fill(grid, event) {
  const control = event.target.closest("[data-cell]");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!control || !/[\t\n]/.test(text.replace(/\r?\n$/, ""))) return false;
  const block = parse(text).slice(0, MOST);
  const first = grid.columns.findIndex((column) => column.name === control.closest("td").dataset.column);
  let line = control.closest("tr");
  for (const texts of block) {
    if (!line) {
      if (!grid.spec.can.create) break;
      line = grid.add(null, { quiet: true }).line;
    }
    texts.forEach((value, at) => {
      const column = grid.columns[first + at];
      if (column && column.widget !== "read") line.row.cells[column.name].put(value.trim());
    });
    do line = line.nextElementSibling; while (line?.hidden);
  }
  grid.changed();
  return true;
}

/** Rows of cells; a cell in quotes may hold tabs, line ends and doubled quotes. */
export function parse(text) {
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    const row = rows[rows.length - 1];
    const last = row.length - 1;
    if (quoted) {
      if (sign === '"' && text[at + 1] === '"') { row[last] += '"'; at += 1; } else if (sign === '"') quoted = false;
      else row[last] += sign;
    } else if (sign === '"' && row[last] === "") quoted = true;
    else if (sign === "\t") row.push("");
    else if (sign === "\n") rows.push([""]);
    else if (sign !== "\r") row[last] += sign;
  }
  if (rows.at(-1).length === 1 && rows.at(-1)[0] === "") rows.pop();
  return rows;
}
