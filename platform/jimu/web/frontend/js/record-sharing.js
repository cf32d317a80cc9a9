// Sharing in a dialog of the record's page ([data-sharing] leads to the page of the same). Its forms answer in place.
import { openDialog } from "./pieces.js";
import { toast } from "./shell.js";
import { ask, t } from "./texts.js";

async function fill(place, url, options) {
  const answer = await ask(url, options).catch(() => null);
  if (!answer || (!answer.ok && answer.status !== 422)) { toast(t("It could not be opened."), { error: true }); return false; }
  place.innerHTML = await answer.text();
  return answer.ok;
}

async function open(link) {
  const place = document.createElement("div");
  place.className = "sharing";
  await import("../form.js");
  if (!(await fill(place, link.href))) return;
  const dialog = openDialog(t("Who sees it"), place, { wide: true });
  place.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sent = await fill(place, event.target.action, { method: "POST", body: new FormData(event.target, event.submitter) });
    (place.querySelector(".notice") ?? place).scrollIntoView({ block: "nearest" });
    if (sent) place.dataset.changed = "";
  });
  dialog.addEventListener("close", () => {
    if ("changed" in place.dataset) for (const panel of document.querySelectorAll('jm-panel[src$="/team"]')) panel.outdated?.();
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-sharing]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(link);
});
