// Picking a field: a small window under the button that asks, with search, and steps into lookups.
import { t } from "./texts.js";
import { fetched, make } from "./list-page.js";

const known = new Map();

/** The fields for a purpose (filter, column, sort, group), or behind a lookup: what the server answers, kept. */
export function fields(purpose, through = "") {
  const key = `${purpose} ${through}`;
  if (!known.has(key)) known.set(key, fetched("/fields", { for: purpose, through }));
  return known.get(key);
}

let open = null;

/** Lets a field be picked; ``chosen(entry)`` gets it as the server describes it. */
export function pick(button, purpose, chosen, left_out = []) {
  close();
  const search = make("input", { type: "search", class: "form-control", "aria-label": t("Search a field"), placeholder: t("Search a field"), autocomplete: "off" });
  const list = make("div", { class: "picker-list" });
  const box = make("div", { class: "picker", role: "dialog", "aria-label": t("Choose a field") }, search, list);
  const state = { path: [], entries: [] };
  button.after(box);
  button.setAttribute("aria-expanded", "true");
  open = { box, button };

  const show = () => {
    const wanted = search.value.trim().toLowerCase();
    const fitting = state.entries.filter((e) => !wanted || e.full.toLowerCase().includes(wanted));
    const back = state.path.length ? [make("button", { class: "picker-back", mark: "chevron-left", text: state.path.at(-1).full, onclick: () => { state.path.pop(); load(); } })] : [];
    list.replaceChildren(...back, ...fitting.map(row), ...(fitting.length ? [] : [make("p", { class: "picker-none", text: t("Nothing found") })]));
  };
  const row = (entry) => make("div", { class: "picker-row" },
    !entry.closed && !left_out.includes(entry.path) && make("button", { class: "picker-entry", text: entry.label, onclick: () => { close(true); chosen(entry); } }),
    entry.leads && make("button", { class: entry.closed ? "picker-entry picker-step" : "picker-step", "aria-label": t("Fields of {label}", { label: entry.full }), text: entry.closed ? entry.label : "", mark: "chevron-right",
      onclick: () => { state.path.push(entry); load(); } }));
  const load = async () => {
    const found = await fields(purpose, state.path.at(-1)?.path ?? "");
    state.entries = found?.fields ?? [];
    search.value = "";
    show();
    search.focus();
  };
  search.addEventListener("input", show);
  box.addEventListener("keydown", (event) => move(event, list, search));
  load();
}

function move(event, list, search) {
  if (event.key === "Escape") { event.stopPropagation(); close(true); return; }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) {
    if (event.key === "Enter" && event.target === search) { event.preventDefault(); list.querySelector(".picker-entry")?.click(); }
    return;
  }
  event.preventDefault();
  const entries = [search, ...list.querySelectorAll(".picker-entry")];
  const at = entries.indexOf(document.activeElement);
  entries[Math.min(entries.length - 1, Math.max(0, at + step))].focus();
}

export function close(back = false) {
  if (!open) return;
  const { box, button } = open;
  open = null;
  box.remove();
  button.setAttribute("aria-expanded", "false");
  if (back) button.focus();
}

document.addEventListener("pointerdown", (event) => {
  if (open && !open.box.contains(event.target) && !open.button.contains(event.target)) close();
});
