"""Altering objects' tables to a schema: plan (data), then apply (one transaction under a lock). Never moves a row to
rename.

``plan_ddl`` says what would be done, ``apply_ddl`` does it, ``count_misfits`` says what a change of type cannot
carry over, ``preview_store`` lets rows that are there be asked under a schema that is not yet applied.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from jimu.storage.columns import ColumnMap, load_columns
from jimu.storage.ddl.apply import Applier
from jimu.storage.ddl.backfill import convertible
from jimu.storage.ddl.changes import SchemaChange
from jimu.storage.ddl.convert import MISFIT
from jimu.storage.ddl.existing import plan_indexes
from jimu.storage.ddl.plan import plan_columns
from jimu.storage.ddl.preview import preview_store
from jimu.storage.schema import Schema

if TYPE_CHECKING:
    from jimu.storage.connections import Connections

__all__ = ["SchemaChange", "apply_ddl", "count_misfits", "plan_ddl", "preview_store"]


def plan_ddl(database: Connections, schema: Schema) -> list[SchemaChange]:
    """What ``apply_ddl`` would do now. Indexes of tables that do not exist yet are not listed."""
    with database.reading() as connection:
        columns = load_columns(connection)
        changes = plan_columns(columns, schema)
        return [*changes, *plan_indexes(connection, _after(columns, changes), schema, database.has_trigrams)]


def _after(columns: ColumnMap, changes: list[SchemaChange]) -> ColumnMap:
    """The map as it will be, for naming indexes; new entries get ids that nobody else has."""
    number = 0
    for change in changes:
        for entry in (change.source, change.entry):
            if entry is not None and change.kind != "create_table":
                number -= 1
                columns = columns.with_entries([entry if entry.id else replace(entry, id=number)])
    return columns


def apply_ddl(
    connection: sa.Connection, schema: Schema, *, database: Connections
) -> tuple[ColumnMap, list[SchemaChange]]:
    """Alter the tables inside ``Database.altering``; returns the new column map and what was done.

    Raises UniqueConflict when rows break a new unique key; then nothing is changed once the transaction is rolled back.
    """
    applier = Applier(connection, schema, database.capabilities, database.has_trigrams)
    done = applier.run()
    return applier.columns, done


def count_misfits(database: Connections, change: SchemaChange, limit: int = 5) -> tuple[int, list[tuple[int, Any]]]:
    """For a change of type: how many values do not fit the new one, and the first of them as (id, value)."""
    if change.kind != "change_type" or change.source is None or change.definition is None:
        return 0, []
    with database.reading() as connection:
        columns = load_columns(connection)
        table = columns.table(change.source.object) or columns.table(change.object) or ""
        found = ((id, value) for id, value, new in convertible(connection, table, change.source, change.definition)
                 if new is MISFIT)
        first = list(islice(found, limit))
        return len(first) + sum(1 for _ in found), first
