"""Applying a schema and recording its revision: one transaction, one at a time over all processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from jimu.storage.binding import Catalog
from jimu.storage.columns import ColumnMap
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection
from jimu.storage.ddl import SchemaChange, apply_ddl
from jimu.storage.entries import RevisionRow
from jimu.storage.schema import Schema
from jimu.storage.transaction import Transaction

if TYPE_CHECKING:
    from jimu.storage.connections import Connections


class Application:
    """``transaction`` sees the schema that ``apply`` was last given (before: none), in the same transaction."""

    def __init__(self, database: Connections, connection: sa.Connection) -> None:
        self._database = database
        self._sa = connection
        self.columns = ColumnMap()
        self.transaction = self._transaction(Schema({}))

    def apply(self, schema: Schema) -> list[SchemaChange]:
        """Alter the tables to ``schema``; what was done. Raises UniqueConflict: let it end the block."""
        self.columns, done = apply_ddl(self._sa, schema, database=self._database)
        gathered = self.transaction.gathered
        self.transaction = self._transaction(schema)
        self.transaction.gathered = gathered
        return done

    def current_revision(self) -> RevisionRow | None:
        """See ``Transaction.current_revision``."""
        return self.transaction.current_revision()

    def add_revision(self, hash: str, files: Mapping[str, str], *, at: datetime, author: str = "", commit: str = "",
                     note: str = "", summary: Mapping[str, int] | None = None) -> int:
        """See ``Transaction.add_revision``."""
        return self.transaction.add_revision(
            hash, files, at=at, author=author, commit=commit, note=note, summary=summary)

    def _transaction(self, schema: Schema) -> Transaction:
        connection = Connection(self._sa.connection.driver_connection, self._database.capabilities)
        catalog = Catalog(schema, self.columns, self._database.capabilities, self._database.has_trigrams)
        return Transaction(self._database, connection, StatementCache(catalog, self._sa.dialect))


@contextmanager
def applying(database: Connections) -> Iterator[Application]:
    """Holds the lock; commits when the block ends, leaves everything as it was when it raises."""
    with database.altering() as connection:
        application = Application(database, connection)
        yield application
        application.transaction.chain_audit()
