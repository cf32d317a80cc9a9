// Drafts: what is typed into a form is kept in this browser until it is saved, so that nothing is lost when the session
// ends, the tab closes or the network fails. Passwords, secrets and files are never kept.
const DAYS = 14;

export function keep(key, form) {
  const values = [];
  for (const [name, value] of new FormData(form)) {
    const control = form.elements[name];
    const kind = control?.type ?? "";
    if (name.startsWith("_") || name === "csrf_token" || kind === "password" || value instanceof File) continue;
    values.push([name, value]);
  }
  try {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
  } catch { /* full or forbidden: the form still works */ }
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
