// Drafts: what is typed into a form is kept in this browser until it is saved, so that nothing is lost when the session
// ends, the tab closes or the network fails. Passwords, secrets and files are never kept.
const DAYS = 14;
const PREFIX = "jimu-draft:";

export function keep(key, form) {
  try {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: values(form) }));
  } catch { /* full or forbidden: the form still works */ }
}

function values(form) {
  const found = [];
  for (const [name, value] of new FormData(form)) {
    const isOurs = (name.startsWith("_") && name !== "_lines") || name === "csrf_token";
    if (isOurs || form.elements[name]?.type === "password" || value instanceof File) continue;
    found.push([name, value]);
  }
  return found;
}

export function find(key) {
  try {
    const draft = JSON.parse(localStorage.getItem(key));
    return draft && Date.now() - draft.at < DAYS * 86_400_000 ? draft : null;
  } catch {
    return null;
  }
}

export function drop(key) {
  try {
    localStorage.removeItem(key);
  } catch { /* nothing to drop */ }
}

/** Drops the drafts whose name ends so: the page after a save names the form, not the person. */
export function dropEnding(name) {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && key.endsWith(`/${name}`)) drop(key);
  } catch { /* nothing to drop */ }
}

export function differs(draft, form) {
  const now = group(values(form));
  return [...group(draft.values)].some(([name, kept]) => (now.get(name) ?? []).join("\n") !== kept.join("\n"));
}

export function restore(draft, form) {
  for (const [name, kept] of group(draft.values)) {
    [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].forEach((control, at) => put(control, kept, at));
  }
}

function group(pairs) {
  const by = new Map();
  for (const [name, value] of pairs) by.set(name, [...(by.get(name) ?? []), value]);
  return by;
}

function put(control, kept, at) {
  if (control.type === "checkbox" || control.type === "radio") control.checked = kept.includes(control.value);
  else if (control.tomselect) {
    for (const value of kept) control.tomselect.addOption({ value, text: control.tomselect.options[value]?.text ?? value });
    control.tomselect.setValue(control.multiple ? kept : kept[0] ?? "", true);
  } else if (control.multiple) for (const option of control.options) option.selected = kept.includes(option.value);
  else if (control.type !== "file") {
    control.value = kept[at] ?? "";
    control.dispatchEvent(new CustomEvent("jm-set"));
  }
}
