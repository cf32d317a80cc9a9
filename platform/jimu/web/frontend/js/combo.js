// A small combobox over a remote list, for places where there are many of them: it asks only once it is used.
import { element } from "./pieces.js";
import { ask, t } from "./texts.js";

const WAIT = 180;
let number = 0;

/** combo(src, text, chosen): {root, input, show(text)}; ``chosen`` gets the option {value, text} or null. */
export function combo(src, text, chosen) {
  const root = element("div", "combo");
  const input = element("input", "");
  const list = element("ul", "combo-list");
  number += 1;
  list.id = `combo-${number}`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  input.type = "text";
  input.autocomplete = "off";
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);
  input.dataset.quiet = "";
  root.append(input);
  let shown = text;
  let options = [];
  let active = -1;
  let asked = 0;
  let timer = 0;
  input.value = shown;

  const close = () => {
    list.hidden = true;
    list.remove();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  };
  const choose = (option) => {
    shown = option?.text ?? "";
    input.value = shown;
    close();
    chosen(option);
  };
  const mark = (at) => {
    active = (at + options.length) % options.length;
    [...list.children].forEach((line, index) => line.setAttribute("aria-selected", index === active));
    input.setAttribute("aria-activedescendant", list.children[active]?.id ?? "");
    list.children[active]?.scrollIntoView({ block: "nearest" });
  };
  const place = () => {
    const box = input.getBoundingClientRect();
    const below = window.innerHeight - box.bottom;
    const height = Math.min(list.scrollHeight, 280);
    list.style.insetInlineStart = `${Math.min(box.left, window.innerWidth - 260)}px`;
    list.style.minInlineSize = `${Math.max(box.width, 240)}px`;
    list.style.top = below > height + 8 || below > box.top ? `${box.bottom + 2}px` : `${Math.max(4, box.top - height - 2)}px`;
  };
  const draw = () => {
    list.replaceChildren(...options.map((option, at) => {
      const line = element("li", "combo-option");
      line.id = `${list.id}-${at}`;
      line.setAttribute("role", "option");
      line.append(element("span", "", option.text));
      if (option.hint) line.append(element("small", "", option.hint));
      line.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(option); });
      return line;
    }));
    if (!options.length) list.append(element("li", "combo-none", t("Nothing found")));
    (input.closest("dialog") ?? document.body).append(list);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    place();
    if (options.length) mark(0);
  };
  const load = async () => {
    asked += 1;
    const mine = asked;
    const url = new URL(src, window.location.href);
    url.searchParams.set("q", input.value === shown ? "" : input.value.trim());
    const answer = await ask(url).catch(() => null);
    if (mine !== asked || document.activeElement !== input) return;
    options = answer?.ok ? (await answer.json()).options : [];
    draw();
  };

  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    if (!input.value) { close(); if (shown) choose(null); return; }
    timer = window.setTimeout(load, WAIT);
  });
  input.addEventListener("click", () => { if (list.hidden) load(); });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const isOpen = !list.hidden;
    if (isOpen && options.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); event.stopPropagation(); mark(active + (event.key === "ArrowDown" ? 1 : -1)); }
    else if (isOpen && event.key === "Enter" && active >= 0) { event.preventDefault(); event.stopPropagation(); choose(options[active]); }
    else if (isOpen && event.key === "Escape") { event.preventDefault(); event.stopPropagation(); input.value = shown; close(); }
    else if (isOpen && event.key === "Tab" && active >= 0 && input.value !== shown) choose(options[active]);
    else if (!isOpen && event.altKey && event.key === "ArrowDown") { event.preventDefault(); event.stopPropagation(); load(); }
  });
  input.addEventListener("blur", () => { asked += 1; window.clearTimeout(timer); input.value = shown; close(); });
  return { root, input, show: (given) => { shown = given; input.value = given; } };
}
