"""The pictures of README and guides, made from a running demo company in English and Chinese.

    python -m tests.e2e.guide_pictures http://127.0.0.1:8000 EMAIL PASSWORD [FOLDER]

The account's language is English when this ends.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.chromium import ARGUMENTS, CHROMIUM
from tests.e2e.screenshots import log_in, prefer, settle

SIZE = {"width": 1280, "height": 800}
OBJECT = "opportunity"
SUFFIXES = {"zh-CN": "-zh", "en": ""}
ROWS = {"en": 3, "zh-CN": 7}
TYPED = {"en": ("Send the offer", "Call on Monday"), "zh-CN": ("发送报价", "周一致电")}


def main(url: str, email: str, password: str, folder: str = "docs/images") -> None:
    target = Path(folder)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for language, suffix in SUFFIXES.items():
            page = browser.new_context(viewport=SIZE, locale=language).new_page()  # type: ignore[arg-type]
            page.goto(f"{url}/login")
            _save(page, target / f"login{suffix}.png")
            log_in(page, url, email, password)
            prefer(page, "light", language)
            _tour(page, url, target, language, suffix)
            page.context.close()
        browser.close()


def _tour(page: Page, url: str, target: Path, language: str, suffix: str) -> None:
    page.goto(f"{url}/o/{OBJECT}")
    _save(page, target / f"list{suffix}.png")
    href = page.locator("#rows tr[data-href]").nth(ROWS[language]).get_attribute("data-href")
    page.goto(f"{url}{href}")
    _save(page, target / f"record{suffix}.png")
    page.goto(f"{url}{href}/edit")
    _save(page, target / f"form{suffix}.png")
    _stale(page, f"{url}{href}/edit", TYPED[language])
    _save(page, target / f"stale{suffix}.png")
    page.goto(f"{url}/")
    _save(page, target / f"home{suffix}.png")
    page.goto(f"{url}/admin")
    _save(page, target / f"admin{suffix}.png")


def _stale(page: Page, address: str, typed: tuple[str, str]) -> None:
    """Another window saves first, and then this one."""
    page.goto(address)
    other = page.context.new_page()
    other.goto(address)
    for window, text in ((other, typed[0]), (page, typed[1])):
        window.fill("[name=next_step]", text)
        window.click(".form-foot .btn-primary")
        expect(window.locator("jm-form[sending]")).to_have_count(0)
        settle(window)
    other.close()
    page.wait_for_selector("[name^=_choose_]", state="attached")


def _save(page: Page, path: Path) -> None:
    settle(page)
    page.screenshot(path=path)


if __name__ == "__main__":
    main(*sys.argv[1:])
