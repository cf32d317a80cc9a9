"""A database apart from any one configuration: the engine's tables, and changes of schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from jimu.storage.applying import Application, applying
from jimu.storage.columns import ColumnMap
from jimu.storage.connections import Connections
from jimu.storage.migrations import HEAD, current, migrate
from jimu.storage.schema import Schema
from jimu.storage.statistics import DatabaseFacts, read_facts
from jimu.storage.store import Store
from jimu.storage.transaction import Transaction


class Database(Connections):
    """``url``: an SQLAlchemy URL, ``sqlite:///file`` or ``postgresql+psycopg://…``."""

    def migrate(self) -> None:
        """Create or upgrade the engine's tables. Safe when several processes do it at once."""
        migrate(self)
        self.__dict__.pop("has_trigrams", None)

    def has_engine_tables(self) -> bool:
        """Whether the engine's tables are those of this version; changes nothing."""
        with self.connect() as connection:
            return current(connection) == HEAD

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that knows no objects: engine rows only."""
        with self._engine_rows.read() as transaction:
            yield transaction

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """As ``read``, for writing."""
        with self._engine_rows.write() as transaction:
            yield transaction

    @property
    def _engine_rows(self) -> Store:
        return Store(self, Schema({}), ColumnMap())

    @contextmanager
    def applying(self) -> Iterator[Application]:
        """The unit of work in which a schema and its revision come into force. Raises Busy."""
        with applying(self) as application:
            yield application

    def pulse(self) -> int:
        """See ``Transaction.pulse``; reads nothing else."""
        with self._connection() as connection:
            return int(connection.rows("SELECT value FROM pulse")[0][0])

    def facts(self) -> DatabaseFacts:
        """What runs below, how large it is, what time it has."""
        with self._connection() as connection:
            return read_facts(connection, self.has_trigrams)
