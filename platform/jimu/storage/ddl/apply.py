"""Doing the changes of a plan, in the transaction of ``Database.altering``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from jimu.fieldtypes.kinds import Kind
from jimu.storage.binding import SEARCH_COLUMN, Catalog, search_table_name
from jimu.storage.capabilities import Capabilities
from jimu.storage.columns import ColumnMap, Entry, insert_entries, load_columns, save_entry
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection, UniqueViolation
from jimu.storage.ddl.backfill import convert_column, fill_formula, move_column, rebuild_search
from jimu.storage.ddl.changes import SchemaChange
from jimu.storage.ddl.existing import plan_indexes
from jimu.storage.ddl.plan import plan_columns
from jimu.storage.ddl.rollups import fill_rollups
from jimu.storage.ddl.views import replace_views
from jimu.storage.errors import UniqueConflict
from jimu.storage.names import quoted
from jimu.storage.physical import sql_type
from jimu.storage.places import ext_definition
from jimu.storage.schema import Column, Schema

_NOT_NULL = frozenset({"version", "created_at", "updated_at"})
_NO_FOREIGN_KEY = frozenset({"id", "created_by", "updated_by"})


class Applier:
    """Alters tables to a schema; ``columns`` is the map as far as it has got."""

    def __init__(self, connection: sa.Connection, schema: Schema, capabilities: Capabilities, trigrams: bool) -> None:
        self.sa = connection
        self.connection = Connection(connection.connection.driver_connection, capabilities)
        self.schema = schema
        self.capabilities = capabilities
        self.trigrams = trigrams
        self.columns: ColumnMap = load_columns(connection)
        self._planned: list[SchemaChange] = []
        self._refill: list[SchemaChange] = []
        self._filled: set[tuple[str, str]] = set()
        self._search: set[str] = set()
        self._added: set[tuple[str, str]] = set()

    def run(self) -> list[SchemaChange]:
        """Plan and do everything; returns what was done."""
        changes = self._planned = plan_columns(self.columns, self.schema)
        for change in _renames_first(changes):
            _DO[change.kind](self, change)
        indexes = plan_indexes(self.connection, self.columns, self.schema, self.trigrams)
        for change in indexes:
            self._index(change)
        catalog = Catalog(self.schema, self.columns, self.capabilities, self.trigrams)
        self._fill(catalog)
        for object in sorted(self._search):
            rebuild_search(self.connection, catalog, object)
        replace_views(self.connection, catalog, self.sa.dialect, {c.object for c in changes})
        return [*changes, *indexes]

    def _fill(self, catalog: Catalog) -> None:
        """Stored formulas first: roll-ups may read them. What is searched for and was filled is indexed anew."""
        for change in self._refill:
            fill_formula(self.connection, self.sa.dialect, catalog, change)
        if self._filled:
            fill_rollups(self.connection, StatementCache(catalog, self.sa.dialect), self._filled)
        for object, name in self._filled:
            column = self.schema.tables[object].columns[name]
            if column.search and self.schema.tables[object].search:
                self._search.add(object)
        if self.capabilities.plans_by_statistics:
            for object in sorted({object for object, _ in self._filled}):
                self.execute(f"ANALYZE {quoted(self.table_name(object))}")

    def _to_fill(self, change: SchemaChange, column: Column) -> None:
        """The column's values are to be computed, or have changed."""
        self._filled.add((change.object, change.column))
        if column.stored_expression is not None:
            self._refill.append(change)

    def execute(self, text: str) -> None:
        self.connection.run(text)

    def save(self, entry: Entry) -> Entry:
        saved = save_entry(self.sa, entry)
        self.columns = self.columns.with_entries([saved])
        return saved

    def table_name(self, object: str) -> str:
        name = self.columns.table(object)
        if name is None:
            raise LookupError(f"{object} has no table")
        return name

    def create_table(self, change: SchemaChange) -> None:
        """The table with all its columns at once: altering is slow on SQLite when there are many tables."""
        entry = self.save(_entry(change))
        made = [c for c in self._planned if c.kind == "add_column" and c.object == change.object]
        name = quoted(entry.physical)
        own = [c for c in made if _entry(c).physical and not _entry(c).key]
        ext = next((_entry(c).physical for c in made if _entry(c).key), "")
        columns = ", ".join([*(self._definition(_column(c), _entry(c).physical) for c in own),
                             *([ext_definition(ext, self.capabilities)] if ext else [])])
        if self.capabilities.text_search_in_row:
            self.execute(f"CREATE TABLE {name} ({columns}, {SEARCH_COLUMN} tsvector)")
        else:
            self.execute(f"CREATE TABLE {name} ({columns}) STRICT")
            self.execute(f"CREATE VIRTUAL TABLE {quoted(search_table_name(entry.physical))} USING fts5"
                         "(title, body, tokenize='unicode61 remove_diacritics 0', detail=column)")
        self.columns = self.columns.with_entries(insert_entries(self.sa, [_entry(column) for column in made]))

    def _definition(self, column: Column, physical: str) -> str:
        spelt = sql_type(column, self.capabilities).compile(self.sa.dialect)
        if column.name == "id":
            return f"{quoted(physical)} {spelt} PRIMARY KEY"
        required = " NOT NULL" if column.name in _NOT_NULL else ""
        key = " REFERENCES record(id)" if _has_foreign_key(column) else ""
        return f"{quoted(physical)} {spelt}{required}{key}"

    def add_column(self, change: SchemaChange) -> None:
        entry, column = _entry(change), _column(change)
        if self.columns.find(entry.object, entry.name) is not None:
            return  # came with the table, which has no rows
        self._add_physical(entry, column)
        self.save(entry)
        if column.computed_from is None:
            self._added.add((entry.object, entry.name))
        else:
            self._to_fill(change, column)

    def _add_physical(self, entry: Entry, column: Column) -> None:
        if entry.key:
            self._add_ext(entry)
            return
        if not entry.physical:
            return
        table, name = quoted(self.table_name(entry.object)), quoted(entry.physical)
        spelt = sql_type(column, self.capabilities).compile(self.sa.dialect)
        if not _has_foreign_key(column):
            self.execute(f"ALTER TABLE {table} ADD COLUMN {name} {spelt}")
        elif self.capabilities.exact_numeric:
            # NOT VALID: there is nothing in a new column that would have to be checked.
            self.execute(f"ALTER TABLE {table} ADD COLUMN {name} {spelt}")
            self.execute(f"ALTER TABLE {table} ADD FOREIGN KEY ({name}) REFERENCES record(id) NOT VALID")
        else:
            self.execute(f"ALTER TABLE {table} ADD COLUMN {name} {spelt} REFERENCES record(id)")

    def _add_ext(self, entry: Entry) -> None:
        """The table's JSON column, when the first of its values is to lie there."""
        if not any(e.key for e in self.columns.of(entry.object)):
            definition = ext_definition(entry.physical, self.capabilities)
            self.execute(f"ALTER TABLE {quoted(self.table_name(entry.object))} ADD COLUMN {definition}")

    def keep_entry(self, change: SchemaChange) -> None:
        """Changes that are in the map alone."""
        self.save(_entry(change))
        if change.kind == "restore_column":
            self._to_fill(change, _column(change))
        if change.kind == "restore_table":  # the rows that its roll-ups read have gone on changing
            columns = self.schema.tables[change.object].columns.values()
            self._filled |= {(change.object, column.name) for column in columns if column.rollup}
        if change.kind in ("retire_column", "restore_column") and change.object in self.schema.tables:
            search = self.schema.tables[change.object].columns.get(change.column)
            if search is not None and search.search:
                self._search.add(change.object)

    def rename_table(self, change: SchemaChange) -> None:
        """The physical table keeps its name; the records' identity rows and the map carry the new one."""
        for entry in self.columns.of(change.before):
            self.save(replace(entry, object=change.after))
        mark = self.capabilities.mark
        for table in ("record", "history"):
            self.connection.run(f"UPDATE {table} SET object = {mark} WHERE object = {mark}",  # noqa: S608
                                (change.after, change.before))

    def change_type(self, change: SchemaChange) -> None:
        """The values are written anew, of another type or elsewhere; where they were they stay."""
        entry, column = _entry(change), _column(change)
        assert change.source is not None
        if entry.id == 0:
            self._add_physical(entry, column)
        self.save(change.source)
        saved = self.save(entry)
        self._to_fill(replace(change, entry=saved), column)
        if change.kind == "move_column":
            move_column(self.connection, self.table_name(change.object), change.source, saved, column)
        elif column.computed_from is None:
            convert_column(self.connection, self.table_name(change.object), change.source, saved, column,
                           is_back=entry.id != 0)

    def refill(self, change: SchemaChange) -> None:
        self.save(_entry(change))
        self._to_fill(change, _column(change))

    def rebuild_search(self, change: SchemaChange) -> None:
        """Index the rows anew, unless all that is new are columns made just now, which are blank everywhere."""
        before = self.columns.find(change.object, "")
        had = set((before.detail or {}).get("search", ())) if before else set()
        wanted = set((_entry(change).detail or {}).get("search", ()))
        self.save(_entry(change))
        blank = {mark for mark in wanted - had if (change.object, mark.partition(":")[0]) in self._added}
        if wanted != had | blank:
            self._search.add(change.object)

    def _index(self, change: SchemaChange) -> None:
        try:
            self.execute(change.sql)
        except UniqueViolation as error:
            raise UniqueConflict(change.object, change.columns) from error


def _entry(change: SchemaChange) -> Entry:
    assert change.entry is not None
    return change.entry


def _column(change: SchemaChange) -> Column:
    assert change.definition is not None
    return change.definition


def _has_foreign_key(column: Column) -> bool:
    return column.kind is Kind.REFERENCE and column.name not in _NO_FOREIGN_KEY


def _renames_first(changes: list[SchemaChange]) -> list[SchemaChange]:
    """A name must be given up before another column takes it."""
    order = {"rename_table": 0, "create_table": 1, "restore_table": 1, "retire_column": 2, "rename_column": 3}
    return sorted(changes, key=lambda c: order.get(c.kind, 4))


_DO: Mapping[str, Callable[[Applier, SchemaChange], Any]] = {
    "create_table": Applier.create_table, "rename_table": Applier.rename_table, "retire_table": Applier.keep_entry,
    "restore_table": Applier.keep_entry, "add_column": Applier.add_column, "rename_column": Applier.keep_entry,
    "retire_column": Applier.keep_entry, "restore_column": Applier.keep_entry, "change_type": Applier.change_type,
    "move_column": Applier.change_type,
    "refill": Applier.refill, "keep_values": Applier.keep_entry, "rebuild_search": Applier.rebuild_search,
}
