"""Indexes that are there against indexes that are wanted."""

from __future__ import annotations

from jimu.storage.columns import ColumnMap
from jimu.storage.connection import Connection
from jimu.storage.ddl.changes import SchemaChange
from jimu.storage.ddl.indexes import IndexPlanner, WantedIndex
from jimu.storage.names import quoted
from jimu.storage.places import place_of
from jimu.storage.schema import Schema

_EXACT = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
_PLAIN = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"


def existing_indexes(connection: Connection) -> dict[str, dict[str, str]]:
    """Table → name → definition, of indexes that this package made."""
    found: dict[str, dict[str, str]] = {}
    for table, name, sql in connection.rows(_EXACT if connection.capabilities.exact_numeric else _PLAIN):
        if name.startswith(("ix_", "ux_")):
            found.setdefault(table, {})[name] = sql
    return found


def wanted_indexes(columns: ColumnMap, schema: Schema, object: str, connection: Connection,
                   trigrams: bool) -> dict[str, WantedIndex]:
    """By name, for the object's table as the map has it."""
    table = schema.tables[object]
    name = columns.table(object)
    terms = {c.name: place_of(e, c, connection.capabilities).text() for c in table.columns.values()
             if (e := columns.find(object, c.name)) is not None and e.physical}
    return IndexPlanner(table, name or "", terms, connection.capabilities, trigrams).wanted()


def plan_indexes(connection: Connection, columns: ColumnMap, schema: Schema, trigrams: bool) -> list[SchemaChange]:
    """Indexes to drop and to make; those of retired objects stay as they are."""
    existing = existing_indexes(connection)
    changes: list[SchemaChange] = []
    for object in schema.tables:
        name = columns.table(object)
        if name is None:
            continue
        have = existing.get(name, {})
        wanted = wanted_indexes(columns, schema, object, connection, trigrams)
        for gone in have.keys() - wanted.keys():
            kind = "drop_unique" if gone.startswith("ux_") else "drop_index"
            changes.append(SchemaChange(kind, object, before=have[gone], sql=f"DROP INDEX {quoted(gone)}"))
        for index in wanted.values():
            if index.name not in have:
                kind = "add_unique" if index.unique else "add_index"
                changes.append(SchemaChange(kind, object, columns=index.columns, sql=index.sql))
    return changes
