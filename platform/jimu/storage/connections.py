"""Connections to a database and transactions on them.

Connections run in the driver's autocommit mode; transactions are begun and ended by statements of ours, the same way
on both databases. A fork leaves the parent's connections alone.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from jimu.storage.capabilities import BY_NAME, Capabilities
from jimu.storage.connection import Connection
from jimu.storage.errors import Busy, DatabaseUnavailable, StoreError
from jimu.storage.local_days import register_local_days
from jimu.storage.observed import Observations
from jimu.storage.observed_rows import Observer, save
from jimu.storage.sequences import NumberBlocks
from jimu.storage.sqlite_functions import register_sqlite_functions

_PRAGMAS = (
    "PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA foreign_keys=ON", "PRAGMA busy_timeout=10000",
    "PRAGMA cache_size=-65536", "PRAGMA mmap_size=2147483648", "PRAGMA temp_store=MEMORY",
    "PRAGMA wal_autocheckpoint=4000", "PRAGMA recursive_triggers=ON",
)
_PATIENCE_SECONDS = 20
_LOCK = 5_493_021_774  # the advisory lock under which tables change

# What a driver, or SQLAlchemy in its name, raises when there is no connection to be had.
_FAILURES = (sqlite3.Error, psycopg.Error, sa.exc.DBAPIError)


class Connections:
    """``url``: an SQLAlchemy URL, ``sqlite:///file`` or ``postgresql+psycopg://…``."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = sa.make_url(url)
        name = self.url.get_backend_name()
        if name not in BY_NAME:
            raise ValueError(f"databases of the kind {name!r} are not supported, only {', '.join(sorted(BY_NAME))}")
        self.capabilities: Capabilities = BY_NAME[name]
        self.engine = _sqlite_engine(self.url, pool_size) if name == "sqlite" else _postgresql_engine(
            self.url, pool_size)
        self.numbers = NumberBlocks()
        self.observations = Observations()
        self.observer = Observer()
        # Signs the head of the audit; the runtime says how to get it. Without one it is not signed.
        self.audit_key: Callable[[], bytes] = bytes
        this = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _forget_connections(this))

    def dispose(self) -> None:
        """Close all idle connections."""
        self.engine.dispose()

    def save_observations(self) -> None:
        """Keep what was asked in this process, if it is one whose questions are kept (see ``storage.observed``)."""
        if self.observer.is_on:
            save(self)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading; on SQLite the block sees one state of the data."""
        with self._connection() as connection:
            connection.begin_read()
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction that commits at the end, and rolls back when the block raises."""
        with self._connection() as connection:
            connection.begin_write()
            yield connection
            connection.commit()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        pooled = self._pooled()
        connection = Connection(pooled.driver_connection, self.capabilities)
        try:
            yield connection
        finally:
            if connection.is_broken:
                pooled.invalidate()
                self.engine.dispose()  # the others went down with it
            pooled.close()             # rolls back what is open

    def _pooled(self) -> sa.PoolProxiedConnection:
        try:
            return self.engine.raw_connection()
        except _FAILURES as error:
            raise DatabaseUnavailable(_first_line(error)) from error

    def connect(self) -> sa.Connection:
        """An SQLAlchemy connection. Raises DatabaseUnavailable."""
        try:
            return self.engine.connect()
        except _FAILURES as error:
            raise DatabaseUnavailable(_first_line(error)) from error

    @contextmanager
    def altering(self) -> Iterator[sa.Connection]:
        """An SQLAlchemy connection in a transaction that holds the lock under which tables change. Raises Busy."""
        with self.connect() as connection:
            try:
                connection.exec_driver_sql(self.capabilities.begin_write)
                if self.capabilities.skip_locked:
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE_SECONDS}s'")
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            except sa.exc.OperationalError as error:
                raise Busy(str(error)) from error
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    @cached_property
    def has_trigrams(self) -> bool:
        """Whether a trigram index can be built over text (pg_trgm there, and a character type that knows letters)."""
        if not self.capabilities.text_search_in_row:
            return False
        with self.reading() as connection:
            return bool(connection.rows(
                "SELECT 1 FROM pg_extension, pg_database WHERE extname = 'pg_trgm'"
                " AND datname = current_database() AND datctype NOT IN ('C', 'POSIX')"))

    def is_reachable(self) -> bool:
        """Whether a trivial query is answered."""
        try:
            with self._connection() as connection:
                return bool(connection.rows("SELECT 1"))
        except (StoreError, *_FAILURES):
            return False


def _first_line(error: Exception) -> str:
    """What went wrong, without the driver's advice and SQLAlchemy's links."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


def _forget_connections(reference: weakref.ref[Connections]) -> None:
    database = reference()
    if database is not None:
        database.engine.dispose(close=False)
        database.observations.forget()


def _sqlite_engine(url: sa.URL, pool_size: int) -> sa.Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url, isolation_level="AUTOCOMMIT", pool_size=pool_size, max_overflow=16, poolclass=sa.QueuePool,
        connect_args={"check_same_thread": False, "cached_statements": 512, "timeout": 10},
    )

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        register_sqlite_functions(connection)
        register_local_days(connection)

    return engine


def _postgresql_engine(url: sa.URL, pool_size: int) -> sa.Engine:
    engine = sa.create_engine(
        url, isolation_level="AUTOCOMMIT", pool_size=pool_size, max_overflow=16, pool_recycle=1800,
    )

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.execute("SET jit = off; SET TimeZone = 'UTC'; SET client_min_messages = warning")

    return engine
