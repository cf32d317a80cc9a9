// The keys of every page: "/" searches, "?" tells all keys, "g" and a letter go somewhere. Pages tell theirs in a block
// <script type="application/json" data-shortcuts>[["e", "Edit the record"], …]</script>; what has data-hotkey="e" is
// clicked by e. Keys without Ctrl can be switched off, for people whose speech input or hands press them by chance.
import { element, openDialog } from "./pieces.js";
import { t } from "./texts.js";

const OFF = "jimu-keys-off";
const WAIT = 1500;
export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
// A dialog that was just closed keeps the focus for a moment longer: keys are for the page again at once.
const typing = (target) => !target.closest?.("dialog:not([open])") && target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open], .picker");
const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing && event.key.length === 1 && event.key !== " ";
let going = 0;

function areOff() {
  try { return window.localStorage.getItem(OFF) === "1"; } catch { return false; }
}

function places() {
  const entries = [...document.querySelectorAll(".shell-nav [data-key]")].map((link) => [link.dataset.key, link.textContent.trim(), link.href]);
  return [["h", t("Home"), "/"], ["n", t("Notifications"), "/notifications"], ...entries];
}

// Before the keys of pages: the second key of "g …" is for nobody else, and none is when they are switched off.
document.addEventListener("keydown", (event) => {
  if (!isPlain(event) || typing(event.target)) return;
  if (areOff()) { event.stopImmediatePropagation(); return; }
  const isSecond = Date.now() < going;
  going = 0;
  const place = isSecond ? places().find(([key]) => key === event.key.toLowerCase()) : null;
  if (place) {
    event.preventDefault();
    event.stopImmediatePropagation();
    window.location.assign(place[2]);
  } else if (event.key === "g") going = Date.now() + WAIT;
}, true);

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !isPlain(event) || typing(event.target)) return;
  if (event.key === "?") { event.preventDefault(); showKeys(); }
  if (event.key === "/") { event.preventDefault(); document.dispatchEvent(new CustomEvent("jm-palette")); }
  const named = /^[a-z]$/.test(event.key) ? document.querySelector(`[data-hotkey="${event.key}"]`) : null;
  if (named?.offsetParent) { event.preventDefault(); named.click(); }
});

/** The sheet of all keys: of every page, of this page, of the navigation. */
export function showKeys() {
  if (document.querySelector("dialog[open]")) return;
  const body = element("div", "keys-sheet");
  const own = [...document.querySelectorAll("script[data-shortcuts]")].flatMap((block) => JSON.parse(block.textContent));
  body.append(
    section(t("Everywhere"), [["Mod+K", t("Search or run a command")], ["/", t("Search everything")], ["?", t("Show these keys")], ["Esc", t("Close what is open")]]),
    ...(own.length ? [section(t("On this page"), own)] : []),
    section(t("Go to"), places().map(([key, label]) => [`g ${key}`, label])),
    toggle(),
  );
  body.tabIndex = -1;
  body.autofocus = true;
  openDialog(t("Keyboard shortcuts"), body, { wide: true });
}

function section(title, rows) {
  const made = element("section", "keys-section");
  const list = element("dl", "keys-list");
  for (const [keys, label] of rows) {
    const row = element("div", "keys-row");
    const combination = element("dt", "keys");
    combination.append(...keys.split(" ").flatMap((key) => key.split(/(?<=.)\+/)).map((key) => element("kbd", "", key === "Mod" ? modifier() : key)));
    row.append(combination, element("dd", "", label));
    list.append(row);
  }
  made.append(element("h3", "", title), list);
  return made;
}

const modifier = () => (isMac ? "⌘" : "Ctrl");

function toggle() {
  const label = element("label", "form-check keys-toggle");
  const box = element("input", "form-check-input");
  box.type = "checkbox";
  box.checked = !areOff();
  box.addEventListener("change", () => {
    try { window.localStorage.setItem(OFF, box.checked ? "0" : "1"); } catch { /* then only the present page would know */ }
  });
  label.append(box, element("span", "form-check-label", t("Keys without Ctrl or ⌘ are on")));
  return label;
}

if (isMac) for (const mark of document.querySelectorAll("[data-mod]")) mark.textContent = "⌘";
