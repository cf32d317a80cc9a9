// <jm-choose>: a select with search. With src it asks the server (permission applied there), shows a second line, opens
// a dialog to look through all (dialog) and makes a record on the spot (quick); tags may be made up. Where a field points at
// records of several objects (kinds), one of them can be picked first, and only its records are searched.
import TomSelect from "tom-select/dist/esm/tom-select.js";
import clearButton from "tom-select/dist/esm/plugins/clear_button/plugin.js";
import removeButton from "tom-select/dist/esm/plugins/remove_button/plugin.js";
import { element, iconButton } from "./pieces.js";
import { ask, t } from "./texts.js";

TomSelect.define("clear_button", clearButton);
TomSelect.define("remove_button", removeButton);

class Choose extends HTMLElement {
  connectedCallback() {
    const select = this.querySelector("select:not(.choose-kind)");
    if (!select || select.tomselect) return;
    this.select = select;
    this.all = [...select.options].map((option) => ({ value: option.value, text: option.text }));
    const many = select.multiple;
    this.widget = new TomSelect(select, {
      plugins: many ? { remove_button: { title: t("Remove") } } : select.required ? {} : { clear_button: { title: t("Clear") } },
      create: this.hasAttribute("create"),
      persist: false,
      maxOptions: 200,
      allowEmptyOption: false,
      hidePlaceholder: true,
      placeholder: select.dataset.placeholder ?? "",
      ...(this.getAttribute("src") ? this.remote() : {}),
      render: this.texts(),
      onChange: () => select.dispatchEvent(new Event("jm-changed")),
    });
    this.widget.control_input.setAttribute("aria-label", select.getAttribute("aria-label") ?? this.label());
    select.addEventListener("jm-choices", (event) => this.offer(event.detail));
    if (this.getAttribute("kinds")) this.addKinds(JSON.parse(this.getAttribute("kinds")));
    if (this.getAttribute("dialog")) this.addDialog();
  }

  disconnectedCallback() {
    this.widget?.destroy();
  }

  label() {
    return document.querySelector(`label[for="${CSS.escape(this.select.id)}"]`)?.textContent.trim() ?? "";
  }

  remote() {
    const makes = this.hasAttribute("quick") || this.hasAttribute("kinds");
    return {
      valueField: "value", labelField: "text", searchField: [], preload: "focus", loadThrottle: 180,
      shouldLoad: () => true,
      score: () => () => 1,
      ...(makes ? {
        create: (text, done) => { this.make(text).then((option) => done(option ?? undefined)); },
        createFilter: () => Boolean(this.quick), createOnBlur: false,
      } : {}),
      load: async (text, done) => {
        this.loading = (this.loading ?? 0) + 1;
        const mine = this.loading;
        const url = new URL(this.getAttribute("src"), window.location.href);
        url.searchParams.set("q", text);
        if (this.kind?.value) url.searchParams.set("of", this.kind.value);
        const answer = await ask(url).catch(() => null);
        if (mine !== this.loading) { done(); return; }
        this.widget?.clearOptions();
        done(answer?.ok ? (await answer.json()).options : []);
      },
    };
  }

  /** A record made on the spot; resolves to it as an option, or to null. */
  async make(text) {
    const { quickCreate } = await import("./quick.js");
    return quickCreate(this.quick, text);
  }

  /** Where a record is made on the spot; that of the kind that was picked. */
  get quick() {
    return this.kind ? this.kind.selectedOptions[0].dataset.quick : this.getAttribute("quick");
  }

  /** ``kinds``: [object, label, where one is made]. */
  addKinds(kinds) {
    this.querySelector(".choose-kind")?.remove();
    const name = this.select.getAttribute("aria-label") ?? this.label();
    this.kind = element("select", "form-select choose-kind");
    this.kind.setAttribute("aria-label", t("{field}: kind of record", { field: name }));
    this.kind.disabled = this.select.disabled;
    for (const [value, label, quick] of [["", t("All kinds"), ""], ...kinds]) {
      const option = new Option(label, value);
      option.dataset.quick = quick;
      this.kind.append(option);
    }
    this.kind.addEventListener("change", (event) => {
      event.stopPropagation();  // it is no value of the form
      this.widget.clearOptions();
      this.widget.load(this.widget.control_input.value);
    });
    this.classList.add("has-kinds");
    this.prepend(this.kind);
  }

  addDialog() {
    const kind = this.getAttribute("dialog");
    const name = this.select.getAttribute("aria-label") ?? this.label();
    const mark = kind === "people" ? "sitemap" : "list-search";
    const opener = iconButton(mark, kind === "people" ? t("{field}: choose by department", { field: name }) : t("{field}: look through all", { field: name }), async () => {
      const { chooseInDialog } = await import("./choose-dialogs.js");
      chooseInDialog({ title: name, address: `${this.getAttribute("src")}/${kind}`, of: this.kind?.value, take: (option) => this.take(option) });
    });
    opener.classList.add("choose-open");
    this.classList.add("has-opener");
    this.append(opener);
  }

  take(option) {
    this.widget.addOption(option);
    this.widget.addItem(option.value);
    this.widget.refreshOptions(false);
  }

  texts() {
    const plain = (className) => (text) => element("div", className, text);
    return {
      option: (data) => {
        const box = plain("option")(data.text);
        if (data.hint) box.append(element("div", "option-hint", data.hint));
        return box;
      },
      item: (data) => plain("item")(data.text),
      no_results: () => plain("no-results")(t("Nothing found")),
      option_create: (data) => plain("create")(this.quick ? t("New: “{text}”…", { text: data.input }) : t("Add “{text}”", { text: data.input })),
      loading: () => plain("no-results")(t("Searching…")),
    };
  }

  /** Leaves only ``values`` to choose from (a dependent picklist); a choice that no longer fits is taken back. */
  offer(values) {
    const chosen = [].concat(this.widget.getValue());
    this.widget.clear(true);
    this.widget.clearOptions();
    for (const option of this.all) if (option.value && values.includes(option.value)) this.widget.addOption(option);
    this.widget.refreshOptions(false);
    this.widget.setValue(chosen.filter((value) => values.includes(value)), true);
  }
}
customElements.define("jm-choose", Choose);

// A plain select whose choices depend on another field.
document.addEventListener("jm-choices", (event) => {
  const select = event.target;
  if (select.tomselect) return;
  for (const option of select.options) {
    const fits = !option.value || event.detail.includes(option.value);
    option.hidden = option.disabled = !fits;
    if (!fits && option.selected) select.value = "";
  }
}, true);
