// Tooltips: data-tip="text" shows the text after a moment of pointing, or at once on focus by keyboard. Escape takes it away.
const WAIT = 500;
let tip = null;
let timer = 0;

function show(target) {
  hide();
  if (!target.isConnected || target.closest("details.menu[open]") === target.parentElement && target.matches("summary")) return;
  tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("aria-hidden", "true");
  tip.textContent = target.dataset.tip;
  (target.closest("dialog[open]") ?? document.body).append(tip);
  if (tip.showPopover) { tip.popover = "manual"; tip.showPopover(); }
  const at = target.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const left = at.left + (at.width - size.width) / 2;
  const above = at.bottom + size.height + 6 > window.innerHeight;
  tip.style.left = `${Math.max(6, Math.min(left, window.innerWidth - size.width - 6))}px`;
  tip.style.top = `${above ? at.top - size.height - 6 : at.bottom + 6}px`;
}

function hide() {
  window.clearTimeout(timer);
  tip?.remove();
  tip = null;
}

document.addEventListener("pointerover", (event) => {
  const target = event.pointerType === "mouse" ? event.target.closest?.("[data-tip]") : null;
  if (!target) return;
  window.clearTimeout(timer);
  timer = window.setTimeout(() => show(target), WAIT);
});
document.addEventListener("pointerout", (event) => { if (event.target.closest?.("[data-tip]")) hide(); });
document.addEventListener("focusin", (event) => {
  const target = event.target.closest?.("[data-tip]");
  if (target?.matches(":focus-visible")) show(target);
});
document.addEventListener("focusout", hide);
document.addEventListener("pointerdown", hide);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); }, true);
window.addEventListener("scroll", hide, { passive: true, capture: true });
