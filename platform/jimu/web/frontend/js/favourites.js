// <jm-favourites>: the favourites in the navigation. <jm-star record="…">: the star of a record's page.
import { knownFavourites, refreshIfOld, switchFavourite } from "./at-hand.js";
import { element, iconButton } from "./pieces.js";
import { toast } from "./shell.js";
import { ask, icon, t } from "./texts.js";

const MOST = 8;
const whenIdle = window.requestIdleCallback ?? ((run) => window.setTimeout(run, 200));

class Favourites extends HTMLElement {
  connectedCallback() {
    this.draw(knownFavourites() ?? []);
    document.addEventListener("jm-at-hand", (event) => this.draw(event.detail.favourites));
    whenIdle(() => refreshIfOld());
  }

  draw(items) {
    this.replaceChildren();
    if (!items.length) return;
    this.append(element("div", "nav-group", t("Favourites")), ...items.slice(0, MOST).map((item) => this.line(item)));
    if (items.length > MOST) this.append(this.link({ href: "/#home-favourites", icon: "dots", title: t("All favourites") }));
  }

  line(item) {
    const line = element("div", "nav-favourite");
    const label = t("Remove from the favourites: {title}", { title: item.title });
    const remove = iconButton("x", label, () => this.remove(item, line));
    remove.classList.add("nav-remove");
    line.append(this.link(item), remove);
    return line;
  }

  link(item) {
    const link = element("a", "nav-entry");
    link.href = item.href;
    link.title = item.title;
    if (item.href === window.location.pathname) link.setAttribute("aria-current", "page");
    link.append(icon(item.icon), element("span", "", item.title));
    return link;
  }

  async remove(item, line) {
    const next = line.nextElementSibling ?? line.previousElementSibling;
    const now = await switchFavourite(item.record);
    if (now === null) return;
    line.remove();
    next?.querySelector?.("a")?.focus();
    for (const star of document.querySelectorAll(`jm-star[record="${item.record}"]`)) star.show(now);
  }
}

const known = new Map();

class Star extends HTMLElement {
  connectedCallback() {
    if (this.button) return;
    this.record = this.getAttribute("record");
    this.button = iconButton("star", t("Favourite"), () => this.turn());
    this.button.classList.add("star");
    this.button.dataset.hotkey = "s";
    this.append(this.button);
    const kept = knownFavourites()?.some((item) => item.record === this.record);
    this.show(known.get(this.record) ?? kept ?? false);
    if (!known.has(this.record)) whenIdle(() => this.find());
  }

  async find() {
    const answer = await ask(`/favourites/${this.record}`).catch(() => null);
    if (answer?.ok) this.show((await answer.json()).is_favourite);
  }

  show(now) {
    known.set(this.record, now);
    this.button.setAttribute("aria-pressed", now);
  }

  async turn() {
    const before = this.button.getAttribute("aria-pressed") === "true";
    this.show(!before);
    const now = await switchFavourite(this.record);
    this.show(now ?? before);
    if (now === null) toast(t("This could not be saved. Check the connection and try again."), { error: true });
  }
}

customElements.define("jm-favourites", Favourites);
customElements.define("jm-star", Star);
