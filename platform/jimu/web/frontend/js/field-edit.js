// Editing some fields where they are read: editFields(place, url) puts their controls into ``place`` and resolves to how
// the page reads once they are saved ({version, title, fields, hidden, hidden_sections}), or to null when it is left.
import { sendForm } from "./form-send.js";
import { focusControl } from "./form-problems.js";
import { toast } from "./shell.js";
import { ask, t } from "./texts.js";
import "./choose.js";
import "./form.js";
import "./widgets.js";

export async function editFields(place, url) {
  const answer = await ask(url).catch(() => null);
  if (!answer?.ok) {
    toast(answer ? new DOMParser().parseFromString(await answer.text(), "text/html").body.textContent.trim() : t("No connection."), { error: true });
    return null;
  }
  put(place, await answer.text());
  return new Promise((resolve) => {
    const listening = new AbortController();
    const end = (result) => { listening.abort(); resolve(result); };
    const { signal } = listening;
    place.addEventListener("submit", (event) => { event.preventDefault(); save(place, event, end); }, { signal });
    place.addEventListener("click", (event) => { if (event.target.closest("[data-cancel]")) end(null); }, { signal });
    place.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !event.target.closest(".dropdown-active")) end(null);
    }, { signal });
  });
}

async function save(place, event, end) {
  const form = event.target;
  if (form.dataset.sending !== undefined) return;
  form.dataset.sending = "";
  const say = (text) => { const state = place.querySelector(".form-state"); if (state) state.textContent = text; };
  const answer = await sendForm(form, event.submitter, { say });
  delete form.dataset.sending;
  if (answer.status === 200) end(answer.data);
  else if ([409, 422].includes(answer.status)) put(place, answer.text);
  else if (answer.status) toast(answer.data?.message ?? t("It could not be saved."), { error: true });
}

function put(place, html) {
  place.innerHTML = html;
  const wrong = place.querySelector(".has-errors");
  focusControl((wrong ?? place).querySelector("select, textarea, input:not([type=hidden])"));
}
