// Notes that pass: they stack, wait while one points at them or is inside, and can be dismissed. Errors stay.
import { icon, t } from "./texts.js";

const STAYS = 6000;
const STACK = 4;

/** Show a short note; with `undo` ({label, run}) it offers a button. Returns the note. */
export function toast(text, { error = false, info = false, undo = null } = {}) {
  const note = document.createElement("div");
  note.className = `toast-note${error ? " toast-note-error" : ""}${info ? " toast-info" : ""}`;
  const words = document.createElement("span");
  words.className = "toast-text";
  words.textContent = text;
  note.append(icon(error ? "alert-circle" : info ? "info-circle" : "circle-check"), words);
  if (undo) note.append(undoButton(undo, note));
  note.append(closeButton());
  const stack = document.querySelector(".toasts");
  stack?.append(note);
  while (stack && stack.children.length > STACK) stack.firstElementChild.remove();
  if (error) note.setAttribute("role", "alert");
  else pass(note);
  return note;
}

function undoButton(undo, note) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.textContent = undo.label ?? t("Undo");
  button.addEventListener("click", () => { note.remove(); undo.run(); });
  return button;
}

function closeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "icon-button toast-close";
  button.dataset.dismiss = "";
  button.setAttribute("aria-label", t("Dismiss"));
  button.append(icon("x"));
  return button;
}

/** Let a note go by itself; the clock stands still while the pointer or the focus is on it, or the page is hidden. */
export function pass(note, stays = STAYS) {
  let timer = 0;
  const stop = () => window.clearTimeout(timer);
  const start = () => {
    stop();
    if (!note.matches(":hover") && !note.contains(document.activeElement) && !document.hidden) timer = window.setTimeout(() => note.remove(), stays);
  };
  note.addEventListener("pointerenter", stop);
  note.addEventListener("pointerleave", start);
  note.addEventListener("focusin", stop);
  note.addEventListener("focusout", () => window.setTimeout(start));
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
  start();
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".toast-note")?.remove();
});
for (const note of document.querySelectorAll(".toasts [data-passing]")) pass(note, 8000);
