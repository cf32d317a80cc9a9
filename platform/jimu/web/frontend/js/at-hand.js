// What a person has at hand: favourites and recently viewed records. Asked for after a page is shown, and kept for the
// window, so that the next page shows them at once and nothing moves.
import { ask } from "./texts.js";

const KEY = "jimu-at-hand";
const FRESH = 5 * 60_000;

const whose = () => `${document.querySelector("jm-favourites")?.getAttribute("person") ?? ""} ${document.documentElement.lang}`;

function read() {
  try {
    const found = JSON.parse(window.sessionStorage.getItem(KEY) ?? "null");
    return found?.whose === whose() ? found : null;
  } catch {
    return null;
  }
}

/** The favourites known in this window: [{title, href, icon, kind, record}]; null before they were asked for. */
export const knownFavourites = () => read()?.favourites ?? null;

/** Asks the server, and tells the page with the event "jm-at-hand". */
export async function refresh() {
  const answer = await ask("/at-hand").catch(() => null);
  if (!answer?.ok) return;
  const found = { ...(await answer.json()), whose: whose(), at: Date.now() };
  try { window.sessionStorage.setItem(KEY, JSON.stringify(found)); } catch { /* then it is asked for on every page */ }
  document.dispatchEvent(new CustomEvent("jm-at-hand", { detail: found }));
}

export async function refreshIfOld() {
  const found = read();
  if (!found || Date.now() - found.at > FRESH) await refresh();
}

/** Keeps a record as a favourite, or no longer; whether it is one now, null if that failed. */
export async function switchFavourite(record) {
  const answer = await ask(`/favourites/${record}`, { method: "POST" }).catch(() => null);
  if (!answer?.ok) return null;
  const { is_favourite: now } = await answer.json();
  refresh();
  return now;
}
