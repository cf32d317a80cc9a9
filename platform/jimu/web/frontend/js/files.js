// <jm-drop>: files by drag and drop, from the clipboard and from the camera of a phone; pictures are shown before they
// are sent, and each file can be taken away again.
import { button, element, iconButton } from "./pieces.js";
import { icon, t } from "./texts.js";

class Drop extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    this.box = this.querySelector(".file-drop");
    if (!this.input || this.list) return;
    this.list = element("ul", "file-list");
    this.box.append(this.list);
    for (const kind of ["dragenter", "dragover"]) this.box.addEventListener(kind, (event) => { event.preventDefault(); this.box.classList.add("is-over"); });
    for (const kind of ["dragleave", "drop"]) this.box.addEventListener(kind, () => this.box.classList.remove("is-over"));
    this.box.addEventListener("drop", (event) => { event.preventDefault(); this.add(event.dataTransfer.files); });
    this.box.addEventListener("paste", (event) => { if (event.clipboardData?.files.length) { event.preventDefault(); this.add(event.clipboardData.files); } });
    this.input.addEventListener("change", () => this.show());
    this.addOpener();
    if (this.input.accept.includes("image") || !this.input.multiple) this.addCamera();
  }

  /** Our own button speaks the reader's language; the browser's stands behind it. */
  addOpener() {
    const many = this.input.multiple;
    const label = document.querySelector(`label[for="${CSS.escape(this.input.id)}"]`)?.textContent.trim() ?? "";
    const opener = button(many ? t("Choose files…") : t("Choose a file…"), "btn", () => this.input.click());
    opener.setAttribute("aria-label", `${label}: ${opener.textContent}`);
    opener.prepend(icon("upload"), " ");
    this.input.classList.add("file-quiet");
    this.input.tabIndex = -1;
    this.input.addEventListener("focus", () => opener.focus());
    const line = element("div", "file-open");
    line.append(opener, element("span", "field-help", many ? t("or drop them here, or paste them") : t("or drop it here, or paste it")));
    this.input.before(line);
  }

  addCamera() {
    if (!window.matchMedia("(pointer: coarse)").matches) return;
    const camera = element("input");
    Object.assign(camera, { type: "file", accept: "image/*", hidden: true });
    camera.dataset.quiet = "";
    camera.setAttribute("capture", "environment");
    camera.addEventListener("change", () => this.add(camera.files));
    const opener = button(t("Take a picture"), "btn", () => camera.click());
    opener.prepend(icon("camera"), " ");
    this.box.append(camera, opener);
  }

  add(files) {
    const all = new DataTransfer();
    const many = this.input.multiple;
    if (many) for (const file of this.input.files) all.items.add(file);
    for (const file of many ? files : [...files].slice(0, 1)) all.items.add(file);
    this.input.files = all.files;
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  remove(gone) {
    const left = new DataTransfer();
    for (const file of this.input.files) if (file !== gone) left.items.add(file);
    this.input.files = left.files;
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
    this.box.querySelector(".file-open button").focus();
  }

  show() {
    for (const picture of this.list.querySelectorAll("img")) URL.revokeObjectURL(picture.src);
    this.list.replaceChildren(...[...this.input.files].map((file) => this.line(file)));
  }

  line(file) {
    const line = element("li");
    if (/^image\/(png|jpeg|gif|webp|avif)$/.test(file.type)) {
      const picture = element("img", "file-preview");
      picture.src = URL.createObjectURL(file);
      picture.alt = "";
      line.append(picture);
    } else line.append(icon("file"));
    const size = file.size < 1_000_000 ? `${Math.ceil(file.size / 1000)} kB` : `${(file.size / 1_000_000).toFixed(1)} MB`;
    line.append(element("span", "file-name", file.name), element("small", "", size), iconButton("x", t("Leave out {name}", { name: file.name }), () => this.remove(file)));
    return line;
  }
}

customElements.define("jm-drop", Drop);
