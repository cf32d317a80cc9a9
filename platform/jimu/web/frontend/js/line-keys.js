// Moving through the cells of a grid of lines: Enter and the arrows up and down go through a column, the arrows left and
// right leave a cell at the ends of its text. Enter in the last row makes a new one.
export function moveFocus(grid, event) {
  const control = event.target.closest("[data-cell]");
  if (!control || event.ctrlKey || event.metaKey || event.altKey) return;
  const cell = control.closest("td");
  const line = control.closest("tr");
  const isList = control.matches("select, [aria-expanded=true], [type=date], [type=datetime-local], [type=time]");
  if (event.key === "Enter" && control.getAttribute("aria-expanded") !== "true") {
    event.preventDefault();
    const near = step(line, event.shiftKey ? -1 : 1);
    if (near) focusIn(near, cell.cellIndex);
    else if (!event.shiftKey && grid.spec.can.create) grid.focusRow(grid.add(null), cell.dataset.column);
  } else if (!isList && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const near = step(line, event.key === "ArrowDown" ? 1 : -1);
    if (near) { event.preventDefault(); focusIn(near, cell.cellIndex); }
  } else if (!isList && (event.key === "ArrowLeft" || event.key === "ArrowRight") && atEnd(control, event.key)) {
    const near = sideways(cell, event.key === "ArrowRight" ? 1 : -1);
    if (near) { event.preventDefault(); near.focus(); }
  }
}

function step(line, by) {
  let near = line;
  do near = by > 0 ? near.nextElementSibling : near.previousElementSibling; while (near?.hidden);
  return near;
}

function focusIn(line, index) {
  const control = line.cells[index]?.querySelector("[data-cell]");
  control?.focus();
  control?.select?.();
}

function atEnd(control, key) {
  if (typeof control.selectionStart !== "number") return true;
  const { selectionStart, selectionEnd, value } = control;
  if (selectionStart === 0 && selectionEnd === value.length && value) return true;
  return selectionStart === selectionEnd && selectionStart === (key === "ArrowRight" ? value.length : 0);
}

function sideways(cell, by) {
  for (let near = cell; near; near = by > 0 ? near.nextElementSibling : near.previousElementSibling) {
    const control = near !== cell && near.querySelector("[data-cell]");
    if (control) return control;
  }
  return null;
}
