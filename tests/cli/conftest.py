"""Running ``jimu`` in this process, on a small workspace and a SQLite file of the test's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from jimu.cli.root import cli

FILES = {
    "workspace.yaml": "name: workshop\nlabel: Workshop\nextends: []\n",
    "objects/workshop/machine.yaml": (
        'label: Machine\ntitle: "{name}"\nfields:\n  name: {type: text, required: true}\n  price: {type: decimal}\n'
    ),
    "objects/roles/boss.yaml": 'label: Boss\nobjects: {"*": {create: true, read: all, update: all, delete: all}}\n',
}


class Jimu:
    """``jimu("plan")`` is the command with workspace and home set; ``jimu.json("plan")`` its JSON answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def __call__(self, *arguments: str) -> Result:
        shared = ["--workspace", str(self.folder), "--home", str(self.folder / "var")]
        result = CliRunner().invoke(cli, [*shared, *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--format", "json").stdout)


@pytest.fixture
def jimu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jimu:
    for name in ("JIMU_WORKSPACE", "JIMU_HOME", "JIMU_DATABASE_URL", "JIMU_REDIS_URL", "JIMU_PORT", "JIMU_SEED"):
        monkeypatch.delenv(name, raising=False)
    return Jimu(tmp_path / "workshop")


@pytest.fixture
def add_field(jimu: Jimu) -> Callable[[str], None]:
    def add(line: str) -> None:
        path = jimu.folder / "objects/workshop/machine.yaml"
        path.write_text(path.read_text("utf-8") + f"  {line}\n", "utf-8")

    return add
