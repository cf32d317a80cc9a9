"""The seam between the compiler and the statement that it compiles for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement

from jimu.formulas import Path
from jimu.storage.schema import Column


class SqlScope(Protocol):
    """Where a formula is compiled: resolves field paths to SQL columns, adding (left) joins to its statement as
    needed.
    """

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        ...

    def column(self, path: Path) -> tuple[ColumnElement[Any] | None, Column]:
        """The SQL column and the logical column of ``path``; ("account", "owner", "name") needs two joins.

        For a virtual column (``Column.expression``) the element may be None: its formula is inlined by the
        compiler, which then asks for that formula's paths with ``path[:-1]`` in front. A referred record that is
        missing gives NULLs.
        """
        ...

    def beside(self, object: str) -> SqlScope:
        """A scope of its own over ``object``, for a subquery that reads it."""
        ...

    def from_clause(self) -> Any:
        """The tables that were needed."""
        ...


@dataclass(frozen=True)
class Prefixed:
    """``scope`` as seen from the record that ``prefix`` leads to."""

    scope: SqlScope
    prefix: Path

    @property
    def dialect(self) -> str:
        return self.scope.dialect

    def column(self, path: Path) -> tuple[ColumnElement[Any] | None, Column]:
        """See ``SqlScope``."""
        return self.scope.column((*self.prefix, *path))

    def beside(self, object: str) -> SqlScope:
        """See ``SqlScope``."""
        return self.scope.beside(object)

    def from_clause(self) -> Any:
        """See ``SqlScope``."""
        return self.scope.from_clause()


@dataclass(frozen=True)
class SqlValue:
    """``expression`` to SELECT and GROUP BY, ``load`` turns what the driver gave into the Python value, ``order``
    sorts.

    ``order`` differs from ``expression`` only for numbers too wide for SQLite's integers and for texts on
    PostgreSQL.
    """

    expression: ColumnElement[Any]
    order: ColumnElement[Any]
    load: Callable[[Any], Any]
