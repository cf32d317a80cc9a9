"""The pictures of README and guides, made from a running demo company in English and Chinese.

    python -m tests.e2e.guide_pictures http://127.0.0.1:8000 EMAIL PASSWORD [FOLDER]

The accounts have their own language and the light theme when this ends.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.chromium import ARGUMENTS, CHROMIUM
from tests.e2e.screenshots import log_in, prefer, settle

SIZE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
OBJECT = "opportunity"
# Who has something to decide, and which language is theirs.
APPROVER, OWN_LANGUAGE = "manager@jimu.example", "zh-CN"
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
            _approvals(browser, (url, password), target, language, suffix)
            _on_a_phone(browser, (url, email, password), target / f"phone{suffix}.png", language)
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


def _approvals(browser: Browser, at: tuple[str, str], target: Path, language: str, suffix: str) -> None:
    """What waits for somebody, and one of these."""
    url, password = at
    page = browser.new_context(viewport=SIZE, locale=language).new_page()  # type: ignore[arg-type]
    log_in(page, url, APPROVER, password)
    prefer(page, "light", language)
    page.goto(f"{url}/inbox")
    _save(page, target / f"inbox{suffix}.png")
    page.click(".inbox-title")
    _save(page, target / f"approval{suffix}.png")
    prefer(page, "light", OWN_LANGUAGE)
    page.context.close()


def _on_a_phone(browser: Browser, at: tuple[str, str, str], path: Path, language: str) -> None:
    """The list by night."""
    page = browser.new_context(viewport=PHONE, locale=language).new_page()  # type: ignore[arg-type]
    log_in(page, *at)
    prefer(page, "dark", language)
    page.goto(f"{at[0]}/o/{OBJECT}")
    _save(page, path)
    prefer(page, "light", language)
    page.context.close()


def _stale(page: Page, address: str, typed: tuple[str, str]) -> None:
    """Another window saves first, and then this one."""
    page.goto(address)
    other = page.context.new_page()
    other.goto(address)
    # What an earlier run left would be no change.
    end = "." if page.input_value("[name=next_step]") in typed else ""
    for window, text in ((other, typed[0] + end), (page, typed[1] + end)):
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
