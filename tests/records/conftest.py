"""Fixtures of the tests of records: the test company on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.records.company import FILES
from tests.records.project import Project, open_project


@pytest.fixture
def project(database_url: str) -> Iterator[Project]:
    with open_project(database_url, FILES) as opened:
        yield opened
