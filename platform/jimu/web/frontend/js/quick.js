// A record made on the spot, in a dialog: quickCreate(address, title) resolves to {value, text}, or to null.
import { focusControl } from "./form-problems.js";
import { sendForm } from "./form-send.js";
import { openDialog } from "./pieces.js";
import { toast } from "./shell.js";
import { ask, t } from "./texts.js";

export async function quickCreate(address, title = "") {
  const url = new URL(address, window.location.href);
  if (title) url.searchParams.set("title", title);
  const answer = await ask(url).catch(() => null);
  if (!answer?.ok) {
    toast(t("It could not be opened."), { error: true });
    return null;
  }
  const place = document.createElement("div");
  place.innerHTML = await answer.text();
  const dialog = openDialog(place.querySelector("[data-title]").dataset.title, place);
  focusControl(place.querySelector(".has-errors, [data-field]")?.querySelector("input:not([type=hidden]), select, textarea"));
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(null));
    place.addEventListener("click", (event) => { if (event.target.closest("[data-cancel]")) dialog.close(); });
    place.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (place.dataset.sending !== undefined) return;
      place.dataset.sending = "";
      const sent = await sendForm(event.target, event.submitter);
      delete place.dataset.sending;
      if (sent.status === 200) {
        resolve(sent.data);
        dialog.close();
      } else if (sent.status === 422) {
        place.innerHTML = sent.text;
        focusControl(place.querySelector(".has-errors")?.querySelector("input:not([type=hidden]), select, textarea"));
      } else if (sent.status) toast(sent.data?.message ?? t("It could not be saved."), { error: true });
    });
  });
}
