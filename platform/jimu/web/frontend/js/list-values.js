// The control for the values of one condition, by what its operator takes.
import { t } from "./texts.js";
import { make, select } from "./list-page.js";

/** ``put(values)`` is called with what was chosen; null where the operator takes no value. */
export function valueControl({ field, takes, values, shared, titles, put }) {
  if (takes === "none") return null;
  if (takes === "period") return period(values, shared, put);
  if (takes === "span") return span(values, shared, put);
  if (takes === "two") return two(field, values, put);
  if (takes === "many" && field.choices) return checklist(field, values, put);
  if (takes === "many" && field.source) return records(field, values, titles, put);
  if (takes === "many") return typedList(field, values, put);
  return field.input === "date" ? day(field, values[0] ?? "", (value) => put(value ? [value] : [])) : one(field, values[0] ?? "", field.full, (value) => put(value ? [value] : []));
}

function one(field, value, label, put) {
  const input = make("input", { class: "form-control", type: field.input, value, "aria-label": label, step: field.input === "number" ? "any" : undefined, autocomplete: "off",
    oninput: () => put(input.value) });
  return field.unit ? make("div", { class: "filter-unit" }, input, make("span", { text: field.unit })) : input;
}

function day(field, value, put) {
  const input = make("input", { class: "form-control", type: "date", value: value === "today" ? "" : value, "aria-label": field.full, oninput: () => put(input.value) });
  const today = make("input", { class: "form-check-input", type: "checkbox", onchange: () => { input.disabled = today.checked; put(today.checked ? "today" : input.value); } });
  today.checked = input.disabled = value === "today";
  return make("div", { class: "filter-unit" }, input, make("label", { class: "form-check" }, today, make("span", { text: t("Today") })));
}

function two(field, values, put) {
  const now = [values[0] ?? "", values[1] ?? ""];
  const give = (at) => (value) => { now[at] = value; put(now.every(Boolean) ? [...now] : now.filter(Boolean)); };
  const control = (at, label) => (field.input === "date" ? day({ ...field, full: label }, now[at], give(at)) : one(field, now[at], label, give(at)));
  return make("div", { class: "filter-two" }, control(0, t("{field}: from", { field: field.full })), make("span", { text: "–", "aria-hidden": "true" }), control(1, t("{field}: up to", { field: field.full })));
}

function period(values, shared, put) {
  const control = select(shared.periods, values[0] ?? shared.periods[0]?.[0], t("Period"), (value) => put([value]));
  if (!values.length && shared.periods.length) put([shared.periods[0][0]]);
  return control;
}

function span(values, shared, put) {
  const now = [values[0] ?? "30", values[1] ?? shared.units[0]?.[0]];
  if (!values.length) put([...now]);
  const input = make("input", { class: "form-control", type: "number", min: "1", max: "99999", value: now[0], "aria-label": t("How many"), oninput: () => { now[0] = input.value; put([...now]); } });
  return make("div", { class: "filter-two" }, input, select(shared.units, now[1], t("Unit"), (unit) => { now[1] = unit; put([...now]); }));
}

function checklist(field, values, put) {
  const chosen = new Set(values);
  const words = () => field.choices.filter(([value]) => chosen.has(value)).map(([, text]) => text).join(", ") || t("Choose…");
  const summary = make("summary", { class: "form-select", text: words(), "aria-label": t("{field}: choices", { field: field.full }) });
  const entries = field.choices.map(([value, text, color]) => {
    const box = make("input", { type: "checkbox", class: "form-check-input", onchange: () => {
      chosen[box.checked ? "add" : "delete"](value);
      summary.textContent = words();
      put(field.choices.map(([one]) => one).filter((one) => chosen.has(one)));
    } });
    box.checked = chosen.has(value);
    return make("label", { class: "form-check" }, box, make("span", { class: color ? `badge-choice choice-${color}` : "badge-choice badge-plain", text }));
  });
  const search = entries.length > 8 && make("input", { type: "search", class: "form-control", "aria-label": t("Search a choice"), placeholder: t("Search a choice"), oninput: () => {
    const wanted = search.value.trim().toLowerCase();
    for (const entry of entries) entry.hidden = !entry.textContent.toLowerCase().includes(wanted);
  } });
  return make("details", { class: "menu filter-choices" }, summary, make("div", { class: "menu-body" }, search, ...entries));
}

function records(field, values, titles, put) {
  const control = make("select", { multiple: true, "aria-label": t("{field}: records", { field: field.full }), "data-placeholder": t("Choose…") });
  control.append(...values.map((value) => new Option(titles[value] ?? value, value, true, true)));
  control.addEventListener("change", () => {
    for (const option of control.selectedOptions) titles[option.value] = option.text;
    put([...control.selectedOptions].map((option) => option.value));
  });
  const kinds = field.kinds?.length ? JSON.stringify(field.kinds.map(([name, label]) => [name, label, ""])) : undefined;
  const holder = make("jm-choose", { src: field.source, kinds }, control);
  import("./choose.js");
  return holder;
}

function typedList(field, values, put) {
  const input = make("input", { class: "form-control", type: "text", value: values.join(", "), placeholder: t("Several, with commas between"), "aria-label": field.full, autocomplete: "off",
    oninput: () => put(input.value.split(/[,，、]/).map((part) => part.trim()).filter(Boolean)) });
  return input;
}
