"""What lies in a workspace and is read by nothing is told, so that a slip in a folder's name loses no definition."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from jimu.definitions import load
from jimu.diagnostics import Severity
from tests.definitions.workspaces import BASE


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in BASE.items():
        write(tmp_path, path, textwrap.dedent(text))
    return tmp_path


def write(root: Path, path: str, text: str = "label: X\n") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, "utf-8")


def found(root: Path) -> list[tuple[str, str, str | None]]:
    return [(d.code, d.place.file, d.suggestion) for d in load(root)[1]]


def test_a_tidy_workspace_has_none(root: Path) -> None:
    write(root, "seed/words/city.yaml")
    write(root, "docs/notes.yaml")
    (root / "layout").mkdir()
    assert found(root) == []


@pytest.mark.parametrize(
    ("path", "folder", "right"),
    [
        ("object/m/x.yaml", "object", "objects/"),
        ("layout/lists/x.yaml", "layout", "layouts/"),
        ("flow/x.yaml", "flow", "flows/"),
        ("seeds/x.yaml", "seeds", "seed/"),
        ("plugin/x/jimu_plugin.yaml", "plugin", "plugins/"),
    ],
)
def test_a_folder_that_is_nearly_right_is_a_warning(root: Path, path: str, folder: str, right: str) -> None:
    write(root, path)
    manifest, diagnostics = load(root)
    assert [(d.code, d.place.file, d.suggestion) for d in diagnostics] == [("stray_folder", folder, right)]
    assert diagnostics[0].severity is Severity.WARNING
    assert manifest is not None


@pytest.mark.parametrize(
    ("path", "right"),
    [("layouts/page/x.yaml", "layouts/pages/"), ("seed/import/x.yaml", "seed/imports/")],
)
def test_a_file_that_no_kind_reads_is_a_warning(root: Path, path: str, right: str) -> None:
    write(root, path)
    assert found(root) == [("stray_file", path, right)]
    assert load(root)[0] is not None


def test_a_link_that_leads_nowhere_is_an_error(root: Path) -> None:
    (root / "objects/m/gone.yaml").symlink_to("nowhere.yaml")
    (root / "objects/m/.#company.yaml").symlink_to("somebody@host")  # an editor's lock
    assert found(root) == [("dangling_link", "objects/m/gone.yaml", None)]
