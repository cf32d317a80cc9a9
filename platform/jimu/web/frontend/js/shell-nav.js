// The navigation: a drawer at phone width; beside that it can be narrow, and groups can be folded. Both are remembered here.
import { t } from "./texts.js";

const NAV = "jimu-nav";
const FOLDED = "jimu-nav-folded";
const root = document.documentElement;

const read = (key) => { try { return window.localStorage.getItem(key) ?? ""; } catch { return ""; } };
const keep = (key, value) => { try { window.localStorage.setItem(key, value); } catch { /* then it is not remembered */ } };

export function toggleDrawer() {
  const open = document.body.classList.toggle("nav-open");
  document.querySelector(".nav-shade").hidden = !open;
  for (const button of document.querySelectorAll("[data-nav-toggle][aria-expanded]")) button.setAttribute("aria-expanded", open);
  const opener = document.querySelector(".bottom-bar [data-nav-toggle]");
  if (open) document.querySelector(".shell-nav a, .shell-nav summary")?.focus();
  else opener?.focus();
}

function showNarrow() {
  const narrow = root.dataset.nav === "narrow";
  for (const entry of document.querySelectorAll(".shell-nav .nav-entry")) {
    const text = entry.querySelector("span")?.textContent.trim() ?? "";
    if (narrow) entry.dataset.tip = text;
    else delete entry.dataset.tip;
  }
  const button = document.querySelector(".nav-collapse");
  button?.setAttribute("aria-expanded", !narrow);
  if (narrow && button) button.dataset.tip = t("Wide navigation");
}

function toggleNarrow() {
  const narrow = root.dataset.nav !== "narrow";
  if (narrow) root.dataset.nav = "narrow";
  else delete root.dataset.nav;
  keep(NAV, narrow ? "narrow" : "wide");
  showNarrow();
}

const folded = new Set(read(FOLDED).split("\n").filter(Boolean));
for (const group of document.querySelectorAll("details.nav-fold")) {
  if (folded.has(group.dataset.fold) && !group.querySelector("[aria-current]")) group.open = false;
  group.addEventListener("toggle", () => {
    if (group.open) folded.delete(group.dataset.fold);
    else folded.add(group.dataset.fold);
    keep(FOLDED, [...folded].join("\n"));
  });
}
showNarrow();

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-nav-toggle]")) toggleDrawer();
  if (event.target.closest(".nav-collapse")) toggleNarrow();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("nav-open")) toggleDrawer();
});
