// Problems of a form: beside the field and in a summary that leads to it; the first one gets the focus.
import { element } from "./pieces.js";
import { icon } from "./texts.js";

/** Puts ``texts`` beside a field, in place of what stood there. */
export function showProblem(field, texts) {
  const before = [...field.querySelectorAll(":scope > .field-errors li")].map((line) => line.textContent);
  if (before.join("\n") === texts.join("\n")) return;
  for (const list of field.querySelectorAll(":scope > .field-errors")) list.remove();
  field.classList.toggle("has-errors", texts.length > 0);
  const control = field.querySelector("input:not([type=hidden]), select, textarea");
  const id = `${control?.id}-errors`;
  const described = (control?.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  if (texts.length) {
    const list = element("ul", "field-errors");
    list.id = id;
    for (const text of texts) {
      const line = element("li");
      line.append(icon("alert-circle"), element("span", "", text));
      list.append(line);
    }
    field.append(list);
    described.push(id);
    control?.setAttribute("aria-invalid", "true");
  } else control?.removeAttribute("aria-invalid");
  if (described.length) control?.setAttribute("aria-describedby", described.join(" "));
  else control?.removeAttribute("aria-describedby");
}

export function clearProblems(host) {
  host.querySelector(":scope > .error-summary")?.remove();
  for (const field of host.querySelectorAll(".has-errors")) showProblem(field, []);
}

/** All problems after a refused save: [{id, text}], id of the control or "". */
export function showSummary(host, heading, problems) {
  clearProblems(host);
  const box = element("div", "error-summary");
  box.setAttribute("role", "alert");
  box.tabIndex = -1;
  box.append(element("h2", "", heading));
  const list = element("ul");
  const byField = new Map();
  for (const { id, text } of problems) {
    const line = element("li");
    const control = id && document.getElementById(id);
    const field = control?.closest("[data-field]");
    if (control) {
      const link = element("a", "", text);
      link.href = `#${id}`;
      line.append(link);
    } else line.textContent = text;
    if (field) byField.set(field, [...(byField.get(field) ?? []), text.replace(/^[^:：]*[:：]\s*/, "")]);
    list.append(line);
  }
  box.append(list);
  host.prepend(box);
  for (const [field, texts] of byField) showProblem(field, texts);
  host.dispatchEvent(new CustomEvent("jm-problems", { detail: problems, bubbles: true }));
  if (!focusProblem(host)) box.focus();
  box.scrollIntoView({ block: "nearest" });
}

/** The control of the first problem in the summary gets the focus; its section opens. */
export function focusProblem(host) {
  const link = host.querySelector(":scope > .error-summary a[href^='#']");
  return link ? focusControl(document.getElementById(link.hash.slice(1))) : false;
}

export function focusControl(control) {
  if (!control) return false;
  control.closest("details")?.setAttribute("open", "");
  const inside = "input:not([type=hidden], [hidden]), select:not(.tomselected), textarea:not([hidden]), [contenteditable=true], [tabindex]";
  const target = control.tomselect?.control_input ?? (control.matches("input, select, textarea") && !control.hidden ? control : null)
    ?? control.closest("[data-field]")?.querySelector(inside) ?? control.querySelector(inside);
  target?.focus();
  return Boolean(target);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a[href^='#']");
  if (!link) return;
  event.preventDefault();
  focusControl(document.getElementById(link.hash.slice(1)));
});
