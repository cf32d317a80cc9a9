// <jm-upload href most>: files by drop, paste or choice, each with its progress; and looking at files without saving them.
import { button, element, openDialog } from "./pieces.js";
import { toast } from "./shell.js";
import { ask, csrf, icon, t } from "./texts.js";

class Upload extends HTMLElement {
  connectedCallback() {
    this.most = Number(this.getAttribute("most"));
    this.input = this.querySelector("input[type=file]");
    this.list = this.querySelector(".uploads");
    this.input.addEventListener("change", () => this.take([...this.input.files]));
    this.side = this.closest(".record-side") ?? this;
    this.listening = new AbortController();
    const { signal } = this.listening;
    for (const kind of ["dragenter", "dragover"]) {
      this.side.addEventListener(kind, (event) => {
        if (![...event.dataTransfer.types].includes("Files")) return;
        event.preventDefault();
        this.classList.add("is-over");
      }, { signal });
    }
    this.side.addEventListener("dragleave", (event) => { if (!this.side.contains(event.relatedTarget)) this.classList.remove("is-over"); }, { signal });
    this.side.addEventListener("drop", (event) => {
      this.classList.remove("is-over");
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      this.take([...event.dataTransfer.files]);
    }, { signal });
    document.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length && this.offsetParent && !event.target.closest("jm-form, .rich-area")) this.take(files);
    }, { signal });
  }

  disconnectedCallback() {
    this.listening.abort();
  }

  async take(files) {
    const fits = files.filter((file) => file.size <= this.most);
    for (const file of files) if (!fits.includes(file)) toast(t("{name} is larger than {size}.", { name: file.name, size: this.getAttribute("most-text") }), { error: true });
    this.input.value = "";
    let last = null;
    for (const file of fits) last = (await this.send(file)) ?? last;
    if (last) this.done(last);
  }

  done(html) {
    const panel = this.closest("jm-panel");
    const record = this.closest("jm-record");
    panel.put(html);
    for (const other of record?.querySelectorAll(".record-side jm-panel") ?? []) if (other !== panel) other.outdated();
  }

  send(file) {
    const row = element("li", "upload-row");
    const bar = element("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    row.append(element("span", "", file.name), bar);
    this.list.append(row);
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      const body = new FormData();
      body.set("files", file, file.name || "image.png");
      body.set("csrf_token", csrf());
      request.open("POST", this.getAttribute("href"));
      request.setRequestHeader("X-Requested-With", "fetch");
      request.setRequestHeader("X-CSRF-Token", csrf());
      request.upload.onprogress = ({ loaded, total }) => { bar.value = loaded / total; };
      request.onload = () => {
        row.remove();
        if (request.status === 200) return resolve(request.responseText);
        toast(new DOMParser().parseFromString(request.responseText, "text/html").body.textContent.trim() || t("It could not be saved."), { error: true });
        return resolve(null);
      };
      request.onerror = () => { row.remove(); toast(t("No connection."), { error: true }); resolve(null); };
      row.append(button(t("Cancel"), "btn btn-sm", () => { request.abort(); row.remove(); resolve(null); }));
      request.send(body);
    });
  }
}

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-preview]");
  if (!opener) return;
  const { preview, kind, name } = opener.dataset;
  const body = element("div", "file-preview");
  if (kind === "picture") {
    const image = element("img");
    // Of a picture that moves the original; a thumbnail shows its first moment.
    Object.assign(image, { src: /\.gif$/i.test(name) ? preview : `${preview}?size=1280`, alt: name });
    body.append(image);
  } else {
    const answer = await ask(preview).catch(() => null);
    const text = element("pre", "json-text", answer?.ok ? await answer.text() : t("No connection."));
    text.tabIndex = 0;
    body.append(text);
  }
  const save = element("a", "btn btn-sm", t("Download"));
  save.href = `${preview.replace(/\/text$/, "")}?save=1`;
  save.prepend(icon("download"));
  body.append(save);
  openDialog(name, body, { wide: true });
});

customElements.define("jm-upload", Upload);
