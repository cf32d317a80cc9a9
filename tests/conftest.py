"""Fixtures that every area's tests share."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.databases import (
    BACKENDS,
    BACKENDS_MARKED,
    drop_templates,
    fresh_database,
    postgresql_missing,
    prepared_database,
)

# What is about the databases themselves, or stands right above them.
ON_BOTH = {"access", "formulas", "jobs", "records", "revisions", "storage"}
ON_BOTH |= {"test_assigning.py", "test_claiming.py", "test_races.py"}

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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a module sets up once, and the template of its databases, are made by one worker only: tests of a module
    stay together, by database. Stories in a browser share the server of their worker, whoever tells them.

    Where the database is not what a test is about, the quick suite tries it on one of the two, and which one is a
    matter of its name; ``make test-all`` tries all on both.
    """
    turns = not postgresql_missing()
    for item in items:
        shares = "module" in _scopes(item)
        backend = next((b for b in BACKENDS if b in item.nodeid), "")
        file = str(item.path.relative_to(item.config.rootpath))
        if item.path.parent.name != "e2e" or shares:
            item.add_marker(pytest.mark.xdist_group(f"{file} {backend}"))
        if turns and backend and not any(part in ON_BOTH for part in item.path.parts):
            name = file if shares else f"{file} {getattr(item, 'originalname', '')}"
            if backend != BACKENDS[zlib.crc32(name.encode()) % len(BACKENDS)]:
                item.add_marker(pytest.mark.slow)


def _scopes(item: Any) -> set[str]:
    return {made[-1].scope for made in item._fixtureinfo.name2fixturedefs.values()}
