"""Fixtures: the shop, on a copy of a database whose tables are made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jimu.records.duplicates.keeping import bring_rules_up
from tests.care.shop import FILES
from tests.records.project import Project, prepared_project


@pytest.fixture
def shop(backend: str, tmp_path: Path) -> Iterator[Project]:
    with prepared_project(backend, tmp_path, FILES) as opened:
        with opened.store.write() as transaction:
            bring_rules_up(transaction, opened.manifest)
        yield opened
