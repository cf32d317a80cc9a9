"""Many counts over one table at once: a pass over the rows, however many questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from jimu.formulas.types import Environment
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection
from jimu.storage.filters import FilterCompiler, state_condition
from jimu.storage.query import Filter
from jimu.storage.scope import SelectScope
from jimu.storage.shapes import ShapeReader

_AT_ONCE = 100  # databases bound the columns and the parts of one statement


class Counting:
    """Questions to the living rows of ``object``, each a filter."""

    def __init__(self, connection: Connection, cache: StatementCache, object: str, environment: Environment) -> None:
        self.connection = connection
        self.cache = cache
        self.object = object
        self.environment = environment

    def counts(self, filters: Sequence[Filter]) -> list[int]:
        """How many rows match each of ``filters``."""
        found: list[int] = []
        for start in range(0, len(filters), _AT_ONCE):
            scope = SelectScope(self.cache.catalog, self.object)
            values: dict[str, Any] = {}
            conditions = [
                self._condition(f, scope, f"n{i}_", values) for i, f in enumerate(filters[start : start + _AT_ONCE])
            ]
            one: sa.ColumnElement[Any] = sa.literal_column("1")
            columns = [sa.func.count(sa.case((c, one))) for c in conditions]
            statement = sa.select(*columns).select_from(scope.from_clause()).where(*state_condition(scope, "alive"))
            found += [int(n) for n in self._rows(statement, values)[0]]
        return found

    def first(self, filters: Sequence[Filter], limit: int) -> list[list[tuple[int, str]]]:
        """(id, title) of the newest ``limit`` rows that match each of ``filters``."""
        found: list[list[tuple[int, str]]] = [[] for _ in filters]
        for start in range(0, len(filters), _AT_ONCE):
            values: dict[str, Any] = {}
            parts = list(self._parts(filters[start : start + _AT_ONCE], start, limit, values))
            statement = sa.union_all(*parts)
            for place, id, title in sorted(self._rows(statement, values), key=lambda row: (row[0], -row[1])):
                found[place].append((id, title or ""))
        return found

    def _parts(
        self, filters: Sequence[Filter], start: int, limit: int, values: dict[str, Any]
    ) -> Iterator[sa.Select[Any]]:
        for place, filter in enumerate(filters, start):
            scope = SelectScope(self.cache.catalog, self.object)
            condition = self._condition(filter, scope, f"n{place}_", values)
            number: sa.ColumnElement[Any] = sa.literal_column(str(place)).label("place")
            inner = sa.select(number, scope.own("id").label("id"), scope.own("title").label("title"))
            inner = inner.select_from(scope.from_clause()).where(condition, *state_condition(scope, "alive"))
            newest = inner.order_by(scope.own("id").desc()).limit(sa.literal_column(str(int(limit)))).subquery()
            yield sa.select(newest.c.place, newest.c.id, newest.c.title)

    def _condition(self, filter: Filter, scope: SelectScope, prefix: str, values: dict[str, Any]) -> Any:
        """The filter in SQL; its constants are added to ``values``."""
        reader = ShapeReader(self.cache.catalog, self.environment)
        reader.key(filter, self.object)
        values.update({f"{prefix}{i}": value for i, value in enumerate(reader.values)})
        return FilterCompiler(self.environment, prefix).condition(filter, scope)

    def _rows(self, statement: Any, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        prepared = self.cache.prepare(statement)
        return self.connection.rows(prepared.text, prepared.params(values))
