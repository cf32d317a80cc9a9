"""Pictures of every kind of page, to be looked at: two widths, two themes, two languages.

    python -m tests.e2e.screenshots http://127.0.0.1:8000 EMAIL PASSWORD [FOLDER]

The pages are found on the running site: its first lists, their first records, the forms.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.chromium import ARGUMENTS, CHROMIUM

WIDTHS = {"wide": (1440, 900), "phone": (390, 844)}
THEMES = ("light", "dark")
LOCALES = ("en", "zh-CN")


def main(url: str, email: str, password: str, folder: str = "tests/e2e/shots") -> None:
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for width in WIDTHS:
            for theme in THEMES:
                for locale in LOCALES:
                    _take(browser, url, (email, password), target, (width, theme, locale))
        browser.close()


def _take(browser: Browser, url: str, account: tuple[str, str], target: Path, look: tuple[str, str, str]) -> None:
    width, theme, locale = look
    size = WIDTHS[width]
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale=locale)
    page = context.new_page()
    page.goto(f"{url}/login")
    _save(page, target, "login", look)
    page.fill("#email", account[0])
    page.fill("#password", account[1])
    page.click("form .btn-primary")
    page.wait_for_url(lambda address: "/login" not in address)
    _prefer(page, theme, locale)
    for name, path in _pages(page, url).items():
        page.goto(url + path)
        _save(page, target, name, look)
    context.close()


def _prefer(page: Page, theme: str, locale: str) -> None:
    page.evaluate(
        """async ([theme, language]) => {
          const token = document.querySelector('meta[name="csrf-token"]').content;
          const headers = {"X-CSRF-Token": token, "X-Requested-With": "fetch"};
          await fetch("/preferences", {method: "POST", body: new URLSearchParams({theme, language}), headers});
        }""",
        [theme, locale],
    )


def _pages(page: Page, url: str) -> dict[str, str]:
    """Name -> path: what the navigation leads to, the first record of each list, its forms, and the pages that every
    site has.
    """
    found = {"profile": "/profile", "bin": "/bin", "search": "/search?q=a", "not-found": "/nowhere"}
    page.goto(f"{url}/")
    lists = page.eval_on_selector_all(
        ".shell-nav a.nav-entry[href^='/o/']", "links => links.map(link => link.getAttribute('href'))"
    )
    for path in lists[:6]:
        object = path.split("?")[0].rsplit("/", 1)[1]
        page.goto(url + path)
        found[f"list-{object}"] = path
        record = page.locator("#rows tr[data-href]").first
        if record.count():
            href = record.get_attribute("data-href") or ""
            found |= {f"record-{object}": href, f"edit-{object}": f"{href}/edit", f"new-{object}": f"/o/{object}/new"}
    return found


def _save(page: Page, target: Path, name: str, look: tuple[str, str, str]) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=target / f"{name}.{'.'.join(look)}.png", full_page=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
