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
THEMES = ("light", "dark", "contrast")
LOCALES = ("en", "zh-CN")
# Those further down wait until they are scrolled to.
WAITING = """() => [...document.querySelectorAll("jm-panel .skeleton")].some((one) =>
  one.checkVisibility() && one.getBoundingClientRect().top < innerHeight)"""


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
    log_in(page, url, *account)
    prefer(page, theme, locale)
    for name, path in _pages(page, url).items():
        page.goto(url + path)
        _save(page, target, name, look)
    for name, keys in (("palette", "Control+k"), ("keys", "?")):
        page.goto(url)
        page.keyboard.press(keys)
        page.locator("dialog[open]").wait_for()
        _save(page, target, name, look)
    context.close()


def log_in(page: Page, url: str, email: str, password: str) -> None:
    page.goto(f"{url}/login")
    page.fill("#email", email)
    page.fill("#password", password)
    page.click("form .btn-primary")
    page.wait_for_url(lambda address: "/login" not in address)


def prefer(page: Page, theme: str, locale: str) -> None:
    """Sets theme and language of the account that is logged in."""
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
    found = {
        "home": "/",
        "design": "/design",
        "profile": "/profile",
        "bin": "/bin",
        "search": "/search?q=a",
        "not-found": "/nowhere",
    }
    found |= {"own-tokens": "/me/tokens"} | _administration(page, url)
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


ADMINISTRATION = (
    "users",
    "users/new",
    "organisation",
    "roles",
    "access",
    "tokens",
    "plan",
    "revisions",
    "objects",
    "options",
    "layouts",
    "source",
    "jobs",
    "settings",
    "health",
)
# The first link of this shape on a page of administration leads to one thing of its kind.
_FIRST = {
    "users": "tbody th a",
    "roles": "tbody th a",
    "revisions": "tbody th a",
    "objects": "tbody th a",
    "options": "tbody th a",
    "source": ".file-columns a",
}


def _administration(page: Page, url: str) -> dict[str, str]:
    """The pages of administration, the first thing that each lists, and a field; {} for who may not enter."""
    page.goto(f"{url}/admin")
    if not page.locator(".admin-page").count():
        return {}
    found = {"admin": "/admin", "admin-search": "/admin?q=user"}
    found |= {f"admin-{name.replace('/', '-')}": f"/admin/{name}" for name in ADMINISTRATION}
    for name, link in _FIRST.items():
        page.goto(f"{url}/admin/{name}")
        first = page.locator(link).first
        if first.count():
            found[f"admin-{name}-one"] = first.get_attribute("href") or ""
    page.goto(url + found.get("admin-objects-one", "/admin/objects"))
    field = page.locator("#fields tbody th a").first
    if field.count():
        found["admin-field"] = field.get_attribute("href") or ""
    return found


def settle(page: Page) -> None:
    """Wait until what is asked for after the page is there as well: no panel in sight that still waits."""
    page.wait_for_load_state()
    for _ in range(50):
        page.wait_for_timeout(150)
        if not page.evaluate(WAITING):
            return


def _save(page: Page, target: Path, name: str, look: tuple[str, str, str]) -> None:
    settle(page)
    page.screenshot(path=target / f"{name}.{'.'.join(look)}.png", full_page=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
