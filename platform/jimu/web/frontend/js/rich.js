// <jm-rich>: a small rich text editor over a textarea, which stays the value (and the widget where scripts are off).
import DOMPurify from "dompurify";
import Squire from "squire-rte";
import { icon, t } from "./texts.js";

const TAGS = ["a", "b", "blockquote", "br", "code", "div", "em", "h2", "h3", "i", "li", "ol", "p", "pre", "s", "span", "strong", "u", "ul"];
window.DOMPurify = DOMPurify;

const clean = (html) => DOMPurify.sanitize(html, { ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ["href"], RETURN_DOM_FRAGMENT: true, RETURN_DOM: true });

export function start(host) {
  const source = host.querySelector("textarea");
  const area = document.createElement("div");
  area.className = "rich-area rich";
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
  const bar = document.createElement("div");
  bar.className = "rich-tools";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", t("Text format"));
  const toggle = (tag, on, off) => () => (editor.hasFormat(tag) ? off() : on());
  const actions = [
    ["bold", t("Bold"), toggle("B", () => editor.bold(), () => editor.removeBold())],
    ["italic", t("Italic"), toggle("I", () => editor.italic(), () => editor.removeItalic())],
    ["underline", t("Underline"), toggle("U", () => editor.underline(), () => editor.removeUnderline())],
    ["list", t("List"), toggle("UL", () => editor.makeUnorderedList(), () => editor.removeList())],
    ["list-numbers", t("Numbered list"), toggle("OL", () => editor.makeOrderedList(), () => editor.removeList())],
    ["blockquote", t("Quotation"), toggle("BLOCKQUOTE", () => editor.increaseQuoteLevel(), () => editor.decreaseQuoteLevel())],
    ["link", t("Link"), () => link(editor)],
    ["clear-formatting", t("Clear format"), () => editor.removeAllFormatting()],
  ];
  for (const [name, label, act] of actions) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "icon-button";
    button.title = label;
    button.setAttribute("aria-label", label);
    button.append(icon(name));
    button.addEventListener("click", () => { act(); editor.focus(); });
    bar.append(button);
  }
  return bar;
}

function link(editor) {
  if (editor.hasFormat("A")) { editor.removeLink(); return; }
  const url = window.prompt(t("Address of the link"), "https://");
  if (url && /^(https?:|mailto:|tel:)/i.test(url)) editor.makeLink(url);
}
