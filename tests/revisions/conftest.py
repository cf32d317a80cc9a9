"""A small workspace on disk that a test edits, and a runtime on a fresh database."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from jimu import revisions
from jimu.access.actor import SYSTEM
from jimu.definitions import Manifest
from jimu.records import Create, ListRequest, read, write
from jimu.revisions import Applied, Origin, Plan
from jimu.runtime import Runtime
from jimu.settings import Settings

WORKSPACE = """
name: workshop
label: Workshop
extends: []
"""

MACHINE = """
label: Machine
title: "{name}"
fields:
  name: {type: text, required: true, max_length: 100}
  price: {type: decimal, scale: 2}
  state: {type: picklist, options: [new, used, broken]}
"""


class Workshop:
    """A workspace with one object, ``machine``, and the system that runs it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.write("workspace.yaml", WORKSPACE)
        self.write("objects/workshop/machine.yaml", MACHINE)
        self.runtime = self.open()

    def open(self) -> Runtime:
        """Another process, as far as anything in the code can tell."""
        settings = Settings(workspace=self.folder, home=self.folder / "var", database_url=self.url)
        return Runtime(settings).start()

    def write(self, path: str, text: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text).strip() + "\n", "utf-8")

    def machine(self, *fields: str, more: str = "", base: str = MACHINE) -> Manifest:
        """The workspace with these lines as fields of the machine too, and ``more`` beside them; loaded."""
        lines = base.strip() + "\n" + "".join(f"  {line}\n" for line in fields) + textwrap.dedent(more)
        self.write("objects/workshop/machine.yaml", lines)
        return self.runtime.load_workspace()

    def plan(self, manifest: Manifest) -> Plan:
        return revisions.plan(self.runtime.deployment(), manifest)

    def apply(self, manifest: Manifest, *, allow: tuple[str, ...] = (), note: str = "") -> Applied:
        applied = revisions.apply(self.runtime.deployment(), manifest, Origin("Ada", "c0ffee", note), allow=allow)
        self.runtime.refresh()
        return applied

    def rollback(self, revision: int, *, allow: tuple[str, ...] = ()) -> Applied:
        applied = revisions.rollback(self.runtime.deployment(), revision, Origin("Ada"), allow=allow)
        self.runtime.refresh()
        return applied

    def add(self, **values: Any) -> int:
        return write.write(Create("machine", values), self.runtime.context(SYSTEM)).id

    def values(self, field: str, runtime: Runtime | None = None) -> list[Any]:
        """The values of ``field`` in all machines, ordered by name."""
        context = (runtime or self.runtime).context(SYSTEM)
        page = read.list_records(ListRequest("machine", order=("name",), limit=500), context)
        return [record.values.get(field) for record in page.records]

    @property
    def fields(self) -> set[str]:
        machine = self.runtime.current.manifest.object("machine")
        return {f.name for f in machine.active_fields if not f.system}


def prepare_workshop(url: str) -> None:
    """The workshop as its first revision, in the database at ``url``."""
    with TemporaryDirectory() as folder:
        Workshop(Path(folder), url).runtime.close()


@pytest.fixture
def database_url(backend: str, backend_urls: Callable[..., str]) -> str:
    return backend_urls(backend, "workshop", prepare_workshop)


@pytest.fixture
def sqlite_url(backend_urls: Callable[..., str]) -> str:
    return backend_urls("sqlite", "workshop", prepare_workshop)


@pytest.fixture
def open_workshop(tmp_path: Path) -> Iterator[Callable[[str], Workshop]]:
    opened: list[Workshop] = []

    def open_one(url: str) -> Workshop:
        opened.append(Workshop(tmp_path / "workshop", url))
        return opened[-1]

    yield open_one
    for workshop in opened:
        workshop.runtime.close()


@pytest.fixture
def workshop(open_workshop: Callable[[str], Workshop], database_url: str) -> Workshop:
    return open_workshop(database_url)
