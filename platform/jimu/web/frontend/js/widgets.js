// The small widgets of forms; each is a custom element over a plain control, which works without it.
import "./dates.js";
import "./files.js";
import "./numbers.js";
import "./regions.js";
import "./texts-long.js";
import { button } from "./pieces.js";
import { toast } from "./shell.js";
import { t } from "./texts.js";

// The editor of rich text is fetched when there is one.
class Rich extends HTMLElement {
  async connectedCallback() {
    const { start } = await import("./rich.js");
    if (this.isConnected && !this.editor) this.editor = start(this);
  }

  disconnectedCallback() {
    this.editor?.destroy();
  }
}

class Here extends HTMLElement {
  connectedCallback() {
    const opener = this.querySelector("[data-here]");
    if (!navigator.geolocation) { opener.hidden = true; return; }
    opener.addEventListener("click", () => {
      opener.disabled = true;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => { opener.disabled = false; this.put(coords); },
        () => { opener.disabled = false; toast(t("The device does not tell where it is."), { error: true }); },
        { enableHighAccuracy: true, timeout: 15_000 },
      );
    });
  }

  put(coords) {
    const [latitude, longitude] = this.querySelectorAll("input");
    latitude.value = coords.latitude.toFixed(6);
    longitude.value = coords.longitude.toFixed(6);
    for (const input of [latitude, longitude]) input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// A secret that is stored is never shown: one replaces it, or leaves it.
class Secret extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    if (!this.hasAttribute("set") || input.value || this.opener) return;
    input.hidden = true;
    this.opener = button(t("Replace…"), "btn", () => {
      input.hidden = false;
      this.opener.remove();
      input.focus();
    });
    this.opener.setAttribute("aria-label", `${document.querySelector(`label[for="${CSS.escape(input.id)}"]`)?.textContent.trim() ?? ""}: ${t("Replace…")}`);
    this.prepend(this.opener);
  }
}

// Stars: more with the arrows to the right and up, none with 0.
document.addEventListener("keydown", (event) => {
  const group = event.target.closest?.(".rating-input");
  if (!group || event.ctrlKey || event.metaKey || event.altKey) return;
  const stars = [...group.querySelectorAll("input")].sort((a, b) => Number(a.value) - Number(b.value));
  const at = stars.findIndex((star) => star.checked);
  const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
  const next = step ? at + step : /^\d$/.test(event.key) ? Number(event.key) : ["Delete", "Backspace"].includes(event.key) ? 0 : -1;
  if (step || next >= 0) event.preventDefault();
  if (!stars[next] || next === at) return;
  stars[next].checked = true;
  stars[next].focus();
  stars[next].dispatchEvent(new Event("change", { bubbles: true }));
});

customElements.define("jm-rich", Rich);
customElements.define("jm-here", Here);
customElements.define("jm-secret", Secret);
