"""Stores for the storage suite: every test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jimu.storage import Database, Store
from jimu.storage.schema import Schema
from tests.databases import fresh_database, prepared_database
from tests.storage.samples import sample_schema


def prepare_samples(url: str) -> None:
    """The tables of the samples, in the database at ``url``."""
    database = Database(url)
    with database.applying() as application:
        application.apply(sample_schema())
    database.dispose()


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database; with the tables of the samples for a test that asks for ``store``."""
    if "store" in request.fixturenames:
        made = prepared_database(backend, tmp_path, "samples", prepare_samples)
    else:
        made = fresh_database(backend, tmp_path)
    with made as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.dispose()


@pytest.fixture
def apply(database: Database) -> Callable[[Schema], Store]:
    """Alter the tables to a schema and return the store for it."""

    def run(schema: Schema) -> Store:
        with database.applying() as application:
            application.apply(schema)
        return Store(database, schema)

    return run


@pytest.fixture
def store(database: Database) -> Store:
    """The samples' tables, empty."""
    return Store(database, sample_schema())
