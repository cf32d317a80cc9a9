"""The store: a database seen through a schema and a column map. Built anew for each revision, cheap to build."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jimu.storage.binding import Catalog
from jimu.storage.columns import ColumnMap, load_columns
from jimu.storage.compiled import StatementCache
from jimu.storage.schema import Schema
from jimu.storage.transaction import Transaction

if TYPE_CHECKING:
    from jimu.storage.connections import Connections


_GIVEN_WAY = 0.12
"""Seconds: a little more than the longest that SQLite's waiting writers sleep between two looks."""


class Store:
    """Safe to use from several threads. ``columns`` None: the map is read from the database. ``is_observed`` False:
    what is asked here is not what people ask (see ``storage.observed``).
    """

    def __init__(
        self, database: Connections, schema: Schema, columns: ColumnMap | None = None, *, is_observed: bool = True
    ) -> None:
        self.database = database
        self.schema = schema
        if columns is None:
            with database.reading() as connection:
                columns = load_columns(connection)
        self.columns = columns
        catalog = Catalog(schema, columns, database.capabilities, database.has_trigrams)
        self._cache = StatementCache(catalog, database.engine.dialect, database.observations if is_observed else None)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that only reads."""
        with self.database.reading() as connection:
            yield Transaction(self.database, connection, self._cache, is_writing=False)
        self.database.observer.after_read(self.database)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that commits when the block ends and rolls back when it raises.

        Raises Busy when the database cannot be written in time.
        """
        with self.database.writing() as connection:
            transaction = Transaction(self.database, connection, self._cache)
            yield transaction
            transaction.chain_audit()

    def give_way(self) -> None:
        """Called between two transactions of a long run: where only one can write at a time, those who wait would
        hardly ever find the moment between them.
        """
        if not self.database.capabilities.skip_locked:
            time.sleep(_GIVEN_WAY)
