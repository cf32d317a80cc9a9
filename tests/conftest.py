"""Fixtures that every area's tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest

from tests.databases import BACKENDS_MARKED, drop_templates, fresh_database, prepared_database

# No test may depend on how fast the machine is just now; a failing example is printed to be run again.
hypothesis.settings.register_profile("jimu", deadline=None, print_blob=True)
hypothesis.settings.load_profile("jimu")


@pytest.fixture(params=BACKENDS_MARKED)
def backend(request: pytest.FixtureRequest) -> str:
    """sqlite, postgresql: a test that uses it runs once on each."""
    return str(request.param)


@pytest.fixture
def database_url(backend: str, tmp_path: Path) -> Iterator[str]:
    """A fresh database with the engine's tables; once on SQLite and once on PostgreSQL."""
    with fresh_database(backend, tmp_path) as url:
        yield url


@pytest.fixture
def backend_urls(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """``backend_urls(backend, key, prepare)``: the URL of a database of the test's own with what ``prepare`` makes."""
    with ExitStack() as stack:
        yield lambda backend, key, prepare: stack.enter_context(prepared_database(backend, tmp_path, key, prepare))


@pytest.fixture
def empty_database_url(backend: str, tmp_path: Path) -> Iterator[str]:
    """The same without any table."""
    with fresh_database(backend, tmp_path, migrated=False) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> Iterator[str]:
    """A fresh SQLite database with the engine's tables, for tests in which the database plays no part."""
    with fresh_database("sqlite", tmp_path) as url:
        yield url


def pytest_sessionfinish() -> None:
    drop_templates()
