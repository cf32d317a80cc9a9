"""Sites with a workspace of their own: written from a mapping, on a database that is gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from jimu.app import create_app
from jimu.clock import Clock, system_clock
from jimu.runtime import Runtime
from jimu.settings import Settings
from tests.databases import fresh_database
from tests.web.site import Site

WORKSPACE = "name: sites\nlabel: Sites\nextends: []\n"


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """``folder`` with ``files``: path -> text."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.strip() + "\n", "utf-8")
    return folder


@contextmanager
def opened_site(
    folder: Path, files: Mapping[str, str], backend: str = "sqlite", clock: Clock = system_clock
) -> Iterator[Site]:
    """The site of a workspace of ``files`` (``workspace.yaml`` may be left out), its home in ``folder``."""
    workspace = write_files(folder / "work", {"workspace.yaml": WORKSPACE, **files})
    with fresh_database(backend, folder) as url:
        settings = Settings(
            workspace=workspace, home=folder / "var", database_url=url, login_rate="1000 per minute"
        )
        runtime = Runtime(settings, clock=clock).start()
        yield Site(runtime, create_app(runtime=runtime))
        runtime.close()
