// The cells of a line: a control by the kind of its column, or the text of what is computed.
import { combo } from "./combo.js";
import { element } from "./pieces.js";

const INPUTS = { date: "date", datetime: "datetime-local", time: "time", email: "email", phone: "tel", url: "url" };

/** A cell in ``place``: {control, show(text), complain(text), put(text), isWrong}. ``changed`` is called after each change. */
export function cellFor(column, place, row, mayEdit, changed) {
  const cell = { control: null, isWrong: false, show: (text) => show(place, text), complain: (text) => complain(cell, place, text), put: () => {} };
  if (column.widget === "read" || !mayEdit) {
    place.classList.add("lines-read");
    show(place, row.texts?.[column.name] ?? optionText(column, row.values[column.name]?.[0]) ?? row.values[column.name]?.join(", ") ?? "");
    return cell;
  }
  const take = (texts) => {
    row.values[column.name] = texts;
    delete row.find?.[column.name];
    (row.touched ??= new Set()).add(column.name);
    changed();
  };
  if (column.src) lookup(cell, column, row, take, changed);
  else if (column.options) choice(cell, column, row, take);
  else if (column.widget === "checkbox") check(cell, column, row, take);
  else text(cell, column, row, take);
  cell.control.setAttribute("aria-label", column.label);
  cell.control.dataset.cell = "";
  place.append(cell.root ?? cell.control);
  return cell;
}

function optionText(column, value) {
  return column.options?.find(([one]) => one === value)?.[1];
}

function text(cell, column, row, take) {
  const control = element("input", "lines-input");
  control.type = INPUTS[column.widget] ?? "text";
  control.autocomplete = "off";
  for (const name of ["inputmode", "maxlength"]) if (column.attributes?.[name]) control.setAttribute(name, column.attributes[name]);
  control.value = row.values[column.name]?.[0] ?? "";
  control.addEventListener("input", () => take(control.value === "" ? [] : [control.value]));
  cell.control = control;
  cell.show = () => {};
  cell.put = (given) => {
    const value = column.numeric ? given.replace(/[\s%￥¥$€£]/g, "") : given;
    control.value = value;
    take(control.value === "" ? [] : [control.value]);
  };
}

function choice(cell, column, row, take) {
  const control = element("select", "lines-input");
  control.append(new Option("", ""), ...column.options.map(([value, label]) => new Option(label, value)));
  control.value = row.values[column.name]?.[0] ?? "";
  control.addEventListener("change", () => take(control.value ? [control.value] : []));
  cell.control = control;
  cell.show = () => {};
  cell.put = (given) => {
    const wanted = given.trim().toLowerCase();
    const found = column.options.find(([value, label]) => [value.toLowerCase(), label.toLowerCase()].includes(wanted));
    control.value = found?.[0] ?? "";
    // What is no choice is sent as it is, so that the server says what is wrong with it.
    take(found ? [found[0]] : wanted ? [given] : []);
  };
}

function check(cell, column, row, take) {
  const control = element("input", "form-check-input");
  control.type = "checkbox";
  control.checked = Boolean(row.values[column.name]?.length);
  control.addEventListener("change", () => take(control.checked ? ["true"] : []));
  cell.control = control;
  cell.show = () => {};
  cell.put = (given) => {
    control.checked = /^(true|yes|y|1|x|是|✓|√)$/i.test(given.trim());
    take(control.checked ? ["true"] : []);
  };
}

function lookup(cell, column, row, take, changed) {
  const made = combo(column.src, row.texts?.[column.name] ?? "", (option) => take(option ? [option.value] : []));
  made.input.classList.add("lines-input");
  cell.control = made.input;
  cell.root = made.root;
  cell.show = (shown) => { if (document.activeElement !== made.input && !row.find?.[column.name]) made.show(shown); };
  cell.put = (given) => {
    made.show(given.trim());
    row.values[column.name] = [];
    (row.touched ??= new Set()).add(column.name);
    if (given.trim()) (row.find ??= {})[column.name] = given.trim();
    changed();
  };
}

function show(place, text) {
  const output = place.querySelector("output") ?? place.appendChild(element("output"));
  if (output.textContent !== text) output.textContent = text;
}

function complain(cell, place, text) {
  cell.isWrong = Boolean(text);
  let box = place.querySelector(".lines-problem");
  if (!text) {
    box?.remove();
    place.classList.remove("is-wrong");
    cell.control?.removeAttribute("aria-invalid");
    cell.control?.removeAttribute("aria-describedby");
    return;
  }
  box ??= place.appendChild(element("div", "lines-problem"));
  box.id ||= `problem-${Math.random().toString(36).slice(2)}`;
  box.textContent = text;
  place.classList.add("is-wrong");
  cell.control?.setAttribute("aria-invalid", "true");
  cell.control?.setAttribute("aria-describedby", box.id);
}
