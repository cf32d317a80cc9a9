"""The web application on a small workspace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from jimu.app import create_app
from jimu.runtime import Runtime
from jimu.settings import Settings

WORKSPACE = "name: workshop\nlabel: Workshop\nextends: []\n"
MACHINE = 'label: Machine\ntitle: "{name}"\nfields:\n  name: {type: text, required: true}\n'


@pytest.fixture
def runtime(tmp_path: Path, sqlite_url: str) -> Iterator[Runtime]:
    (tmp_path / "objects/workshop").mkdir(parents=True)
    (tmp_path / "workspace.yaml").write_text(WORKSPACE, "utf-8")
    (tmp_path / "objects/workshop/machine.yaml").write_text(MACHINE, "utf-8")
    settings = Settings(workspace=tmp_path, home=tmp_path / "var", database_url=sqlite_url)
    made = Runtime(settings).start()
    yield made
    made.close()


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    made = create_app(runtime=runtime)

    @made.get("/healthz/test/long")
    def long() -> str:
        return "<p>long</p>" * 1000

    @made.get("/healthz/test/short")
    def short() -> str:
        return "short"

    return made
