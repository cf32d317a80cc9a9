// <jm-list>: panels, dialogs, loading on, groups, totals, quick filters with several choices, the preview.
import { icon, t } from "./texts.js";
import { toast } from "./shell.js";
import { address, base, data, fragment, make } from "./list-page.js";

const failed = () => toast(t("The server did not answer. Check the connection and try again."), { error: true });

class List extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.clicked(event));
    this.querySelector("[data-totals]")?.removeAttribute("hidden");
    this.wrap = this.querySelector(".table-wrap");
    this.wrap?.addEventListener("scroll", () => this.hint(), { passive: true });
    window.addEventListener("resize", () => this.hint());
    for (const menu of this.querySelectorAll("[data-quick]")) quick(menu);
    for (const head of this.querySelectorAll("th a[data-also]")) head.addEventListener("click", (event) => {
      if (!event.shiftKey) return;
      event.preventDefault();
      window.location.assign(head.dataset.also);
    });
    this.hint();
    this.again();
  }

  hint() {
    if (!this.wrap) return;
    const { scrollLeft, scrollWidth, clientWidth } = this.wrap;
    this.wrap.classList.toggle("has-more-start", scrollLeft > 1);
    this.wrap.classList.toggle("has-more-end", scrollLeft + clientWidth < scrollWidth - 1);
  }

  clicked(event) {
    const on = (selector) => event.target.closest(selector);
    const panel = on("[data-panel]"), more = on("[data-more]"), inGroup = on("[data-more-in-group]"), group = on("[data-group]"), totals = on("[data-totals]");
    if (panel) this.toggle(panel);
    else if (more) this.more(more);
    else if (inGroup) this.moreInGroup(inGroup);
    else if (group && !event.ctrlKey && !event.metaKey) { event.preventDefault(); this.open(group); }
    else if (totals) this.totals(totals);
    else if (on("[data-peek-close]")) this.closePeek();
  }

  toggle(button) {
    const wanted = document.getElementById(button.dataset.panel);
    for (const other of this.querySelectorAll("[data-panel]")) {
      const part = document.getElementById(other.dataset.panel);
      const open = part === wanted && part.hidden;
      part.hidden = !open;
      other.setAttribute("aria-expanded", open);
    }
    if (!wanted.hidden) wanted.dispatchEvent(new CustomEvent("jm-open"));
  }

  /** Rows of the next page below these. The address stays that of the list; how far it was read is kept for coming back. */
  async more(button) {
    button.disabled = true;
    const found = await fragment(button.dataset.more);
    if (!found) { button.disabled = false; failed(); return false; }
    const rows = [...found.querySelectorAll("tbody > tr")];
    document.getElementById("rows").append(...rows);
    document.getElementById("list-foot").replaceWith(found.querySelector("#list-foot"));
    this.querySelector("[data-totals]")?.removeAttribute("hidden");
    window.history.replaceState({ ...window.history.state, pages: (window.history.state?.pages ?? 1) + 1 }, "");
    return true;
  }

  /** Coming back to a list that had been read on: as far again, and to the same place. */
  async again() {
    const { pages = 1, top = 0 } = window.history.state ?? {};
    window.addEventListener("pagehide", () => window.history.replaceState({ ...window.history.state, top: this.wrap?.scrollTop ?? 0 }, ""));
    if (pages > 1) {
      window.history.replaceState({ ...window.history.state, pages: 1 }, "");
      for (let page = 1; page < pages; page += 1) {
        const button = this.querySelector("[data-more]");
        if (!button || !(await this.more(button))) break;
      }
    }
    if (this.wrap && top) this.wrap.scrollTop = top;
  }

  async moreInGroup(button) {
    button.disabled = true;
    const found = await fragment(button.dataset.moreInGroup);
    if (!found) { button.disabled = false; failed(); return; }
    button.closest("tr").replaceWith(...found.querySelectorAll("tbody > tr"));
  }

  async open(toggle) {
    const id = toggle.dataset.group;
    const isOpen = toggle.getAttribute("aria-expanded") !== "true";
    toggle.setAttribute("aria-expanded", isOpen);
    const inner = this.querySelectorAll(`[data-inside="${id}"]`);
    for (const head of inner) {
      head.hidden = !isOpen;
      const below = head.nextElementSibling;
      if (below?.classList.contains("group-rows")) below.hidden = !isOpen || head.querySelector("[data-group]").getAttribute("aria-expanded") !== "true";
    }
    const body = document.getElementById(id);
    if (!body) return;
    body.hidden = !isOpen;
    if (!isOpen || body.childElementCount) return;
    body.append(make("tr", { class: "loading-row" }, make("td", { colspan: String((data.columns ?? [1]).length), text: t("Loading…") })));
    const found = await fragment(body.dataset.rows);
    body.replaceChildren(...(found?.querySelectorAll("tbody > tr") ?? []));
    if (!found) { toggle.setAttribute("aria-expanded", "false"); body.hidden = true; failed(); }
  }

  async totals(button) {
    button.disabled = true;
    const found = await fragment(button.dataset.totals);
    if (!found) { button.disabled = false; failed(); return; }
    const table = this.querySelector(".list-table");
    table.querySelector("tfoot")?.remove();
    table.append(found.querySelector("tfoot"));
    button.remove();
    this.wrap.scrollTop = this.wrap.scrollHeight;
  }

  /** A look at a record beside the list, read only; the focus stays in the list. */
  async peek(row) {
    const box = document.getElementById("peek");
    const found = await fragment(`${base}/peek/${row.dataset.id}`);
    if (!found) { failed(); return; }
    box.replaceChildren(found);
    box.hidden = false;
    this.classList.add("is-peeking");
    for (const other of this.querySelectorAll("tr.is-peeked")) other.classList.remove("is-peeked");
    row.classList.add("is-peeked");
    box.dataset.id = row.dataset.id;
  }

  closePeek() {
    const box = document.getElementById("peek");
    if (box.hidden) return false;
    const back = box.contains(document.activeElement);
    box.hidden = true;
    delete box.dataset.id;
    this.classList.remove("is-peeking");
    const row = this.querySelector("tr.is-peeked");
    row?.classList.remove("is-peeked");
    if (back) row?.focus();
    return true;
  }
}

// Several choices of a quick filter: they are gathered while the menu is open and applied when it closes.
function quick(menu) {
  const search = menu.querySelector(".quick-search");
  const options = menu.querySelector(".quick-options");
  const chosen = new Set([...options.querySelectorAll('[data-value][aria-current="true"]')].map((o) => o.dataset.value));
  const before = [...chosen].join();
  const mark = (option, isOn) => {
    option.toggleAttribute("aria-current", isOn);
    if (isOn) option.setAttribute("aria-current", "true");
    option.querySelector("svg").replaceWith(icon(isOn ? "square-check" : "square"));
  };
  options.addEventListener("click", (event) => {
    const option = event.target.closest("[data-value]");
    if (!option || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const isOn = !chosen.has(option.dataset.value);
    chosen[isOn ? "add" : "delete"](option.dataset.value);
    mark(option, isOn);
  });
  menu.addEventListener("toggle", () => {
    if (menu.open) { if (search && !matchMedia("(pointer: coarse)").matches) search.focus(); return; }
    if ([...chosen].join() === before) return;
    const others = new URL(window.location.href).searchParams.getAll("f").filter((text) => JSON.parse(text)[0] !== menu.dataset.quick);
    const mine = chosen.size ? [JSON.stringify([menu.dataset.quick, menu.dataset.operator, ...chosen])] : [];
    window.location.assign(address({ f: [...others, ...mine] }));
  });
  menu.addEventListener("keydown", (event) => moveIn(event, menu));
  if (!search) return;
  search.hidden = false;
  let timer;
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    for (const option of options.children) option.hidden = Boolean(wanted) && !option.textContent.toLowerCase().includes(wanted);
    if (!menu.dataset.source) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => offer(menu, options, wanted, chosen), 250);
  });
  if (menu.dataset.source) menu.addEventListener("toggle", () => { if (menu.open) offer(menu, options, "", chosen); }, { once: true });
}

/** Records to choose from, found by the server. */
async function offer(menu, options, text, chosen) {
  const url = new URL(menu.dataset.source, window.location.href);
  url.searchParams.set("q", text);
  const answer = await fetch(url, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (!answer?.ok) return;
  for (const old of options.querySelectorAll("[data-offered]")) if (!chosen.has(old.dataset.value)) old.remove();
  const there = new Set([...options.querySelectorAll("[data-value]")].map((o) => o.dataset.value));
  for (const { value, text: label } of (await answer.json()).options) {
    if (!there.has(value)) options.append(make("a", { class: "menu-entry", href: "#", "data-value": value, "data-offered": true, mark: "square" }, make("span", { text: label })));
  }
}

function moveIn(event, menu) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !menu.open) return;
  event.preventDefault();
  const entries = [...menu.querySelectorAll("summary, .menu-body input, .menu-body a, .menu-body button")].filter((e) => !e.hidden && e.type !== "hidden");
  const at = entries.indexOf(document.activeElement);
  entries[Math.min(entries.length - 1, Math.max(0, at + step))]?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    opener.closest("details")?.removeAttribute("open");
    document.getElementById(opener.dataset.dialog)?.showModal();
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
});

customElements.define("jm-list", List);
