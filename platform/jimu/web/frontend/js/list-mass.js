// What can be done with the selected rows: the bar at the foot, the dialogs of bulk actions, files.
import { element, openDialog } from "./pieces.js";
import { toast } from "./shell.js";
import "./run.js";
import { ask, csrf, t } from "./texts.js";
import { base, data, fragment, make } from "./list-page.js";
import { copyRows } from "./list-copy.js";
import { clear, count, isAll, isUsable, rowsShown, selectAll, selection } from "./list-select.js";

const list = document.querySelector("jm-list");
const work = data.work ?? {};

const TITLES = {
  edit: () => t("Edit many"), owner: () => t("Change the owner"), tags: () => t("Tag"), delete: () => t("Delete many"),
  share: () => t("Share"), team: () => t("Add to the team"),
};

function buildBar() {
  const bar = make("section", { class: "select-bar", "aria-label": t("Selected records"), hidden: true });
  const action = (name, mark, text, run) => make("button", { class: "btn btn-sm", mark, "data-action": name, onclick: run }, make("span", { text }));
  const words = make("span", { class: "select-count", role: "status" });
  const more = make("button", { class: "btn btn-sm btn-quiet", "data-action": "all", text: t("Select all that match"), onclick: selectAll });
  bar.append(words, more, make("div", { class: "select-actions" },
    ...(work.more ?? []).map((more) => action(more.name, more.mark, more.label, () => open(more.name, more))),
    work.edit && action("edit", "pencil", t("Edit"), () => open("edit")),
    work.edit && work.tags && action("tags", "tag", t("Tag"), () => open("tags")),
    work.edit && work.owner && action("owner", "user", t("Owner"), () => open("owner")),
    work.share && action("share", "share", t("Share"), () => open("share")),
    work.team && action("team", "users-group", t("Team"), () => open("team")),
    work.merge && action("merge", "git-merge", t("Merge"), merge),
    action("copy", "copy", t("Copy"), copyRows),
    work.export && action("export", "download", t("Export"), () => download()),
    work.remove && action("delete", "trash", t("Delete"), () => open("delete"))),
  make("button", { class: "icon-button", mark: "x", "data-action": "clear", "aria-label": t("Select nothing"), onclick: clear }));
  list.append(bar);
  const show = () => {
    const n = count();
    bar.hidden = !n;
    list.classList.toggle("is-selecting", n > 0);
    words.textContent = isAll() ? t("All {n} selected", { n }) : t("{n} selected", { n });
    more.hidden = isAll() || !hasMore();
  };
  list.addEventListener("jm-selected", show);
  show();
}

/** Whether there may be records that are not on this page. */
const hasMore = () => Boolean(list.querySelector("[data-more], [rel=next], [rel=prev], [data-group], [data-more-in-group]")) && rowsShown().length > 0;

/** On to the page on which the ticked records are compared. */
function merge() {
  const ids = selection()._ids;
  if (isAll() || !ids || !ids.includes(",")) { toast(t("Choose at least two records, one by one."), { error: true }); return; }
  window.location.assign(`${work.merge}&ids=${ids}`);
}

function body(more = {}) {
  return new URLSearchParams({ ...selection(), csrf_token: csrf(), ...more });
}

/** ``more``: what a list can do besides; it says where its dialog is to be had. */
async function open(action, more = null) {
  const [answer] = await Promise.all([
    ask(more?.form ?? `${base}/mass/form/${action}`, { method: "POST", body: body() }).catch(() => null),
    import("./choose.js"), import("./widgets.js"),
  ]);
  const text = answer ? await answer.text() : "";
  if (!answer?.ok) { toast(plain(text) || t("No connection."), { error: true }); return; }
  const holder = element("div");
  holder.innerHTML = text;
  const dialog = openDialog(more?.label ?? TITLES[action](), holder, { wide: action === "edit" });
  bind(holder.querySelector("form"), dialog);
}

const plain = (html) => new DOMParser().parseFromString(html, "text/html").body.textContent.trim().slice(0, 500);

function bind(form, dialog) {
  const report = form.querySelector(".mass-report");
  const foot = form.querySelector(":scope > .dialog-foot");
  const again = () => { report.replaceChildren(); foot.hidden = false; };
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-cancel]")) dialog.close();
    if (event.target.closest("[data-again]")) { again(); form.querySelector("select, input:not([type=hidden])")?.focus(); }
    if (event.target.closest("[data-drop]")) { event.target.closest(".mass-change").remove(); again(); offer(form); form.querySelector("[data-add]")?.focus(); }
    const to = event.target.closest("[data-to]");
    if (to) { event.preventDefault(); document.getElementById(to.dataset.to)?.focus(); }
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-add]")) add(form, event.target);
    else if (!event.target.closest(".mass-report")) again();
    const operation = event.target.closest("select[name^='_op.']");
    if (operation) operation.closest(".mass-change").querySelector(".mass-value").hidden = operation.value === "blank";
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); send(form, event.submitter, report, foot); });
}

async function add(form, chooser) {
  const name = chooser.value;
  chooser.value = "";
  if (!name) return;
  const found = await fragment(form.dataset.fields + name);
  if (!found) { toast(t("No connection."), { error: true }); return; }
  const row = found.querySelector(".mass-change");
  form.querySelector(".mass-changes").append(row);
  offer(form);
  row.querySelector(".mass-value :is(input:not([type=hidden]), select, textarea)")?.focus();
}

/** A field is offered once. */
function offer(form) {
  const taken = new Set([...form.querySelectorAll("[data-change]")].map((row) => row.dataset.change));
  for (const option of form.querySelectorAll("[data-add] option")) option.hidden = option.disabled = taken.has(option.value);
}

async function send(form, submitter, report, foot) {
  if (form.dataset.sending !== undefined) return;
  form.dataset.sending = "";
  const isTry = submitter?.name === "_step";
  const action = form.getAttribute("action");
  submitter?.classList.add("is-loading");
  form.action = isTry ? form.dataset.try : action;
  const { sendForm } = await import("./form-send.js");
  const answer = await sendForm(form, submitter, {});
  form.action = action;
  submitter?.classList.remove("is-loading");
  delete form.dataset.sending;
  if (answer.status === 200 && answer.data?.go) { clear(); window.location.assign(answer.data.go); }
  else if (answer.status === 200 || answer.status === 422) {
    report.innerHTML = answer.text;
    foot.hidden = answer.status === 200;
    (report.querySelector(".btn-primary, [data-to]") ?? report.querySelector("button"))?.focus();
    report.scrollIntoView({ block: "nearest" });
  } else if (answer.status) toast(answer.data?.message ?? t("It could not be saved."), { error: true });
}

/** A real form: the answer is a file, which the browser keeps. */
function download() {
  const form = make("form", { method: "post", action: `${base}/mass/export`, hidden: true });
  for (const [name, value] of body({ _format: "xlsx" })) form.append(make("input", { type: "hidden", name, value }));
  document.body.append(form);
  form.submit();
  form.remove();
}

if (isUsable) buildBar();
