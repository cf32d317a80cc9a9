// The session ended while one was typing: log in again in a dialog, and go on.
import { openDialog } from "./pieces.js";
import { csrf, t } from "./texts.js";

const ADDRESS = "/session/again";
let running = null;

/** Resolves to true once the same person is logged in again. */
export function logInAgain() {
  running ??= ask().finally(() => { running = null; });
  return running;
}

async function ask() {
  const answer = await window.fetch(ADDRESS, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (!answer?.ok) return false;
  const place = document.createElement("div");
  place.innerHTML = await answer.text();
  const dialog = openDialog(t("Log in again"), place);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(false));
    place.addEventListener("submit", async (event) => {
      event.preventDefault();
      const body = new FormData(event.target);
      body.set("before", userBefore());
      const given = await window.fetch(ADDRESS, { method: "POST", body, headers: { "X-Requested-With": "fetch" } }).catch(() => null);
      if (!given) return;
      if (!given.ok) {
        place.innerHTML = await given.text();
        place.querySelector("input[type=password]")?.focus();
        return;
      }
      renew((await given.json()).csrf);
      resolve(true);
      dialog.close();
    });
  });
}

/** Takes the token of the session there is now; false where it is another person's or there is none. */
export async function refreshToken() {
  const url = new URL(`${ADDRESS}/token`, window.location.href);
  url.searchParams.set("before", userBefore());
  const answer = await window.fetch(url, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (!answer?.ok) return false;
  const { csrf: token } = await answer.json();
  if (!token || token === csrf()) return false;
  renew(token);
  return true;
}

const userBefore = () => document.querySelector("[data-user]")?.dataset.user ?? "";

function renew(token) {
  document.querySelector('meta[name="csrf-token"]').content = token;
  for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = token;
  for (const name of ["hx-headers", "hx-headers:inherited"]) {
    if (document.body.hasAttribute(name)) document.body.setAttribute(name, JSON.stringify({ "X-CSRF-Token": token }));
  }
}
