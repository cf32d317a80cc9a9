"""A site per database, shared by the tests of a module; each test makes the records that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from jimu.app import create_app
from jimu.runtime import Runtime
from jimu.settings import Settings
from tests.databases import BACKENDS_MARKED, prepared_database
from tests.web.site import Site, Visitor
from tests.web.workspace import write_workspace


def prepare_site(url: str) -> None:
    """The workspace with three people and two makers, in the database at ``url``."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        settings = Settings(workspace=write_workspace(root / "shop"), home=root / "var", database_url=url)
        runtime = Runtime(settings).start()
        made = Site(runtime, create_app(runtime=runtime))
        made.user("Ada", "keeper")
        made.user("Bob", "helper")
        made.user("Nil")
        for name, city in (("Acme", "Paris"), ("Globex", "上海")):
            made.create("maker", name=name, city=city)
        runtime.close()


@pytest.fixture(scope="module", params=BACKENDS_MARKED)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with prepared_database(str(request.param), folder, "web site", prepare_site) as database_url:
        settings = Settings(
            workspace=write_workspace(folder / "shop"),
            home=folder / "var",
            database_url=database_url,
            login_rate="1000 per minute",
        )
        runtime = Runtime(settings).start()
        made = Site(runtime, create_app(runtime=runtime))
        made.owner = made.ids("user")["Ada"]
        made.makers = made.ids("maker")
        yield made
        runtime.close()


@pytest.fixture
def ada(site: Site) -> Visitor:
    """Who may do everything."""
    return site.visitor("ada@example.com")


@pytest.fixture
def bob(site: Site) -> Visitor:
    """Who may not see ``cost``, and not change ``grade``."""
    return site.visitor("bob@example.com")
