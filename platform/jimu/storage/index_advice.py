"""Which index serves a question, what the database does for it now, and what it would do with another index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from jimu.storage.aggregate import aggregate_statement
from jimu.storage.binding import Catalog
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection
from jimu.storage.ddl.existing import existing_indexes, wanted_indexes
from jimu.storage.ddl.indexes import WantedIndex
from jimu.storage.local_days import register_local_days
from jimu.storage.observed import QuestionShape
from jimu.storage.query import Aggregate, AllOf, Compare, Group, Measure, Query, Sort
from jimu.storage.schema import Index, Schema
from jimu.storage.select import page_statement
from jimu.storage.sqlite_functions import register_sqlite_functions
from jimu.storage.store import Store

_PAGE = 50
_TABLES = (
    "SELECT sql FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'"
    " AND name NOT LIKE '%\\_fts\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'"
)
_INDEXES = "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"


def serves(index: tuple[str, ...], shape: QuestionShape, *, unique: bool = False) -> bool:
    """Whether an index over ``index`` finds what ``shape`` asks: all fields compared lead it, in any order, then come
    the fields of the order (or the groups), else the first range.
    """
    names, equal = [name.lstrip("-") for name in index], set(shape.equal)
    if "id" in equal or (unique and equal.issuperset(names)):
        return True
    lead = next((at for at, name in enumerate(names) if name not in equal), len(names))
    if set(names[:lead]) != equal:
        return False
    ordered = tuple(n for n in shape.sort or shape.groups if n.lstrip("-") not in equal)
    if ordered:
        return _runs_along(index[lead:], ordered)
    if shape.ranges:
        return len(names) > lead and names[lead] in shape.ranges
    return True


def _runs_along(index: tuple[str, ...], ordered: tuple[str, ...]) -> bool:
    """Read forwards or backwards, ``index`` begins with this order."""
    if [n.lstrip("-") for n in index[: len(ordered)]] != [n.lstrip("-") for n in ordered]:
        return False
    return len({a.startswith("-") == b.startswith("-") for a, b in zip(index, ordered, strict=False)}) == 1


def is_of_use(index: tuple[str, ...], shape: QuestionShape) -> bool:
    """Whether an index over ``index`` may be entered for ``shape``."""
    first = index[0].lstrip("-")
    leads = (*(n.lstrip("-") for n in shape.sort[:1]), *shape.groups[:1])
    return first in (*shape.equal, *shape.ranges, *leads)


def best_columns(shape: QuestionShape) -> tuple[str, ...]:
    """The columns of the index that would serve ``shape``."""
    ordered = tuple(n for n in shape.sort or shape.groups if n.lstrip("-") not in shape.equal)
    return (*shape.equal, *(ordered or shape.ranges[:1]))


@dataclass(frozen=True, slots=True)
class Explained:
    """What the database says of a statement: ``steps`` name ways and indexes, never a value."""

    steps: tuple[str, ...]
    sorts: bool
    reads_all: bool


class IndexAdvisor:
    """Asks one database; reads only."""

    def __init__(self, store: Store) -> None:
        self._store = Store(store.database, store.schema, store.columns, is_observed=False)
        self._database = store.database
        self._catalog = Catalog(store.schema, store.columns, store.database.capabilities, store.database.has_trigrams)
        self._cache = StatementCache(self._catalog, store.database.engine.dialect)

    def count(self, object: str) -> int:
        """Living records."""
        with self._store.read() as transaction:
            return transaction.count(object, AllOf(())).value

    def serving(self, shape: QuestionShape) -> tuple[str, ...] | None:
        """The columns of an index that is there and serves ``shape``; () for the primary key."""
        if "id" in shape.equal or not (shape.equal or shape.ranges or shape.sort or shape.groups):
            return ()
        found = (i.columns for i in self._indexes(shape.object) if serves(i.columns, shape, unique=i.unique))
        return next(found, None)

    def helping(self, shape: QuestionShape) -> tuple[str, ...] | None:
        """The columns of an index by which at least some of the fields compared are found."""
        usable = [i.columns for i in self._indexes(shape.object) if i.columns[0].lstrip("-") in shape.equal]
        return max(usable, key=lambda c: len({n.lstrip("-") for n in c} & set(shape.equal)), default=None)

    def explain(self, shape: QuestionShape) -> Explained | None:
        """How the database answers ``shape`` now; None where no record has values to ask it with."""
        asked = self._statement(shape)
        if asked is None:
            return None
        with self._database.reading() as connection:
            if self._catalog.capabilities.plans_by_statistics:
                rows = connection.rows(f"EXPLAIN (FORMAT JSON) {asked[0]}", asked[1])
                return _of_tree(rows[0][0][0]["Plan"])
            return _of_lines(row[3] for row in connection.rows(f"EXPLAIN QUERY PLAN {asked[0]}", asked[1]))

    def explain_with(self, shape: QuestionShape, columns: tuple[str, ...]) -> Explained | None:
        """How it would answer with an index over ``columns``: tried on an empty copy of the tables where the plan does
        not depend on what is in them, else None.
        """
        asked = None if self._catalog.capabilities.plans_by_statistics else self._statement(shape)
        if asked is None:
            return None
        with closing(sqlite3.connect(":memory:")) as copy, self._database.reading() as connection:
            register_sqlite_functions(copy)
            register_local_days(copy)
            there = [row[0] for text in (_TABLES, _INDEXES) for row in connection.rows(text)]
            for statement in (*there, *self._made_for(connection, shape.object, columns)):
                copy.execute(statement)
            return _of_lines(row[3] for row in copy.execute(f"EXPLAIN QUERY PLAN {asked[0]}", asked[1]))

    def scans(self, object: str, columns: tuple[str, ...]) -> int | None:
        """How often the database has used the index over ``columns``; None: it does not say, or there is none."""
        index = next((i for i in self._indexes(object) if _same(i.columns, columns)), None)
        if index is None or not self._catalog.capabilities.plans_by_statistics:
            return None
        with self._database.reading() as connection:
            rows = connection.ask("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = ?", index.name)
        return int(rows[0][0]) if rows else None

    def _indexes(self, object: str) -> list[WantedIndex]:
        return self._there.get(object, [])

    @cached_property
    def _there(self) -> dict[str, list[WantedIndex]]:
        """The indexes over columns that are there, by object."""
        store, found = self._store, {}
        with self._database.reading() as connection:
            existing = existing_indexes(connection)
            for object in store.schema.tables:
                have = existing.get(store.columns.table(object) or "", {})
                wanted = wanted_indexes(store.columns, store.schema, object, connection, self._catalog.trigrams)
                found[object] = [i for i in wanted.values() if i.name in have and " USING gin " not in i.sql]
        return found

    def _made_for(self, connection: Connection, object: str, columns: tuple[str, ...]) -> Iterator[str]:
        """The statements by which an apply would make this index."""
        table = self._store.schema.tables[object]
        with_it = replace(table, indexes=(*table.indexes, Index(columns)))
        have = {index.name for index in self._indexes(object)}
        for name, index in wanted_indexes(
            self._store.columns, Schema({object: with_it}), object, connection, self._catalog.trigrams
        ).items():
            if name not in have and not index.unique:
                yield index.sql

    def _statement(self, shape: QuestionShape) -> tuple[str, Any] | None:
        """A question of this shape, with values that some record has."""
        names = (*shape.equal, *shape.ranges)
        with self._store.read() as transaction:
            there = AllOf(tuple(Compare(name, "not_blank") for name in names))
            rows = transaction.select(Query(shape.object, there, fields=("id", *names), limit=1)).rows
        if not rows:
            return None
        filter = AllOf(
            (
                *(Compare(n, "eq", rows[0][n]) for n in shape.equal),
                *(Compare(n, "ge", rows[0][n]) for n in shape.ranges),
            )
        )
        with self._database.reading() as connection:
            if shape.kind == "list":
                sort = [Sort(tuple(n.lstrip("-").split(".")), n.startswith("-")) for n in shape.sort]
                query = Query(shape.object, filter, sort=sort, fields=("title",), limit=_PAGE)
                return page_statement(connection, self._cache, query)
            groups = [Group(tuple(n.split("."))) for n in shape.groups]
            measures = [Measure("count"), *(Measure("count", tuple(n.split("."))) for n in shape.measured)]
            return aggregate_statement(self._cache, Aggregate(shape.object, measures, groups, filter))


def _same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return one == other or (_runs_along(one, other) and len(one) == len(other))


def _of_lines(lines: Iterable[str]) -> Explained:
    """What SQLite says: SCAN reads a whole table or index, a temporary B-tree sorts."""
    steps = tuple(lines)
    reads_all = any(step.startswith("SCAN") or step.endswith("(deleted_at=?)") for step in steps)
    return Explained(steps, any("TEMP B-TREE" in step for step in steps), reads_all)


def _of_tree(plan: dict[str, Any]) -> Explained:
    """What PostgreSQL says; the conditions of a node are left out, since they hold values."""
    steps = tuple(_nodes(plan))
    return Explained(steps, any(s.startswith("Sort") for s in steps), any(s.startswith("Seq Scan") for s in steps))


def _nodes(plan: dict[str, Any]) -> Iterator[str]:
    keys = (("on", "Relation Name"), ("by", "Index Name"))
    where = " ".join(f"{word} {plan[key]}" for word, key in keys if key in plan)
    yield f"{plan['Node Type']} {where}".strip() + f" (cost {plan['Total Cost']:.0f}, rows {plan['Plan Rows']})"
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
