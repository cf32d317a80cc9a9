"""A running site and a real browser; whatever the browser complains of fails the test that caused it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from jimu.app import create_app
from jimu.runtime import Runtime
from jimu.settings import Settings
from jimu.web.assets import Assets
from tests.databases import fresh_database
from tests.e2e.chromium import ARGUMENTS, CHROMIUM
from tests.e2e.flow_workspace import FILES as FLOWS
from tests.web.site import PASSWORD, Site
from tests.web.workspace import write_workspace

# A refused form is an answer, though the browser logs its status as an error; some stories take the network away.
EXPECTED = re.compile(r"status of (401|403|404|409|422)|ERR_INTERNET_DISCONNECTED")
WATCH = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`);
});
"""


@dataclass
class Served:
    site: Site
    url: str


def _write(folder: Path) -> Path:
    """The workspace of the tests of pages, and flows."""
    for name, text in FLOWS.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.strip() + "\n", "utf-8")
    return write_workspace(folder)


def require_assets() -> None:
    if not Assets.read().entries:
        pytest.skip("the browser's assets are not built: python platform/hatch_build.py")


@contextmanager
def serve(site: Site) -> Iterator[Served]:
    """``site`` at an address of this machine."""
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Served(site, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    require_assets()
    folder = tmp_path_factory.mktemp("e2e")
    with fresh_database("sqlite", folder) as database_url:
        settings = Settings(
            workspace=_write(folder / "shop"),
            home=folder / "var",
            database_url=database_url,
            login_rate="1000 per minute",
        )
        runtime = Runtime(settings).start()
        site = Site(runtime, create_app(runtime=runtime))
        site.user("Ada", "keeper", language="en")
        site.user("Li", "keeper", language="zh-CN")
        site.makers = {name: site.create("maker", name=name, city="Paris") for name in ("Acme", "Globex", "Initech")}
        for n in range(45):
            site.create(
                "thing",
                name=f"Thing {n:02}",
                pieces=n,
                state="sold" if n % 5 == 0 else "draft",
                cost=n * 100,
                maker=site.makers["Acme"],
                made_on=f"2026-01-{n % 28 + 1:02}",
                grade=n % 5 + 1,
            )
        with serve(site) as served:
            yield served
        runtime.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"there is no {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Window:
    """A browser window of one person; ``complaints`` collects errors of scripts, of the console and of the policy."""

    served: Served
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        self.page.goto(self.served.url + path)
        return self.page

    def log_in(self, email: str = "ada@example.com") -> Page:
        self.go("/login")
        self.page.fill("#email", email)
        self.page.fill("#password", PASSWORD)
        self.page.click("form .btn-primary")
        self.page.wait_for_url(lambda address: "/login" not in address)
        return self.page


@pytest.fixture
def open_window(served: Served, chromium: Browser) -> Iterator[Any]:
    """``open_window(width=1280, height=800, **context options)`` opens a window; complaints are judged at the end."""
    windows: list[Window] = []

    def open_one(width: int = 1280, height: int = 800, **options: Any) -> Window:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.add_init_script(WATCH)
        window = Window(served, context, context.new_page())
        window.page.set_default_timeout(10_000)
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        window.page.on(
            "console",
            lambda message: (
                window.complaints.append(message.text)
                if message.type == "error" and not EXPECTED.search(message.text)
                else None
            ),
        )
        windows.append(window)
        return window

    yield open_one
    complaints = [text for window in windows for text in window.complaints]
    for window in windows:
        window.context.close()
    assert complaints == []


@pytest.fixture
def window(open_window: Any) -> Window:
    """A window in which Ada is logged in."""
    made: Window = open_window()
    made.log_in()
    return made
