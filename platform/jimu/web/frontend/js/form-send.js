// Sending a form without leaving the page: with progress, again after a lost connection, again after logging in again.
// Nothing typed and no chosen file is lost on the way. The server takes a form that comes twice once.
import { logInAgain, refreshToken } from "./log-in-again.js";
import { csrf, t } from "./texts.js";

const RETRY = 8000;
const BIG = 200_000;

/** Resolves to {status, data, text}; ``say`` is told how it goes. */
export async function sendForm(form, submitter, { say = () => {} } = {}) {
  let renewed = false;
  for (;;) {
    const answer = await post(form, submitter, say);
    if (answer.status === 0) {
      say(t("No connection. It is kept here and sent as soon as there is one."));
      await connection();
    } else if (answer.status === 401) {
      say(t("You have been logged out."));
      if (!(await logInAgain())) return { status: 0 };
    } else if (answer.status === 400 && !renewed) {
      renewed = true; // logged in again in another window: the form needs the new session's token
      if (!(await refreshToken())) return answer;
    } else return answer;
  }
}

function post(form, submitter, say) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const body = new FormData(form, submitter?.form === form ? submitter : null);
    body.set("csrf_token", csrf());
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.upload.onprogress = ({ loaded, total }) => {
      if (total > BIG) say(t("Sending… {percent}%", { percent: Math.round((100 * loaded) / total) }));
    };
    request.onload = () => resolve({ status: request.status, text: request.responseText, data: parsed(request) });
    request.onerror = () => resolve({ status: 0 });
    request.send(body);
  });
}

function parsed(request) {
  if (!request.getResponseHeader("Content-Type")?.includes("json")) return messageOf(request);
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}

/** Errors that are no answer of the form come as a piece of a page. */
function messageOf(request) {
  if (request.status < 400) return null;
  const text = new DOMParser().parseFromString(request.responseText, "text/html").body.textContent.trim();
  return { message: text.slice(0, 500) };
}

function connection() {
  return new Promise((resolve) => {
    const timer = window.setTimeout(resolve, RETRY);
    window.addEventListener("online", () => { window.clearTimeout(timer); resolve(); }, { once: true });
  });
}
