// <jm-organisation>: the chart of departments. Branches fold; people are fetched when they are asked for; a department
// or a person is dragged by its handle to where it shall be, or the handle is pressed and the place chosen in a dialog.
import { ask, csrf, t } from "./texts.js";
import { element } from "./pieces.js";

const BEGIN = 6;   // pixels that the pointer moves before a press becomes a drag
const EDGE = 60;   // near the edge of the window the page scrolls along

class Chart extends HTMLElement {
  connectedCallback() {
    this.home = this.dataset.home;
    this.addEventListener("click", (event) => this.clicked(event));
    for (const opener of document.querySelectorAll("[data-add]")) if (!this.contains(opener)) opener.addEventListener("click", () => this.add(opener));
    if (this.hasAttribute("data-may-write")) this.addEventListener("pointerdown", (event) => this.pressed(event));
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (!button || !this.contains(button)) return;
    if ("fold" in button.dataset) this.fold(button, button.getAttribute("aria-expanded") === "true");
    else if (button.dataset.foldAll) for (const one of this.querySelectorAll("[data-fold]")) this.fold(one, button.dataset.foldAll === "true");
    else if (button.dataset.people) this.showPeople(button);
    else if ("add" in button.dataset) this.add(button);
    else if (button.dataset.move && !this.dragged) this.choose(button);
  }

  fold(button, isShut) {
    button.setAttribute("aria-expanded", String(!isShut));
    for (const part of button.closest(".org-branch").querySelectorAll(":scope > .org-tree")) part.hidden = isShut;
  }

  async showPeople(button) {
    const place = button.closest(".org-branch").querySelector(":scope > .org-people");
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isOpen));
    place.hidden = isOpen;
    if (isOpen) return;
    const answer = await ask(button.dataset.people).catch(() => null);
    if (answer?.ok) place.innerHTML = await answer.text();
    else place.replaceChildren(element("p", "quiet-line", t("This could not be loaded. Try again.")));
  }

  add(button) {
    const dialog = document.getElementById("org-add");
    dialog.querySelector("select").value = button.dataset.add;
    dialog.showModal();
    dialog.querySelector("[name=name]").focus();
  }

  // --- choosing the place in a dialog ---

  choose(handle) {
    const dialog = document.getElementById("org-move");
    const form = dialog.querySelector("form[method=post]");
    const { move: kind, id, name } = handle.dataset;
    const select = form.querySelector("select");
    const inside = kind === "department" ? this.inside(id) : new Set();
    for (const option of select.options) {
      option.hidden = inside.has(option.value) || (kind === "person" && option.value === "");
      option.disabled = option.hidden;
    }
    const now = this.placeOf(handle);
    select.value = [...select.options].some((o) => o.value === now && !o.disabled) ? now : [...select.options].find((o) => !o.disabled)?.value ?? "";
    select.name = kind === "person" ? "into" : "above";
    form.action = this.address(kind, id);
    form.querySelector(".org-moved").textContent = name;
    dialog.addEventListener("close", () => handle.focus(), { once: true });
    dialog.showModal();
    select.focus();
  }

  /** The ids of a department and all below it: it cannot go there. */
  inside(id) {
    const branch = this.branch(id);
    return new Set([id, ...[...branch.querySelectorAll(".org-branch")].map((one) => one.dataset.department)]);
  }

  branch(id) {
    return this.querySelector(`.org-branch[data-department="${CSS.escape(id)}"]`);
  }

  placeOf(handle) {
    const branch = handle.closest(".org-branch");
    if (handle.dataset.move === "person") return branch.dataset.department;
    return branch.parentElement.closest(".org-branch")?.dataset.department ?? "";
  }

  address(kind, id) {
    return kind === "person" ? `${this.home}/people/${id}/move` : `${this.home}/${id}/move`;
  }

  send(handle, target) {
    const { move: kind, id } = handle.dataset;
    const form = element("form");
    form.method = "post";
    form.action = this.address(kind, id);
    form.hidden = true;
    for (const [name, value] of [["csrf_token", csrf()], [kind === "person" ? "into" : "above", target]]) {
      const input = element("input");
      input.name = name;
      input.value = value;
      form.append(input);
    }
    document.body.append(form);
    form.submit();
  }

  // --- dragging ---

  pressed(event) {
    const handle = event.target.closest("[data-move]");
    if (!handle || event.button !== 0) return;
    const start = { x: event.clientX, y: event.clientY };
    this.dragged = null;
    const moved = (now) => {
      if (!this.dragged && Math.hypot(now.clientX - start.x, now.clientY - start.y) >= BEGIN) this.begin(handle);
      if (this.dragged) this.follow(now);
    };
    const done = (now) => {
      handle.removeEventListener("pointermove", moved);
      for (const name of ["pointerup", "pointercancel"]) handle.removeEventListener(name, done);
      document.removeEventListener("keydown", gaveUp, true);
      if (this.dragged) this.end(now.type === "pointerup");
    };
    const gaveUp = (key) => { if (key.key === "Escape" && this.dragged) { key.preventDefault(); done({ type: "pointercancel" }); } };
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener("pointermove", moved);
    for (const name of ["pointerup", "pointercancel"]) handle.addEventListener(name, done);
    document.addEventListener("keydown", gaveUp, true);
  }

  begin(handle) {
    const { move: kind, id, name } = handle.dataset;
    const ghost = element("div", "org-ghost", name);
    document.body.append(ghost);
    const lifted = kind === "department" ? this.branch(id) : handle.closest(".org-member");
    lifted.classList.add("is-dragged");
    this.querySelector(".org-top")?.classList.toggle("is-shown", kind === "department");
    this.dragged = { handle, ghost, lifted, target: null, refused: kind === "department" ? this.inside(id) : new Set([""]), now: this.placeOf(handle) };
    this.say(t("{name} is lifted. Drop it on a department.", { name }));
  }

  follow(event) {
    const drag = this.dragged;
    drag.ghost.style.translate = `${event.clientX + 12}px ${event.clientY + 12}px`;
    if (event.clientY < EDGE) window.scrollBy(0, -14);
    else if (event.clientY > window.innerHeight - EDGE) window.scrollBy(0, 14);
    const found = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-drop]");
    const place = found && this.contains(found) && !drag.refused.has(found.dataset.drop) && found.dataset.drop !== drag.now ? found : null;
    if (place === drag.target) return;
    drag.target?.classList.remove("is-target");
    place?.classList.add("is-target");
    drag.target = place;
  }

  end(isDropped) {
    const { handle, ghost, lifted, target } = this.dragged;
    ghost.remove();
    lifted.classList.remove("is-dragged");
    target?.classList.remove("is-target");
    this.querySelector(".org-top")?.classList.remove("is-shown");
    // The click that follows a drag opens nothing.
    window.setTimeout(() => { this.dragged = null; });
    if (isDropped && target) this.send(handle, target.dataset.drop);
    else this.say(t("Nothing was moved."));
  }

  say(text) {
    document.getElementById("org-said").textContent = text;
  }
}

customElements.define("jm-organisation", Chart);
