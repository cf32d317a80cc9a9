"""Pictures of every kind of page of a running demo company, to be looked at: two widths, four themes, three languages.

    python -m tests.e2e.screenshots http://127.0.0.1:8000 EMAIL PASSWORD [FOLDER] [LOOK,LOOK…] [PART OF A NAME]

A look is width.theme.language (``wide.light.en``). A page that answers with an error, or is wider than the window, is
told at the end.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.e2e.chromium import ARGUMENTS, CHROMIUM
from tests.e2e.scenes import PASSWORD, Scene, Site, all_scenes, furnish

WIDTHS = {"wide": (1440, 900), "phone": (390, 844)}
LOOKS = (
    "wide.light.en",
    "phone.light.zh-CN",
    "wide.dark.zh-CN",
    "phone.dark.en",
    "wide.contrast.zh-TW",
    "phone.contrast.en",
    "phone.light.zh-TW",
)
# Those further down wait until they are scrolled to.
WAITING = """() => [...document.querySelectorAll("jm-panel .skeleton")].some((one) =>
  one.checkVisibility() && one.getBoundingClientRect().top < innerHeight)"""
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
EXPECTED = {"not-found": 404, "no-record": 404}


@dataclass(frozen=True)
class Look:
    width: str
    theme: str
    language: str

    def __str__(self) -> str:
        return f"{self.width}.{self.theme}.{self.language}"


def main(
    url: str, email: str, password: str, folder: str = "tests/e2e/shots", looks: str = ",".join(LOOKS), part: str = ""
) -> int:
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as files:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)

        def open_as(person: str) -> Page:
            page = browser.new_page()
            log_in(page, url, person, PASSWORD)
            return page

        page = browser.new_page()
        log_in(page, url, email, password)
        site = Site(page, url)
        furnish(site, open_as, Path(files))
        scenes = [scene for scene in all_scenes(site) if part in scene.name]
        complaints = []
        for look in looks.split(","):
            complaints += _take_all(browser, url, (email, password), scenes, Look(*look.split(".")), target)
        browser.close()
    print(*complaints, sep="\n")
    return 1 if complaints else 0


def _take_all(
    browser: Browser, url: str, account: tuple[str, str], scenes: list[Scene], look: Look, target: Path
) -> list[str]:
    """Pictures of ``scenes`` in one look; what is wrong with some of them."""
    width, height = WIDTHS[look.width]
    context = browser.new_context(viewport={"width": width, "height": height}, locale=look.language)
    page = context.new_page()
    page.set_default_timeout(10_000)

    def save(name: str) -> list[str]:
        settle(page)
        page.screenshot(path=target / f"{name}.{look}.png")
        return [f"{name}.{look}: wider than the window"] if page.evaluate(TOO_WIDE) else []

    page.goto(f"{url}/login")
    complaints = save("login")
    log_in(page, url, *account)
    prefer(page, look.theme, look.language)
    for scene in scenes:
        complaints += _take(page, url, scene, save)
    context.close()
    return complaints


def _take(page: Page, url: str, scene: Scene, save: Callable[[str], list[str]]) -> list[str]:
    complaints = []
    answer = page.goto(url + scene.path)
    if answer and answer.status != EXPECTED.get(scene.name, 200):
        complaints.append(f"{scene.name}: {scene.path} answers {answer.status}")
    try:
        if scene.steps:
            scene.steps(page)
    except Error as error:
        complaints.append(f"{scene.name}: {error}"[:200])
    return complaints + save(scene.name)


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


def settle(page: Page) -> None:
    """Wait until what is asked for after the page is there as well: no panel in sight that still waits."""
    page.wait_for_load_state()
    for _ in range(50):
        page.wait_for_timeout(150)
        if not page.evaluate(WAITING):
            return


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
