"""A company that buys things after approval."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.approvals.office import FILES, Office
from tests.records.project import prepared_project


@pytest.fixture
def office(backend: str, tmp_path: Path) -> Iterator[Office]:
    with prepared_project(backend, tmp_path, FILES) as project:
        yield Office.of(project)


