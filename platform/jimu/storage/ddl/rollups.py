"""Roll-ups after a change of tables: those that are new, read differently, or read what was filled anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection
from jimu.storage.rollups import recompute_all
from jimu.storage.schema import Column, Schema

Name = tuple[str, str]   # object, column


def fill_rollups(connection: Connection, cache: StatementCache, changed: set[Name]) -> None:
    """Compute every roll-up that is in ``changed`` or reads a column that is; adds those whose values moved."""
    schema = cache.catalog.schema
    for name in _in_order(schema):
        object, column = name
        definition = schema.tables[object].columns[column]
        if name in changed or not changed.isdisjoint(rolled_columns(schema, definition)):
            assert definition.rollup is not None
            if recompute_all(connection, cache, object, column, definition.rollup):
                changed.add(name)


def rolled_columns(schema: Schema, column: Column) -> set[Name]:
    """The columns that the roll-up ``column`` is computed from, formulas computed when read followed."""
    spec = column.rollup
    if spec is None or spec.object not in schema.tables:
        return set()
    named = {spec.column, *((spec.field,) if spec.field else ()), *(sort.path[0] for sort in spec.order_by)}
    named |= {path[0] for path in spec.where.paths} if spec.where is not None else set()
    named |= {path[0] for path in spec.measure.paths} if spec.measure is not None else set()
    return {(spec.object, name) for name in _followed(schema, spec.object, named)}


def _followed(schema: Schema, object: str, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield name
        column = schema.tables[object].columns.get(name)
        if column is not None and column.expression is not None:
            yield from _followed(schema, object, {path[0] for path in column.expression.paths})


def _in_order(schema: Schema) -> list[Name]:
    """All roll-ups, each after those that it reads."""
    rollups = {(o, n): c for o, table in schema.tables.items() for n, c in table.columns.items() if c.rollup}
    ordered: dict[Name, None] = {}

    def visit(name: Name, above: frozenset[Name]) -> None:
        if name in ordered or name in above:
            return
        for read in sorted(rolled_columns(schema, rollups[name]) & rollups.keys()):
            visit(read, above | {name})
        ordered[name] = None

    for name in rollups:
        visit(name, frozenset())
    return list(ordered)
