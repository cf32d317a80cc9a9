"""Fixtures of the tests of import, export and seeds: a small workspace, the standard one, the public sample files."""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jimu.definitions import Manifest, load
from jimu.exchange import ImportOptions, ImportReport, import_file, read_step
from jimu.records import ListRequest, read
from jimu.records.schema import build_schema
from jimu.storage import Database, Store, applying
from tests.databases import prepared_database
from tests.records.project import Project, prepared_project

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared" / "data"

# Some fields are sparse: files and seeds may not be able to tell.
FILES = {
    "objects/shop/maker.yaml": """
label: {en: Maker, zh-CN: 厂商}
plural: Makers
title: "{name}"
owner: none
fields:
  name: {type: text, required: true}
  code: {type: text, unique: true}
  parent: {type: lookup, to: maker}
  machines: {type: rollup, of: machine.maker, function: count}
""",
    "objects/shop/machine.yaml": """
label: Machine
title: "{name}"
features: [history]
fields:
  number: {type: text, label: {en: Serial number, zh-CN: 序列号}, unique: true}
  name: {type: text, label: {en: Machine name, zh-CN: 机器名称}, required: true, max_length: 40}
  price: {type: currency, min: 0}
  weight: {type: decimal, scale: 3, sparse: true}
  bought_on: {type: date}
  seen_at: {type: datetime, sparse: true}
  running: {type: boolean}
  state:
    type: picklist
    options: [{value: new, label: {en: Brand new, zh-CN: 全新}}, {value: used, label: {en: Used, zh-CN: 二手}}]
  tags: {type: tags, sparse: true}
  maker: {type: lookup, to: maker}
  tested_by: {type: multi_lookup, to: maker}
  address: {type: address, sparse: true}
  notes: {type: long_text}
  plate: {type: text, sparse: true, pattern: "[A-Z]+", pattern_message: {en: Capitals only., zh-CN: 只用大写字母。}}
  double: {type: formula, returns: decimal, scale: 2, formula: "price * 2"}
checks:
  - {name: not_cheap, check: "is_blank(price) or price != 13", message: Nobody sells for 13, fields: [price]}
""",
    "objects/roles/clerk.yaml": """
label: Clerk
objects:
  maker: {create: true, read: own, update: own}
  machine: {create: true, read: own, update: own, fields: {price: none}}
""",
    "objects/roles/looker.yaml": "label: Looker\nobjects: {machine: {read: all, export: false}}\n",
}


@pytest.fixture
def shop(backend: str, tmp_path: Path) -> Iterator[Project]:
    """A small workspace, on each database."""
    with prepared_project(backend, tmp_path, FILES) as project:
        yield project


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Project]:
    """The same on SQLite alone, for tests in which the database plays no part."""
    with prepared_project("sqlite", tmp_path, FILES) as project:
        yield project


@functools.cache
def standard_manifest() -> Manifest:
    manifest, diagnostics = load(ROOT)
    assert manifest is not None, "\n".join(f"{d.place}: {d.message} [{d.code}]" for d in diagnostics)
    return manifest


@contextmanager
def open_standard(backend: str, folder: Path) -> Iterator[Project]:
    """The standard configuration on a database of its own."""
    manifest = standard_manifest()
    with prepared_database(backend, folder, "standard", make_standard_tables) as url:
        database = Database(url)
        try:
            yield Project(manifest, database, Store(database, build_schema(manifest)))
        finally:
            database.dispose()


def make_standard_tables(url: str) -> None:
    database = Database(url)
    with applying(database) as application:
        application.apply(build_schema(standard_manifest()))
    database.dispose()


@pytest.fixture
def crm(backend: str, tmp_path: Path) -> Iterator[Project]:
    """The standard configuration, empty, on each database."""
    with open_standard(backend, tmp_path) as project:
        yield project


def sample(*parts: str) -> Path:
    """A public sample file, which is not part of the repository; skips the test where it is not beside it."""
    path = SAMPLES.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path} is not there: the public sample files lie beside the repository")
    return path


WriteCsv = Callable[..., Path]


@pytest.fixture
def write_csv(tmp_path: Path) -> WriteCsv:
    def write(header: Sequence[str], *rows: Sequence[Any], name: str = "input.csv") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    return write


def run_import(
    project: Project,
    object: str,
    path: Path,
    mapping: dict[str, Any] | None = None,
    context: Any = None,
    **options: Any,
) -> ImportReport:
    """``path`` imported into ``object`` as the mapping says."""
    return import_file(
        path, read_step(mapping or {}, object=object), context or project.system, ImportOptions(**options)
    )


def rows_of(project: Project, object: str, *fields: str, order: str = "id") -> list[tuple[Any, ...]]:
    """The values of ``fields`` of every record."""
    page = read.list_records(ListRequest(object, fields=list(fields), order=[order], limit=500), project.system)
    return [tuple(record.values[name] for name in fields) for record in page.records]


def reasons(report: ImportReport) -> list[tuple[int, str, str]]:
    """(row, column, code) of the refused rows."""
    return [(row.row, p.header, p.code) for row in report.samples for p in row.problems]
