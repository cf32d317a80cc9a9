// <jm-follow record="…">: the eye of a record's page. Pressed: one hears what happens to the record. The number beside it
// shows who follows it.
import { element, iconButton, openDialog } from "./pieces.js";
import { toast } from "./shell.js";
import { ask, t } from "./texts.js";

const whenIdle = window.requestIdleCallback ?? ((run) => window.setTimeout(run, 200));

class Follow extends HTMLElement {
  connectedCallback() {
    if (this.button) return;
    this.address = `/following/${this.getAttribute("record")}`;
    this.button = iconButton("eye", t("Follow"), () => this.turn());
    this.button.classList.add("follow");
    this.button.dataset.hotkey = "f";
    this.people = element("button", "follow-count");
    this.people.type = "button";
    this.people.hidden = true;
    this.people.addEventListener("click", () => this.tell());
    this.append(this.button, this.people);
    this.show({ is_followed: false, reason: "", count: 0 });
    whenIdle(() => this.find());
  }

  async find() {
    const answer = await ask(this.address).catch(() => null);
    if (answer?.ok) this.show(await answer.json());
    else if (answer?.status === 404) this.remove(); // of an object that cannot be followed
  }

  show(now) {
    this.now = now;
    const label = !now.is_followed ? t("Follow") : now.reason === "owned" ? t("You hear of it as its owner") : t("You follow it");
    this.button.setAttribute("aria-pressed", now.is_followed);
    this.button.setAttribute("aria-label", label);
    this.button.title = label;
    this.people.hidden = !now.count;
    this.people.textContent = now.count;
    this.people.setAttribute("aria-label", t("Followers: {n}", { n: now.count }));
  }

  async turn() {
    const before = this.now;
    this.show({ ...before, is_followed: !before.is_followed });
    const body = new URLSearchParams({ on: before.is_followed ? "0" : "1" });
    const answer = await ask(this.address, { method: "POST", body }).catch(() => null);
    this.show(answer?.ok ? await answer.json() : before);
    if (!answer?.ok) toast(t("This could not be saved. Check the connection and try again."), { error: true });
  }

  async tell() {
    const answer = await ask(`${this.address}/people`).catch(() => null);
    const body = element("div");
    if (answer?.ok) body.innerHTML = await answer.text();
    else body.textContent = t("The server did not answer. Check the connection and try again.");
    openDialog(t("Followers"), body);
  }
}

customElements.define("jm-follow", Follow);
