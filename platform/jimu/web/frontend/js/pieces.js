// Small pieces that scripts put into pages: buttons, notices, dialogs.
import { icon, t } from "./texts.js";

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function button(text, style, act) {
  const made = element("button", style, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

export function iconButton(name, label, act) {
  const made = button("", "icon-button", act);
  made.append(icon(name));
  made.title = label;
  made.setAttribute("aria-label", label);
  return made;
}

export function notice(mark, text, ...more) {
  const made = element("div", "notice");
  made.setAttribute("role", "status");
  made.append(icon(mark), element("span", "", text), ...more);
  return made;
}

/** A modal dialog: openDialog(title, body). It closes by its cross, by Escape, or by ``close``; then it is gone. */
export function openDialog(title, body, { wide = false } = {}) {
  const dialog = element("dialog", wide ? "dialog dialog-large" : "dialog");
  const head = element("div", "dialog-head");
  const heading = element("h2", "", title);
  heading.id = `dialog-${Math.random().toString(36).slice(2)}`;
  dialog.setAttribute("aria-labelledby", heading.id);
  const before = document.activeElement;
  head.append(heading, iconButton("x", t("Close"), () => dialog.close()));
  const inside = element("div", "dialog-body");
  inside.append(body);
  dialog.append(head, inside);
  document.body.append(dialog);
  dialog.addEventListener("close", () => { dialog.remove(); before?.focus?.(); });
  dialog.showModal();
  (inside.querySelector("[autofocus], input:not([type=hidden], [disabled]), select, textarea, button") ?? head.lastChild).focus();
  return dialog;
}
