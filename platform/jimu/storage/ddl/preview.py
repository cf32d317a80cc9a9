"""Rows that are there, seen under a schema that is not yet applied: for counting what a change would do to the data.

Columns that do not exist yet are blank, stored formulas are computed, roll-ups that will read differently are as they
are now, columns that change their type are blank (see ``count_misfits`` for those), values that are to move are read
where they lie.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jimu.storage.columns import ACTIVE, ColumnMap, load_columns
from jimu.storage.ddl.plan import plan_columns
from jimu.storage.schema import Column, Schema, Table
from jimu.storage.store import Store

if TYPE_CHECKING:
    from jimu.storage.connections import Connections


def preview_store(database: Connections, schema: Schema) -> Store:
    """A store for reading only; objects whose table does not exist yet are left out of its schema."""
    with database.reading() as connection:
        columns = load_columns(connection)
    future, missing = columns, set()
    for change in plan_columns(columns, schema):
        if change.entry is None or change.kind == "create_table":
            continue
        if change.kind == "move_column" and change.source is not None:
            future = future.with_entries([replace(change.source, state=ACTIVE)])
            continue
        if change.entry.id:
            future = future.with_entries(e for e in (change.source, change.entry) if e is not None)
        is_refilled = change.kind == "refill" and change.definition is not None and change.definition.rollup is None
        if change.entry.id == 0 or is_refilled or change.kind == "change_type":
            missing.add((change.object, change.column))
    tables = {name: _seen(table, future, missing) for name, table in schema.tables.items() if future.table(name)}
    return Store(database, Schema(tables, schema.revision), future, is_observed=False)


def _seen(table: Table, columns: ColumnMap, missing: set[tuple[str, str]]) -> Table:
    changed: dict[str, Column] = {}
    for name, column in table.columns.items():
        if (table.object, name) not in missing:
            changed[name] = column
        elif column.stored_expression is not None:
            changed[name] = replace(column, expression=column.stored_expression, stored_expression=None)
        else:
            changed[name] = replace(column, missing=True)
    return replace(table, columns=changed)
