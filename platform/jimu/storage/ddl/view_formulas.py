"""Formula fields that are computed when read, as columns of the views for reports.

The moment becomes the database's own, today the day of the workspace's zone. Left out is what such a view cannot know:
who asks, the work calendar, and what only the engine's functions compute, which other programs do not have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from jimu.errors import TooLarge
from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Environment, Formula, Path
from jimu.formulas.tree import Call, Field, Node, walk
from jimu.formulas.types import DATE, DATETIME, Symbol
from jimu.storage.binding import Catalog
from jimu.storage.expressions import NotInSql, as_column_value
from jimu.storage.names import quoted
from jimu.storage.schema import Column, Schema, Table
from jimu.storage.scope import SelectScope
from jimu.storage.tables import to_instant
from jimu.storage.zone_offsets import offsets

# What the clock is called as a field; no field's name has parentheses.
_CLOCK = {
    "now": ("now()", Column("now()", Kind.DATETIME, Symbol(DATETIME))),
    "today": ("today()", Column("today()", Kind.DATE, Symbol(DATE))),
}
_WORK_CALENDAR = re.compile("workday")
_OWN_FUNCTION = re.compile(r"\bjimu_\w+\s*\(")
_SQLITE_NOW = "(CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER) * 1000)"
_SQLITE_SECONDS = "CAST(strftime('%s', 'now') AS INTEGER)"


@dataclass(frozen=True)
class ViewFormulas:
    """``columns``: (field, SQL of its value as a column of its kind holds it). ``joins``: what they need after the
    table, which is called ``t``. ``left_out``: (field, why not).
    """

    columns: tuple[tuple[Column, str], ...] = ()
    joins: str = ""
    left_out: tuple[tuple[str, str], ...] = ()


class ViewCompiler:
    """Compiles for all views of one schema."""

    def __init__(self, catalog: Catalog, dialect: sa.Dialect) -> None:
        self.dialect = dialect
        schema = _with_clock_as_fields(catalog.schema)
        self.catalog = Catalog(schema, catalog.columns, catalog.capabilities, catalog.trigrams)
        self.environment = Environment(zone=ZoneInfo(catalog.schema.zone))

    def formulas(self, table: Table) -> ViewFormulas:
        """Those of one object."""
        scope = _ViewScope(self.catalog, table.object, self._clock())
        columns, left_out = [], []
        for column in self.catalog.table(table.object).table.columns.values():
            if column.expression is None or column.kind in (Kind.REFERENCES, Kind.COMPOSITE):
                continue
            known = scope.mark()
            text, reason = self._text(column, scope)
            if text is not None:
                columns.append((column, text))
            else:
                scope.forget(known)
                left_out.append((column.name, reason))
        return ViewFormulas(tuple(columns), self._joins(scope), tuple(left_out))

    def _text(self, column: Column, scope: _ViewScope) -> tuple[str | None, str]:
        """SQL of the value, or None and why there is none."""
        formula: Formula = column.expression
        if formula.uses_actor:
            return None, "depends on the user"
        if any(isinstance(n, Call) and _WORK_CALENDAR.search(n.key) for n in _all_nodes(formula, column, self.catalog)):
            return None, "depends on the work calendar"
        try:
            element = as_column_value(formula, scope, self.environment, column.kind, column.scale)
            text = self._spelt(element)
        except (NotInSql, TooLarge):
            return None, "only Jimu can compute it"
        return (None, "only Jimu can compute it") if _OWN_FUNCTION.search(text) else (text, "")

    def _spelt(self, element: Any) -> str:
        """SQL with its constants written out."""
        return str(element.compile(dialect=self.dialect, compile_kwargs={"literal_binds": True}))

    def _joins(self, scope: _ViewScope) -> str:
        return "".join(
            f" LEFT JOIN {quoted(alias.element.name)} {alias.name} ON {self._spelt(condition)}"
            for alias, condition in scope.joins
        )

    def _clock(self) -> dict[str, Any]:
        """The database's own moment, and the day that the clocks of the zone show then."""
        zone = self.environment.zone
        if self.catalog.capabilities.exact_numeric:
            name = zone.key.replace("'", "")
            today: Any = sa.literal_column(f"CAST(timezone('{name}', now()) AS date)", sa.Date())
            return {"now()": sa.literal_column("now()", postgresql.TIMESTAMP(timezone=True)), "today()": today}
        to_come = [(until, offset) for until, offset in offsets(zone) if until > to_instant(datetime.now(UTC))]
        spelt = " ".join(f"WHEN {_SQLITE_NOW} < {until} THEN {_day(offset)}" for until, offset in to_come[:-1])
        last = _day(to_come[-1][1])
        today = sa.literal_column(f"(CASE {spelt} ELSE {last} END)" if spelt else last, sa.Text())
        return {"now()": sa.literal_column(_SQLITE_NOW, sa.BigInteger()), "today()": today}


def _day(offset: int) -> str:
    return f"date({_SQLITE_SECONDS} + {offset}, 'unixepoch')"


class _ViewScope(SelectScope):
    """The table is ``t``, what is joined is j1, j2, …, so that columns compiled one by one fit together."""

    def __init__(self, catalog: Catalog, object: str, clock: dict[str, Any]) -> None:
        super().__init__(catalog, object)
        self.clock = clock
        self.root = self.bound.sql.alias("t")
        self._joined = {((), False): (self.bound, self.root), ((), True): (self.bound, self.root)}

    def column(self, path: Path) -> tuple[sa.ColumnElement[Any] | None, Column]:
        if path[-1] in self.clock:
            return self.clock[path[-1]], _CLOCK[path[-1].removesuffix("()")][1]
        return super().column(path)

    def _alias(self, sql: Any) -> Any:
        return sql.alias(f"j{len(self._joins) + 1}")

    @property
    def joins(self) -> list[tuple[Any, sa.ColumnElement[bool]]]:
        return self._joins

    def mark(self) -> int:
        """How many joins there are."""
        return len(self._joins)

    def forget(self, mark: int) -> None:
        """Take joins back that came since ``mark``."""
        gone = {alias for alias, _ in self._joins[mark:]}
        self._joins = self._joins[:mark]
        self._joined = {key: found for key, found in self._joined.items() if found[1] not in gone}


def _with_clock_as_fields(schema: Schema) -> Schema:
    """``schema`` in whose virtual formulas the moment is a field of the record."""

    def changed(column: Column) -> Column:
        formula = column.expression
        return column if formula is None else replace(column, expression=replace(formula, tree=_replaced(formula.tree)))

    tables = {
        name: replace(table, columns={c.name: changed(c) for c in table.columns.values()})
        for name, table in schema.tables.items()
    }
    return replace(schema, tables=tables)


def _replaced(node: Node) -> Node:
    if not isinstance(node, Call):
        return node
    if node.key in _CLOCK and not node.args:
        name, column = _CLOCK[node.key]
        return Field(node.type, node.offset, node.shape, node.nullable, (name,), column.symbol)
    return replace(node, args=tuple(_replaced(arg) for arg in node.args))


def _all_nodes(formula: Formula, column: Column, catalog: Catalog) -> list[Node]:
    """The nodes of a formula and of those that it reads."""
    found: list[Node] = []
    pending, seen = [formula], set()
    while pending:
        here = pending.pop()
        if here in seen:
            continue
        seen.add(here)
        found += walk(here.tree)
        pending += [inner for path in here.paths if (inner := _virtual(catalog.schema, here.object, path)) is not None]
    return found


def _virtual(schema: Schema, object: str, path: Path) -> Formula | None:
    column: Column | None = None
    for name in path:
        table = schema.tables.get(object)
        column = table.columns.get(name) if table else None
        if column is None:
            return None
        object = column.target[0] if len(column.target) == 1 else ""
    return column.expression if column else None
