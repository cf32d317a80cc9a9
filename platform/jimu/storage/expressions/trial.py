"""Trying a formula in a database on values that are not stored there: a temporary table with one column per field path,
or for a sparse one a key in its JSON column.

Used by ``jimu formula`` and by the tests that hold SQL to Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Environment, Formula, Path
from jimu.formulas.functions.money import RATE_PLACES
from jimu.formulas.types import DATE, DATETIME, NUMBER, TEXT, Symbol
from jimu.storage.capabilities import BY_NAME
from jimu.storage.codecs import encoder
from jimu.storage.expressions import as_column_value, as_condition, as_value
from jimu.storage.expressions.scope import SqlScope
from jimu.storage.expressions.sqlite import encode
from jimu.storage.places import EXT, EXT_KEY, keyed_place
from jimu.storage.schema import Column
from jimu.storage.sqlite_functions import register_sqlite_functions

Record = Mapping[Path, Any]

_SQLITE: dict[Kind, sa.types.TypeEngine[Any]] = {
    Kind.TEXT: sa.Text(),
    Kind.DATE: sa.Text(),
    Kind.TIME: sa.Text(),
    Kind.TEXTS: sa.Text(),
    Kind.JSON: sa.Text(),
}
_POSTGRESQL: dict[Kind, sa.types.TypeEngine[Any]] = {
    Kind.TEXT: sa.Text(collation="C"),
    Kind.DATE: sa.Date(),
    Kind.DATETIME: pg.TIMESTAMP(timezone=True),
    Kind.TIME: pg.TIME(precision=0),
    Kind.TEXTS: pg.ARRAY(sa.Text()),
    Kind.BOOLEAN: sa.Boolean(),
    Kind.JSON: pg.JSONB(),
}


@dataclass
class _TableScope:
    """A ``SqlScope`` in which every path is a column of one table, or a key of its JSON column."""

    dialect: str
    table: sa.Table
    columns: Mapping[Path, Column]
    rates: Sequence[tuple[str, date, Decimal]] = ()

    def column(self, path: Path) -> tuple[sa.ColumnElement[Any] | None, Column]:
        column = self.columns[path]
        if column.sparse:
            return keyed_place(".".join(path), column, BY_NAME[self.dialect]).element(self.table), column
        return (None if column.is_virtual else self.table.c[".".join(path)]), column

    def beside(self, object: str) -> SqlScope:
        """The only records beside those on trial are exchange rates."""
        return _RatesScope(self.dialect, self.rates)

    def from_clause(self) -> Any:
        """See ``SqlScope``."""
        return self.table


_RATE_COLUMNS = {
    "currency": Column("currency", Kind.TEXT, Symbol(TEXT)),
    "valid_from": Column("valid_from", Kind.DATE, Symbol(DATE)),
    "rate": Column("rate", Kind.DECIMAL, Symbol(NUMBER, scale=RATE_PLACES), RATE_PLACES),
    "deleted_at": Column("deleted_at", Kind.DATETIME, Symbol(DATETIME)),
}


class _RatesScope:
    """A ``SqlScope`` over ``rates`` (currency, first day, rate)."""

    def __init__(self, dialect: str, rates: Sequence[tuple[str, date, Decimal]]) -> None:
        self.dialect = dialect
        types = _SQLITE if dialect == "sqlite" else _POSTGRESQL
        number = sa.BigInteger() if dialect == "sqlite" else sa.Numeric()
        kinds = {name: types.get(column.kind, number) for name, column in _RATE_COLUMNS.items()}
        rows: list[tuple[Any, ...]] = [(*rate, None) for rate in rates] or [(None, None, None, None)]
        selects = [
            sa.select(*(
                sa.cast(sa.literal(self._encoded(value), kinds[name]), kinds[name]).label(name)
                for name, value in zip(kinds, row, strict=True)
            ))
            for row in rows
        ]
        self.table = sa.union_all(*selects).subquery("rates")

    def _encoded(self, value: Any) -> Any:
        return encode(value, RATE_PLACES) if self.dialect == "sqlite" else value

    def column(self, path: Path) -> tuple[sa.ColumnElement[Any] | None, Column]:
        return self.table.c[path[-1]], _RATE_COLUMNS[path[-1]]

    def beside(self, object: str) -> SqlScope:
        return self

    def from_clause(self) -> Any:
        return self.table


class Trial:
    """A database connection with a temporary table for ``columns``; close it after use."""

    def __init__(
        self, url: str, columns: Mapping[Path, Column], rates: Sequence[tuple[str, date, Decimal]] = ()
    ) -> None:
        # Each statement by itself: one that fails must not spoil those after it.
        self._engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        self.dialect = self._engine.dialect.name
        self._columns = columns
        self._rates = rates
        if self.dialect == "sqlite":
            sa.event.listen(self._engine, "connect", lambda connection, _: register_sqlite_functions(connection))
        types = _SQLITE if self.dialect == "sqlite" else _POSTGRESQL
        self._table = sa.Table(
            "jimu_trial",
            sa.MetaData(),
            sa.Column("number", sa.Integer, primary_key=True),
            *(sa.Column(".".join(path), self._type(types, c)) for path, c in self._own().items()),
            sa.Column(EXT, pg.JSONB() if self.dialect == "postgresql" else sa.Text(), key=EXT_KEY),
            prefixes=["TEMPORARY"],
        )
        self._connection = self._engine.connect()
        if self.dialect == "postgresql":
            self._connection.execute(sa.text("SET TIME ZONE 'UTC'"))
        self._table.create(self._connection)

    def _type(self, types: Mapping[Kind, sa.types.TypeEngine[Any]], column: Column) -> sa.types.TypeEngine[Any]:
        if self.dialect == "postgresql" and column.kind is Kind.DECIMAL:
            return sa.Numeric(18, column.scale)
        return types.get(column.kind, sa.BigInteger())

    def close(self) -> None:
        """Drop the table and close the connection."""
        self._connection.close()
        self._engine.dispose()

    def __enter__(self) -> Trial:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fill(self, records: Sequence[Record]) -> None:
        """Put ``records`` (values by path) in place of what is there."""
        self._connection.execute(self._table.delete())
        own, keyed = self._own(), {".".join(p): p for p, c in self._columns.items() if c.sparse}
        rows = [
            {"number": number, **{".".join(p): self._stored(r.get(p), c) for p, c in own.items()}}
            for number, r in enumerate(records)
        ]
        if rows:
            self._connection.execute(self._table.insert(), rows)
        if keyed:
            named = [(key, replace(self._columns[path], name=key)) for key, path in keyed.items()]
            dump = encoder([], BY_NAME[self.dialect], named)
            documents = dump([{key: r.get(path) for key, path in keyed.items()} for r in records])
            mark = BY_NAME[self.dialect].mark
            cursor = self._connection.connection.cursor()
            cursor.executemany(
                f"UPDATE jimu_trial SET {EXT} = {mark} WHERE number = {mark}",  # noqa: S608 - names of this file
                [(*document, number) for number, document in enumerate(documents)],
            )

    def _own(self) -> dict[Path, Column]:
        return {p: c for p, c in self._columns.items() if not c.is_virtual and not c.sparse}

    def _stored(self, value: Any, column: Column) -> Any:
        if value is None:
            return None
        if self.dialect == "sqlite":
            return encode(value, column.scale)
        return encode(value) if column.kind is Kind.DURATION else value

    def _scope(self) -> _TableScope:
        return _TableScope(self.dialect, self._table, self._columns, self._rates)

    def _rows(self, *selected: Any, order: Sequence[Any] = (), where: Any = None) -> list[Any]:
        statement = sa.select(*selected).select_from(self._table).order_by(*order)
        if where is not None:
            statement = statement.where(where)
        with closing(self._connection.execute(statement)) as result:
            return [tuple(row) for row in result]

    def values(self, formula: Formula, environment: Environment) -> list[Any]:
        """The formula's value for each record."""
        value = as_value(formula, self._scope(), environment)
        rows = self._rows(sa.type_coerce(value.expression, sa.types.NullType()), order=[self._table.c.number])
        return [value.load(row[0]) for row in rows]

    def matching(self, formula: Formula, environment: Environment) -> list[int]:
        """The numbers of the records for which a condition is true."""
        condition = as_condition(formula, self._scope(), environment)
        return [row[0] for row in self._rows(self._table.c.number, order=[self._table.c.number], where=condition)]

    def sorted(self, formula: Formula, environment: Environment) -> list[int]:
        """The numbers of the records sorted by the formula, blanks last."""
        order = as_value(formula, self._scope(), environment).order
        return [
            row[0] for row in self._rows(self._table.c.number, order=[order.is_(None), order, self._table.c.number])
        ]

    def column_values(self, formula: Formula, environment: Environment, kind: Kind, scale: int) -> list[Any]:
        """What a formula field of ``kind`` and ``scale`` holds, as the database has it."""
        element = as_column_value(formula, self._scope(), environment, kind, scale)
        return [r[0] for r in self._rows(sa.type_coerce(element, sa.types.NullType()), order=[self._table.c.number])]

    def plan(self, formula: Formula, environment: Environment) -> str:
        """The condition as SQL text with its parameters written out, to be read by people."""
        condition = as_condition(formula, self._scope(), environment)
        return str(condition.compile(self._engine, compile_kwargs={"literal_binds": True}))
