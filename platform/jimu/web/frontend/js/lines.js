// <jm-lines>: records that hang on a record, edited as the rows of a table: keyboard, blocks pasted from a spreadsheet,
// what is computed and added up live. The rows travel with the form as one JSON value and are saved in its transaction.
import { cellFor } from "./line-cells.js";
import { moveFocus } from "./line-keys.js";
import { fill } from "./line-paste.js";
import { sendForm } from "./form-send.js";
import { button, element, iconButton } from "./pieces.js";
import { toast } from "./shell.js";
import { icon, t } from "./texts.js";

class Lines extends HTMLElement {
  connectedCallback() {
    if (this.body) return;
    this.spec = JSON.parse(this.querySelector("script[type='application/json']").textContent);
    this.columns = this.spec.columns;
    this.count = 0;
    this.input = element("input");
    this.input.type = "hidden";
    this.input.name = "_lines";
    this.draw();
    this.append(this.input);
    for (const row of this.spec.typed ?? this.spec.rows) this.add(row, { quiet: true });
    if (!this.rows.length && this.spec.can.create && !this.hasAttribute("alone")) this.add(null, { quiet: true });
    this.keep();
    this.start = this.input.value;
    this.showTotals(this.spec.totals);
    if (this.spec.problems) this.showProblems(this.spec.problems);
    this.listen();
  }

  get rows() {
    return [...this.body.rows].map((line) => line.row);
  }

  // --- drawing -------------------------------------------------------------------------------------------------------

  draw() {
    const wrap = element("div", "lines-wrap");
    const table = element("table", "lines-table");
    table.setAttribute("role", "grid");
    table.setAttribute("aria-label", this.getAttribute("label") ?? "");
    const head = table.createTHead().insertRow();
    head.append(element("td", "lines-number"));
    for (const column of this.columns) {
      const cell = this.headCell(column.label, column.numeric ? "numeric" : "");
      cell.dataset.widget = column.widget;
      if (column.required && column.widget !== "read") cell.append(element("span", "needed", "*"));
      head.append(cell);
    }
    head.append(this.headCell(t("Actions"), "lines-tools"));
    head.lastChild.firstChild.className = "visually-hidden";
    this.body = table.createTBody();
    this.foot = table.createTFoot();
    wrap.append(table);
    this.append(wrap, this.tools());
  }

  headCell(text, className) {
    const cell = element("th", className);
    cell.scope = "col";
    cell.append(element("span", "", text));
    return cell;
  }

  tools() {
    const bar = element("div", "lines-foot");
    if (this.spec.can.create) {
      const adding = button(t("Add a line"), "btn btn-sm", () => this.addBelow());
      adding.prepend(icon("plus"), " ");
      bar.append(adding);
    }
    if (this.hasAttribute("alone")) {
      this.save = button(t("Save the lines"), "btn btn-sm btn-primary", () => this.send());
      this.save.hidden = true;
      bar.append(this.save);
    }
    this.note = element("span", "lines-note");
    this.note.setAttribute("role", "status");
    bar.append(this.note);
    return bar;
  }

  /** A row at the end, or after ``after``; ``given`` as the server or a draft tells it, null for a new one. */
  add(given, { after = null, quiet = false } = {}) {
    this.count += 1;
    const row = given ? structuredClone(given) : { key: `n${this.count}-${Date.now().toString(36)}`, values: {}, base: {}, isNew: true };
    if (row.isNew) { row.values = structuredClone(this.spec.blank); row.base = structuredClone(this.spec.blank); }
    const line = this.body.insertRow(after ? after.sectionRowIndex + 1 : -1);
    line.row = row;
    line.dataset.key = row.key;
    row.line = line;
    const number = line.insertCell();
    number.className = "lines-number";
    row.cells = {};
    for (const column of this.columns) {
      const place = line.insertCell();
      place.dataset.column = column.name;
      place.dataset.label = column.label;
      if (column.numeric) place.classList.add("numeric");
      const mayEdit = row.id ? this.spec.can.update : this.spec.can.create;
      row.cells[column.name] = cellFor(column, place, row, mayEdit, () => this.changed(row, column));
    }
    line.append(this.rowTools(row));
    line.hidden = Boolean(row.deleted);
    if (!quiet) { this.keep(); this.tell(); }
    this.number();
    return row;
  }

  rowTools(row) {
    const place = element("td", "lines-tools");
    if (this.spec.position && (row.id ? this.spec.can.update : this.spec.can.create)) {
      place.append(iconButton("arrow-up", t("Move up"), () => this.move(row, -1)), iconButton("arrow-down", t("Move down"), () => this.move(row, 1)));
    }
    if (row.id ? this.spec.can.delete : true) place.append(iconButton("trash", t("Delete the line"), () => this.remove(row)));
    return place;
  }

  number() {
    let at = 0;
    for (const row of this.rows) if (!row.deleted) { at += 1; row.line.cells[0].textContent = at; }
  }

  // --- changing ------------------------------------------------------------------------------------------------------

  listen() {
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("paste", (event) => {
      if (fill(this, event)) { event.preventDefault(); event.stopPropagation(); }
    });
    this.input.addEventListener("jm-set", () => this.restore());
    this.form = this.closest("jm-form");
    this.form?.addEventListener("jm-state", (event) => this.showState(event.detail.lines?.[this.spec.key]));
    this.form?.addEventListener("jm-rows", (event) => this.showProblems(event.detail.filter((one) => one.grid === this.spec.key)));
    if (!this.hasAttribute("alone")) return;
    this.onLeave = (event) => { if (this.input.value !== this.start) event.preventDefault(); };
    window.addEventListener("beforeunload", this.onLeave);
  }

  disconnectedCallback() {
    window.removeEventListener("beforeunload", this.onLeave);
  }

  key(event) {
    const line = event.target.closest("tbody tr");
    if (!line || event.isComposing) return;
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" && command && this.spec.can.create) {
      event.preventDefault();
      event.stopPropagation();
      this.addBelow(line);
    } else if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key) && this.spec.position) {
      event.preventDefault();
      this.move(line.row, event.key === "ArrowUp" ? -1 : 1);
    } else moveFocus(this, event);
  }

  addBelow(line = null) {
    const row = this.add(null, { after: line });
    this.focusRow(row);
    return row;
  }

  focusRow(row, name) {
    const first = name ?? this.columns.find((column) => row.cells[column.name].control)?.name;
    row.cells[first]?.control?.focus();
  }

  changed(row, column) {
    if (column) row.cells[column.name].complain("");
    this.keep();
    this.tell();
  }

  remove(row) {
    const next = row.line.nextElementSibling ?? row.line.previousElementSibling;
    if (row.id) { row.deleted = true; row.line.hidden = true; } else row.line.remove();
    this.number();
    this.keep();
    this.tell();
    if (next?.row) this.focusRow(next.row);
  }

  move(row, step) {
    const near = step < 0 ? row.line.previousElementSibling : row.line.nextElementSibling;
    if (!near) return;
    const focused = document.activeElement;
    if (step < 0) near.before(row.line); else near.after(row.line);
    focused?.focus();
    this.number();
    this.keep();
    this.tell();
  }

  /** What travels with the form. */
  keep() {
    const rows = this.rows.map(({ key, id, version, base, values, deleted, find }) => ({ key, id, version, base, values, deleted, find }));
    this.input.value = JSON.stringify({ key: this.spec.key, rows });
  }

  tell() {
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
    if (this.save) this.save.hidden = this.input.value === this.start;
  }

  /** Rows out of a draft. */
  restore() {
    const kept = JSON.parse(this.input.value || "{}").rows ?? [];
    this.body.replaceChildren();
    const known = new Map(this.spec.rows.map((row) => [row.key, row]));
    for (const row of kept) this.add({ texts: known.get(row.key)?.texts, ...row }, { quiet: true });
    this.keep();
  }

  // --- what the server says ---------------------------------------------------------------------------------------------

  showState(state) {
    if (!state) return;
    for (const row of this.rows) {
      const now = state.rows[row.key];
      if (!now) continue;
      for (const [name, ids] of Object.entries(now.found ?? {})) {
        row.values[name] = ids;
        delete row.find?.[name];
      }
      for (const column of this.columns) {
        const cell = row.cells[column.name];
        if (now.texts[column.name] !== undefined) cell.show(now.texts[column.name]);
        const isJudged = row.touched?.has(column.name) || row.id || cell.isWrong;
        if (isJudged) cell.complain(now.problems[column.name] ?? "");
      }
    }
    this.keep();
    this.showTotals(state.totals);
  }

  showTotals(totals) {
    this.foot.replaceChildren();
    if (!this.columns.some((column) => column.total)) return;
    const line = this.foot.insertRow();
    line.append(element("th", "lines-number", "Σ"));
    line.firstChild.setAttribute("aria-label", t("Total"));
    line.firstChild.scope = "row";
    for (const column of this.columns) {
      const cell = line.insertCell();
      if (column.numeric) cell.classList.add("numeric");
      if (column.total) { cell.textContent = totals[column.name] || "–"; cell.dataset.label = column.label; } else cell.className = "lines-nothing";
    }
    line.insertCell().className = "lines-nothing";
  }

  showProblems(problems) {
    for (const row of this.rows) {
      for (const cell of Object.values(row.cells)) cell.complain("");
      row.line.querySelector(".lines-row-problem")?.remove();
      row.line.classList.remove("is-wrong");
    }
    let first = null;
    for (const problem of problems) {
      const row = this.rows.find((one) => one.key === problem.row);
      if (!row) continue;
      const cell = row.cells[problem.name];
      if (cell) { cell.complain(problem.text); first ??= cell.control; } else this.complainRow(row, problem);
    }
    first?.focus();
  }

  complainRow(row, problem) {
    row.line.classList.add("is-wrong");
    const box = element("div", "lines-row-problem");
    box.append(element("span", "", problem.text));
    if (problem.now) {
      const now = this.columns.map((column) => problem.now.texts[column.name] || problem.now.values[column.name]?.join(", ")).filter(Boolean);
      box.append(element("span", "lines-now", t("It is now: {values}", { values: now.join(" · ") })),
        button(t("Keep mine"), "btn btn-sm", () => this.settle(row, problem.now, true)),
        button(t("Take theirs"), "btn btn-sm", () => this.settle(row, problem.now, false)));
    }
    row.line.lastElementChild.append(box);
  }

  settle(row, now, isMine) {
    const next = { ...row, version: now.version, base: now.values, values: isMine ? row.values : now.values, texts: isMine ? {} : now.texts };
    delete next.line; delete next.cells; delete next.touched;
    const after = row.line.previousElementSibling;
    row.line.remove();
    const made = this.add(next, { after });
    if (!after) this.body.prepend(made.line);
    this.number();
    this.changed(made);
  }

  // --- by itself ----------------------------------------------------------------------------------------------------------

  async send() {
    this.save.disabled = true;
    const answer = await sendForm(this.closest("form"), null, { say: (text) => { this.note.textContent = text; } });
    this.save.disabled = false;
    if (answer.status === 200) {
      this.start = this.input.value;
      this.save.hidden = true;
      toast(t("The lines were saved."));
      this.dispatchEvent(new CustomEvent("jm-record-changed", { bubbles: true }));
      this.reload();
    } else if (answer.data?.rows) {
      this.showProblems(answer.data.rows);
      this.note.textContent = answer.data.problems[0]?.text ?? "";
    } else if (answer.status) toast(answer.data?.message ?? t("It could not be saved."), { error: true });
  }

  async reload() {
    const form = this.closest("form");
    const answer = await window.fetch(form.getAttribute("action"), { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
    if (answer?.ok) form.closest("jm-form").outerHTML = await answer.text();
  }
}

customElements.define("jm-lines", Lines);
