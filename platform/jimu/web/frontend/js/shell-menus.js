// Menus are <details class="menu">: one is open at a time, arrows move among the entries, Escape closes, and where there
// is no room below or beside, the body opens to the other side, above everything (the browser's top layer).
const EDGE = 8;

function place(menu) {
  const body = menu.querySelector(":scope > .menu-body");
  if (!body) return;
  if (!menu.open) { leave(body); return; }
  if (!body.showPopover || menu.closest("dialog:not([open])")) return;
  body.popover = "manual";
  body.classList.add("is-placed");
  body.showPopover();
  const at = menu.querySelector(":scope > summary").getBoundingClientRect();
  const size = body.getBoundingClientRect();
  const wanted = body.classList.contains("menu-body-end") ? at.right - size.width : at.left;
  const left = Math.max(EDGE, Math.min(wanted, window.innerWidth - size.width - EDGE));
  const below = at.bottom + 4 + size.height <= window.innerHeight - EDGE || at.top < window.innerHeight / 2;
  body.style.left = `${left}px`;
  body.style.top = below ? `${at.bottom + 4}px` : `${Math.max(EDGE, at.top - size.height - 4)}px`;
  if (below) body.style.maxHeight = `${window.innerHeight - at.bottom - 4 - EDGE}px`;
}

function leave(body) {
  if (!body.classList.contains("is-placed")) return;
  body.classList.remove("is-placed");
  if (body.matches(":popover-open")) body.hidePopover();
  body.removeAttribute("popover");
  body.removeAttribute("style");
}

const openMenus = () => document.querySelectorAll("details.menu[open]");

function closeOthers(target) {
  for (const menu of openMenus()) if (!menu.contains(target)) menu.open = false;
}

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details.menu")) place(event.target);
}, true);
document.addEventListener("click", (event) => closeOthers(event.target));
document.addEventListener("focusin", (event) => closeOthers(event.target));
window.addEventListener("resize", () => { for (const menu of openMenus()) place(menu); });
window.addEventListener("scroll", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) place(menu);
}, { passive: true, capture: true });

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu");
  if (event.key === "Escape") closeInner(event);
  if (!menu || event.target.closest("input, textarea, select")) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") move(menu, event.key === "ArrowDown" ? 1 : -1, event);
  if (menu.open && (event.key === "Home" || event.key === "End")) focusAt(menu, event.key === "Home" ? 0 : -1, event);
});

function closeInner(event) {
  const open = [...openMenus()].at(-1);
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
  event.stopPropagation();
}

const entries = (menu) => [...menu.querySelectorAll(".menu-entry, .menu-body a, .menu-body button")].filter((one) => one.closest("details.menu") === menu && one.offsetParent);

function move(menu, step, event) {
  if (!menu.open) menu.open = true;
  const all = entries(menu);
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  focusAt(menu, at < 0 ? (step > 0 ? 0 : -1) : (at + step + all.length) % all.length, event);
}

function focusAt(menu, index, event) {
  event.preventDefault();
  window.requestAnimationFrame(() => entries(menu).at(index)?.focus());
}
