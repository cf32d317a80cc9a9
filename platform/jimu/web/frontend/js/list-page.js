// What the parts of the list share: what the page says of the list, its address, small elements.
import { ask, icon } from "./texts.js";

export const data = JSON.parse(document.getElementById("list-data")?.textContent ?? "{}");
export const base = `/o/${data.object}`;

/** The address of this list with other arguments; it begins at its first page. */
export function address(changes) {
  const url = new URL(window.location.href);
  for (const name of ["after", "trail", "in", "rows"]) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(changes)) {
    url.searchParams.delete(name);
    for (const one of [].concat(value ?? [])) url.searchParams.append(name, one);
  }
  return url;
}

export function go(changes) {
  window.location.assign(address(changes));
}

/** JSON from an address of this list, or null. */
export async function fetched(path, params = {}) {
  const url = new URL(base + path, window.location.href);
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  const answer = await ask(url).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

/** The elements of a fragment of HTML that our own server sent. */
export async function fragment(path) {
  const answer = await ask(path).catch(() => null);
  if (!answer?.ok) return null;
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  return holder.content;
}

/** Keep how this person likes to see this list; resolves to whether it was kept. */
export async function keep(looks) {
  const body = new URLSearchParams({ list: data.list, looks: JSON.stringify(looks) });
  const answer = await ask(`${base}/lists/arrange`, { method: "POST", body }).catch(() => null);
  return Boolean(answer?.ok);
}

/** An element: make("button", { class: "btn", text: "…", mark: "x", onclick }, …children). */
export function make(tag, { text, mark, ...given } = {}, ...children) {
  const made = document.createElement(tag);
  if (tag === "button") made.type = "button";
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(name, value);
  }
  if (mark) made.append(icon(mark));
  if (text) made.append(text);
  made.append(...children.filter(Boolean));
  return made;
}

/** A select with [value, text] options. */
export function select(options, value, label, change) {
  const made = make("select", { class: "form-select", "aria-label": label, onchange: () => change(made.value) });
  made.append(...options.map(([one, text]) => new Option(text, one, false, one === value)));
  return made;
}

/** Entries of ``holder`` can be moved: dragged by their handle, or with Alt and the arrow keys. */
export function sortable(holder, moved) {
  let dragged = null;
  holder.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[draggable]");
    event.dataTransfer.effectAllowed = "move";
    dragged.classList.add("is-dragged");
  });
  holder.addEventListener("dragover", (event) => {
    const over = event.target.closest("[draggable]");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    over[event.clientY > box.top + box.height / 2 ? "after" : "before"](dragged);
  });
  holder.addEventListener("dragend", () => { dragged?.classList.remove("is-dragged"); dragged = null; moved(); });
  holder.addEventListener("keydown", (event) => {
    const entry = event.target.closest("[draggable]");
    if (!entry || !event.altKey || !/^Arrow(Up|Down)$/.test(event.key)) return;
    event.preventDefault();
    const other = event.key === "ArrowUp" ? entry.previousElementSibling : entry.nextElementSibling;
    if (!other) return;
    other[event.key === "ArrowUp" ? "before" : "after"](entry);
    event.target.focus();
    moved();
  });
}
