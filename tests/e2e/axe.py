"""What axe finds wrong with a page as it stands."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What can be right in one theme and wrong in another.
COLOURS = ["color-contrast", "link-in-text-block"]
# How the document looks in each theme, whatever the device asks for.
THEMES = {
    "light": {"bsTheme": "light"},
    "dark": {"bsTheme": "dark"},
    "contrast": {"bsTheme": "light", "contrast": "more"},
    "dark contrast": {"bsTheme": "dark", "contrast": "more"},
}
_DRESS = """async (look) => {
  const root = document.documentElement;
  // What sticks to the lower edge covers whatever happens to be scrolled there: it is judged in its own place.
  for (const foot of document.querySelectorAll(".form-foot")) foot.style.position = "static";
  delete root.dataset.contrast;
  Object.assign(root.dataset, look);
  // Colours on their way are neither the ones nor the others; what inherits one sets out when that has arrived, and a
  // piece of the page that has just come still fades in.
  const isMoving = () => document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added") !== null;
  for (let frame = 0; frame < 3 || (frame < 60 && isMoving()); frame += 1) {
    await new Promise((done) => requestAnimationFrame(done));
    for (const one of document.getAnimations()) if (one.effect.getComputedTiming().endTime !== Infinity) one.finish();
  }
}"""
_RUN = """async ([rules, type, where]) => {
  const found = await axe.run(where, {runOnly: {type, values: rules}, resultTypes: ["violations"]});
  return found.violations.map((one) => [one.id, one.help, one.nodes.slice(0, 3).map((node) =>
    `${node.html.slice(0, 160)} ${(node.any[0] || {}).message || ""}`)]);
}"""


def dress(page: Page, theme: str) -> None:
    """Show the page in ``theme``, without loading it anew."""
    page.evaluate(_DRESS, THEMES[theme])


def judge(page: Page, name: str, rules: list[str] = RULES, where: Any = None) -> list[str]:
    """What is wrong by ``rules`` (tags, or names of rules), each with ``name`` before it; ``where``: axe's context."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    kind = "rule" if rules is COLOURS else "tag"
    found: list[Any] = page.evaluate(_RUN, [rules, kind, where or {"exclude": []}])
    return [f"{name}: {id}: {help}: {nodes}" for id, help, nodes in found]
