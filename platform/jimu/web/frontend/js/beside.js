// The list that one came from: which records stood in it, in which order, and where it goes on. A record page offers the
// one before and the one after from it (<jm-beside>), without asking the server anything until the loaded rows end.
import { ask, icon, t } from "./texts.js";

const KEY = "jimu-beside";
const path = (href) => new URL(href, window.location.href).pathname;

function rowsIn(root) {
  return [...root.querySelectorAll("tr[data-href]")].map((row) => path(row.dataset.href));
}

function moreIn(root) {
  const foot = root.querySelector("[data-more], .list-foot[hx-get], .list-foot [hx-get]");
  return foot ? foot.dataset.more ?? foot.getAttribute("hx-get") : "";
}

function keep(kept) {
  try { window.sessionStorage.setItem(KEY, JSON.stringify(kept)); } catch { /* then there is no before and after */ }
}

/** The same for forms, which open the next record of a list after saving. */
function keepForForms(rows) {
  const [, object] = /^\/o\/(\w+)\//.exec(rows[0]) ?? [];
  if (!object) return;
  const ids = rows.map((href) => href.split("/")[3]);
  try { window.sessionStorage.setItem(`jimu-rows:${object}`, JSON.stringify({ ids, at: Date.now() })); } catch { /* then not */ }
}

function kept() {
  try { return JSON.parse(window.sessionStorage.getItem(KEY) ?? "null"); } catch { return null; }
}

document.addEventListener("click", (event) => {
  const row = event.target.closest?.("tr[data-href]");
  const table = row?.closest("table");
  if (!table) return;
  const around = table.closest("jm-panel, .card, main") ?? table;
  const back = window.location.pathname + window.location.search + window.location.hash;
  keepForForms(rowsIn(table));
  keep({ rows: rowsIn(table), more: moreIn(around), back, label: document.querySelector("h1")?.textContent.trim() ?? "" });
}, true);

class Beside extends HTMLElement {
  connectedCallback() {
    const list = kept();
    const at = list ? list.rows.indexOf(window.location.pathname) : -1;
    if (at < 0 || this.firstChild) return;
    this.list = list;
    this.at = at;
    this.append(this.button("chevron-up", t("The record before (k)"), -1), this.button("chevron-down", t("The next record (j)"), 1));
    this.onkey = (event) => this.pressed(event);
    document.addEventListener("keydown", this.onkey);
  }

  disconnectedCallback() {
    if (this.onkey) document.removeEventListener("keydown", this.onkey);
  }

  button(name, label, step) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "icon-button";
    made.dataset.tip = label;
    made.setAttribute("aria-label", label);
    made.disabled = !this.list.rows[this.at + step] && !(step > 0 && this.list.more);
    made.append(icon(name));
    made.addEventListener("click", () => this.go(step));
    return made;
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, [contenteditable], dialog[open]")) return;
    if (event.key === "j") this.go(1);
    if (event.key === "k") this.go(-1);
  }

  async go(step) {
    if (step > 0 && !this.list.rows[this.at + 1] && this.list.more) await this.readOn();
    const next = this.list.rows[this.at + step];
    if (next) window.location.assign(next);
  }

  async readOn() {
    const answer = await ask(this.list.more).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(`<table>${await answer.text()}</table>`, "text/html");
    this.list.rows.push(...rowsIn(page).filter((href) => !this.list.rows.includes(href)));
    this.list.more = moreIn(page);
    keep(this.list);
  }
}
customElements.define("jm-beside", Beside);
