// What the network does: a bar at the top while a page is slow to come, a banner while there is no connection.
import { t } from "./texts.js";

const SLOW = 300;
let timer = 0;

function begin() {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    if (document.querySelector(".page-progress")) return;
    const bar = document.createElement("div");
    bar.className = "page-progress";
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-label", t("Loading"));
    document.body.append(bar);
  }, SLOW);
}

function end() {
  window.clearTimeout(timer);
  document.querySelector(".page-progress")?.remove();
}

window.addEventListener("beforeunload", () => { begin(); window.setTimeout(end, 15_000); });
window.addEventListener("pageshow", end);
document.addEventListener("htmx:before:request", begin);
document.addEventListener("htmx:after:request", end);
document.addEventListener("htmx:finally:request", end);
document.addEventListener("htmx:error", end);

function showConnection() {
  const known = document.querySelector(".offline-note");
  if (window.navigator.onLine) { known?.remove(); return; }
  if (known) return;
  const note = document.createElement("div");
  note.className = "offline-note";
  note.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = t("No connection. What you type is kept; save it when the connection is back.");
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn btn-sm";
  again.textContent = t("Try again");
  again.addEventListener("click", tryAgain);
  note.append(words, again);
  (document.querySelector(".shell-main") ?? document.body).prepend(note);
}

async function tryAgain() {
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  if (answer) document.querySelector(".offline-note")?.remove();
}

window.addEventListener("online", showConnection);
window.addEventListener("offline", showConnection);
showConnection();

// A form that cannot be sent now must not lead to the browser's own error page: it stays as it is.
document.addEventListener("submit", (event) => {
  // Forms for records wait for the connection themselves.
  if (window.navigator.onLine || event.target.method === "dialog" || event.target.closest("jm-form")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  showConnection();
  document.querySelector(".offline-note")?.scrollIntoView({ block: "nearest" });
}, true);
