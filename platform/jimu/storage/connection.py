"""A thin layer over the driver's connection: run a statement, get plain tuples; errors in the store's words.

Hot statements are compiled once (``storage.statements``) and go to the driver as text, past SQLAlchemy's execution
layer, which costs more than the query itself for small reads.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import orjson
import psycopg

from jimu.storage.capabilities import Capabilities
from jimu.storage.errors import BadValue, BrokenReference, Busy, StoreError
from jimu.storage.metering import count_statement

Tuples = list[tuple[Any, ...]]
_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (?:index '(?P<index>[^']+)'|(?P<columns>.+))")


class UniqueViolation(StoreError):
    """A unique index was hit; ``storage.write`` finds out which key it belongs to. ``columns``: table.column names."""

    def __init__(self, index: str = "", columns: Sequence[str] = ()) -> None:
        super().__init__(index or ", ".join(columns))
        self.index = index
        self.columns = tuple(columns)


def list_parameter(values: Iterable[Any], capabilities: Capabilities) -> Any:
    """A list as one parameter: JSON, or an array. One of integers is written here: the driver looks at every element
    for what needs quotes, which takes longer than the query itself where there are thousands.
    """
    listed = list(values)
    if not capabilities.arrays:
        return orjson.dumps(listed).decode()
    if listed and all(type(value) is int for value in listed):
        return "{" + ",".join(map(str, listed)) + "}"
    return listed


@lru_cache(maxsize=1024)
def _marked(text: str, mark: str) -> str:
    return text if mark == "?" else text.replace("?", mark)


class Connection:
    """Not for use by several threads at a time."""

    def __init__(self, driver: Any, capabilities: Capabilities) -> None:
        self.driver = driver
        self.capabilities = capabilities
        self._cursor = driver.cursor()

    def rows(self, text: str, params: Any = ()) -> Tuples:
        """Run and fetch all."""
        count_statement()
        try:
            self._cursor.execute(text, params)
            return self._cursor.fetchall()  # type: ignore[no-any-return]
        except (sqlite3.Error, psycopg.Error) as error:
            raise _translated(error) from error

    def rows_planned_anew(self, text: str, params: Any = ()) -> Tuples:
        """``rows`` of a statement whose best plan hangs on its parameters: it is never kept prepared by the driver."""
        if not self.capabilities.plans_by_statistics:
            return self.rows(text, params)
        count_statement()
        try:
            self._cursor.execute(text, params, prepare=False)
            return self._cursor.fetchall()  # type: ignore[no-any-return]
        except (sqlite3.Error, psycopg.Error) as error:
            raise _translated(error) from error

    def run(self, text: str, params: Any = ()) -> int:
        """Run a statement that returns no rows; how many rows it touched."""
        count_statement()
        try:
            self._cursor.execute(text, params)
            return self._cursor.rowcount  # type: ignore[no-any-return]
        except (sqlite3.Error, psycopg.Error) as error:
            raise _translated(error) from error

    def run_together(self, texts: Sequence[str]) -> None:
        """Run statements that have no parameters in one go, where the driver can."""
        if not self.capabilities.exact_numeric:
            for text in texts:
                self.run(text)
            return
        count_statement()
        try:
            self._cursor.execute("; ".join(texts), None, prepare=False)
        except psycopg.Error as error:
            raise _translated(error) from error

    def many(self, text: str, params: Iterable[Any]) -> int:
        """Run one statement for many parameter sets; how many rows were touched in all."""
        count_statement()
        try:
            self._cursor.executemany(text, params)
            return self._cursor.rowcount  # type: ignore[no-any-return]
        except (sqlite3.Error, psycopg.Error) as error:
            raise _translated(error) from error

    def copy(self, text: str, rows: Iterable[Sequence[Any]]) -> None:
        """COPY … FROM STDIN."""
        count_statement()
        try:
            with self._cursor.copy(text) as copy:
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as error:
            raise _translated(error) from error

    def ask(self, text: str, *params: Any) -> Tuples:
        """``rows`` of SQL whose parameters are written ``?`` whatever the driver's own mark is."""
        return self.rows(_marked(text, self.capabilities.mark), params)

    def do(self, text: str, *params: Any) -> int:
        """``run`` of SQL whose parameters are written ``?``."""
        return self.run(_marked(text, self.capabilities.mark), params)

    def do_many(self, text: str, params: Sequence[Sequence[Any]]) -> int:
        """``many`` of SQL whose parameters are written ``?``; no parameters: nothing is sent."""
        return self.many(_marked(text, self.capabilities.mark), params) if params else 0

    def among(self) -> str:
        """What follows a column in SQL to say that it is one of ``list_value(values)``."""
        return "= ANY(?)" if self.capabilities.arrays else "IN (SELECT value FROM json_each(?))"

    def list_value(self, values: Iterable[Any]) -> Any:
        """A list as one parameter, for ``among``."""
        return list_parameter(values, self.capabilities)

    def begin_read(self) -> None:
        if self.capabilities.begin_read:
            self.run(self.capabilities.begin_read)

    def begin_write(self) -> None:
        self.run(self.capabilities.begin_write)

    def commit(self) -> None:
        self.run("COMMIT")

    def rollback(self) -> None:
        if self.in_transaction:
            self.run("ROLLBACK")

    @property
    def in_transaction(self) -> bool:
        if isinstance(self.driver, sqlite3.Connection):
            return self.driver.in_transaction
        status = self.driver.info.transaction_status
        return status in (psycopg.pq.TransactionStatus.INTRANS, psycopg.pq.TransactionStatus.INERROR)

    @property
    def is_broken(self) -> bool:
        return bool(getattr(self.driver, "broken", False))


# What the databases and their drivers say to a parameter of the wrong type.
_BAD_VALUES = (psycopg.DataError, psycopg.errors.CannotCoerce, psycopg.errors.DatatypeMismatch,
               psycopg.errors.UndefinedFunction, sqlite3.ProgrammingError)


def _translated(error: Exception) -> Exception:
    if isinstance(error, psycopg.errors.UniqueViolation):
        return UniqueViolation(index=error.diag.constraint_name or "")
    if isinstance(error, psycopg.errors.ForeignKeyViolation):
        return BrokenReference(str(error))
    if isinstance(error, (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable,
                          psycopg.errors.SerializationFailure)):
        return Busy(str(error))
    if isinstance(error, sqlite3.IntegrityError):
        found = _SQLITE_UNIQUE.match(str(error))
        if found:
            columns = (found["columns"] or "").split(", ") if found["columns"] else ()
            return UniqueViolation(found["index"] or "", columns)
        if "FOREIGN KEY" in str(error):
            return BrokenReference(str(error))
    if isinstance(error, _BAD_VALUES):
        return BadValue(str(error))
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return Busy(str(error))
    return error
