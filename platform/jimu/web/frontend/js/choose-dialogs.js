// Dialogs to choose a record: its columns and search, or people by their departments. The rows come from the server.
import { openDialog } from "./pieces.js";
import { toast } from "./shell.js";
import { ask, t } from "./texts.js";

const WAIT = 200;

/** ``take`` gets {value, text} of what is chosen; ``of``: the kind of record that is shown first. */
export async function chooseInDialog({ title, address, of, take }) {
  const place = document.createElement("div");
  if (!(await fill(place, of ? `${address}?of=${encodeURIComponent(of)}` : address))) { toast(t("It could not be opened."), { error: true }); return; }
  const dialog = openDialog(title, place, { wide: true });
  const state = { of: "", department: "", asked: 0, timer: 0 };
  const reload = () => rows(place, address, state);
  place.addEventListener("input", (event) => {
    if (!event.target.matches("[data-find]")) return;
    window.clearTimeout(state.timer);
    state.timer = window.setTimeout(reload, WAIT);
  });
  place.addEventListener("change", async (event) => {
    if (!event.target.matches("select[data-of]")) return;
    await fill(place, `${address}?of=${encodeURIComponent(event.target.value)}`);
  });
  place.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.pick) {
      take({ value: button.dataset.pick, text: button.dataset.text ?? button.textContent.trim() });
      dialog.close();
    } else if (button.dataset.department !== undefined) {
      event.preventDefault();
      state.department = button.dataset.department;
      place.querySelector("[data-find]").value = "";
      for (const one of place.querySelectorAll("[data-department]")) one.setAttribute("aria-pressed", one === button);
      reload();
    } else if (button.dataset.more) more(button);
    else if (button.dataset.quick) {
      const { quickCreate } = await import("./quick.js");
      const made = await quickCreate(button.dataset.quick, place.querySelector("[data-find]").value);
      if (made) { take(made); dialog.close(); }
    }
  });
  place.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-find]")) { event.preventDefault(); place.querySelector("[data-pick]")?.click(); }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") step(place, event);
  });
}

function step(place, event) {
  const picks = [...place.querySelectorAll("[data-pick]")];
  const at = picks.indexOf(document.activeElement);
  if (at < 0 && !event.target.matches("[data-find]")) return;
  event.preventDefault();
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  if (next < 0) place.querySelector("[data-find]").focus();
  else picks[next]?.focus();
}

async function fill(place, url) {
  const answer = await ask(url).catch(() => null);
  if (!answer?.ok) return false;
  place.innerHTML = await answer.text();
  place.querySelector("[data-find]")?.focus();
  return true;
}

async function rows(place, address, state) {
  state.asked += 1;
  const mine = state.asked;
  const url = new URL(address, window.location.href);
  url.searchParams.set("rows", "1");
  url.searchParams.set("q", place.querySelector("[data-find]").value);
  const of = place.querySelector("[data-of]")?.dataset.of;
  if (of) url.searchParams.set("of", of);
  if (state.department) url.searchParams.set("department", state.department);
  const answer = await ask(url).catch(() => null);
  if (answer?.ok && mine === state.asked) place.querySelector("[data-rows], tbody").innerHTML = await answer.text();
}

async function more(button) {
  const url = new URL(button.dataset.more, window.location.href);
  url.searchParams.set("rows", "1");
  const answer = await ask(url).catch(() => null);
  if (answer?.ok) button.closest("tr").outerHTML = await answer.text();
}
