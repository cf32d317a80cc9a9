// <jm-rich>: a small rich text editor over a textarea, which stays the value (and the widget where scripts are off).
import DOMPurify from "dompurify";
import Squire from "squire-rte";
import { button, element, openDialog } from "./pieces.js";
import { icon, t } from "./texts.js";

const TAGS = ["a", "b", "blockquote", "br", "code", "div", "em", "h2", "h3", "i", "li", "ol", "p", "pre", "s", "span", "strong", "u", "ul"];
window.DOMPurify = DOMPurify;

const clean = (html) => DOMPurify.sanitize(html, { ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ["href"], RETURN_DOM_FRAGMENT: true, RETURN_DOM: true });

export function start(host) {
  const source = host.querySelector("textarea");
  const area = element("div", "rich-area rich");
  area.setAttribute("role", "textbox");
  area.setAttribute("aria-multiline", "true");
  area.setAttribute("aria-label", host.getAttribute("label") ?? "");
  area.lang = document.documentElement.lang;
  source.hidden = true;
  source.after(area);
  const editor = new Squire(area, { blockTag: "P", sanitizeToDOMFragment: (html) => document.importNode(clean(html), true) });
  const before = document.activeElement;
  editor.setHTML(source.value);
  if (before !== document.activeElement) before?.focus({ preventScroll: true }); // setting HTML takes the focus
  let quiet = false;
  editor.addEventListener("input", () => {
    if (quiet) return;
    const html = editor.getHTML();
    source.value = area.textContent.trim() ? html : "";
  });
  source.addEventListener("jm-set", () => { quiet = true; editor.setHTML(source.value); quiet = false; });
  area.before(tools(editor));
  return editor;
}

function tools(editor) {
  const bar = element("div", "rich-tools");
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", t("Text format"));
  const toggle = (tag, on, off) => () => (editor.hasFormat(tag) ? off() : on());
  const actions = [
    ["bold", t("Bold"), "B", toggle("B", () => editor.bold(), () => editor.removeBold())],
    ["italic", t("Italic"), "I", toggle("I", () => editor.italic(), () => editor.removeItalic())],
    ["underline", t("Underline"), "U", toggle("U", () => editor.underline(), () => editor.removeUnderline())],
    ["strikethrough", t("Struck through"), "S", toggle("S", () => editor.strikethrough(), () => editor.removeStrikethrough())],
    ["list", t("List"), "UL", toggle("UL", () => editor.makeUnorderedList(), () => editor.removeList())],
    ["list-numbers", t("Numbered list"), "OL", toggle("OL", () => editor.makeOrderedList(), () => editor.removeList())],
    ["blockquote", t("Quotation"), "BLOCKQUOTE", toggle("BLOCKQUOTE", () => editor.increaseQuoteLevel(), () => editor.decreaseQuoteLevel())],
    ["link", t("Link"), "A", () => link(editor)],
    ["clear-formatting", t("Clear format"), "", () => editor.removeAllFormatting()],
  ];
  const buttons = actions.map(([name, label, tag, act]) => {
    const made = button("", "icon-button", () => { if (act() !== false) editor.focus(); });
    made.title = label;
    made.setAttribute("aria-label", label);
    if (tag) made.dataset.tag = tag;
    made.append(icon(name));
    return made;
  });
  bar.append(...buttons);
  walkable(bar, buttons);
  const show = () => { for (const one of buttons) if (one.dataset.tag) one.setAttribute("aria-pressed", editor.hasFormat(one.dataset.tag)); };
  show();
  for (const kind of ["pathChange", "select", "input"]) editor.addEventListener(kind, show);
  return bar;
}

/** One stop for Tab; the arrows go through the buttons. */
function walkable(bar, buttons) {
  buttons.forEach((one, at) => { one.tabIndex = at ? -1 : 0; });
  bar.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    const target = buttons[(next + buttons.length) % buttons.length];
    for (const one of buttons) one.tabIndex = one === target ? 0 : -1;
    target.focus();
  });
}

function link(editor) {
  if (editor.hasFormat("A")) { editor.removeLink(); return true; }
  const selected = editor.getSelection();
  const form = element("form");
  form.method = "dialog";
  const label = element("label", "form-label", t("Address of the link"));
  const input = element("input", "form-control");
  Object.assign(input, { type: "url", id: "rich-link", required: true, placeholder: "https://", autocomplete: "off" });
  label.htmlFor = input.id;
  const foot = element("div", "dialog-foot");
  const done = element("button", "btn btn-primary", t("Link"));
  foot.append(done);
  form.append(label, input, foot);
  const dialog = openDialog(t("Link"), form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const url = /^[a-z]+:/i.test(input.value) ? input.value : `https://${input.value}`;
    dialog.close();
    editor.setSelection(selected);
    if (/^(https?:|mailto:|tel:)/i.test(url)) editor.makeLink(url);
    editor.focus();
  });
  return false;
}
