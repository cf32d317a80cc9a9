"""axe finds nothing to complain of on any kind of page, in both themes."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.conftest import Window
from tests.web.site import url

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = {
    "list": "/o/thing",
    "empty list": "/o/thing?q=nothinglikethis",
    "form": "/o/thing/new",
    "search": "/search?q=Thing",
    "profile": "/profile",
    "recycle bin": "/bin",
    "not found": "/nowhere",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_kind_of_page_is_accessible(theme: str, open_window: Any) -> None:
    window: Window = open_window(color_scheme=theme)
    complaints = _judge(window, "login", "/login")
    window.log_in()
    thing = window.served.site.create("thing", name="Seen by all", grade=3, state="sold", pieces=1, cost=5)
    pages = {
        **PAGES,
        "record": url("thing", thing),
        "edit": url("thing", thing, "/edit"),
        "delete": url("thing", thing, "/delete"),
        "maker": url("maker", window.served.site.makers["Acme"]),
    }
    for name, path in pages.items():
        complaints += _judge(window, name, path)
    assert complaints == []


def _judge(window: Window, name: str, path: str) -> list[str]:
    page = window.go(path)
    page.wait_for_load_state("networkidle")
    return judge(page, name)


def judge(page: Page, name: str) -> list[str]:
    """What axe finds wrong with the page as it stands."""
    found = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": RULES})
    return [
        f"{name}: {v['id']}: {v['help']}: {[n['html'][:160] for n in v['nodes'][:3]]}"
        for v in found.response["violations"]
    ]
