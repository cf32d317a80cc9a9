"""Stores for the storage suite: every test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from jimu.storage import Database, Store
from jimu.storage.schema import Schema
from tests.storage.samples import sample_schema


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
def store(apply: Callable[[Schema], Store]) -> Store:
    return apply(sample_schema())
