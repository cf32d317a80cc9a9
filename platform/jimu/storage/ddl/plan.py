"""From the column map and a schema to the changes between them. Reads names only; no rows, no locks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from jimu.fieldtypes.kinds import Kind
from jimu.storage.columns import ACTIVE, REPLACED, RETIRED, ColumnMap, Entry
from jimu.storage.ddl.changes import SchemaChange
from jimu.storage.names import free, table_name
from jimu.storage.places import EXT
from jimu.storage.schema import Column, Schema, Table

TABLE_KIND = "table"


def plan_columns(columns: ColumnMap, schema: Schema) -> list[SchemaChange]:
    """Changes of tables and columns (indexes are planned from the result)."""
    changes: list[SchemaChange] = []
    taken = {e.physical for e in columns.entries if e.name == ""}
    renamed = {was for t in schema.tables.values() for was in t.was if t.object != was}
    for table in schema.tables.values():
        changes += _plan_table(columns, table, taken)
    for entry in columns.entries:
        gone = entry.object not in schema.tables and entry.object not in renamed
        if entry.name == "" and entry.state == ACTIVE and gone:
            changes.append(SchemaChange("retire_table", entry.object, entry=replace(entry, state=RETIRED)))
    return changes


def _plan_table(columns: ColumnMap, table: Table, taken: set[str]) -> Iterator[SchemaChange]:
    entry, source = _find_table(columns, table)
    if entry is None:
        physical = free(table_name(table.object), taken)
        taken.add(physical)
        made = Entry(0, table.object, "", physical, TABLE_KIND, detail=search_detail(table))
        yield SchemaChange("create_table", table.object, entry=made)
        yield from _plan_columns([], table)
        return
    entries = [replace(e, object=table.object) for e in columns.of(source)]
    if source != table.object:
        yield SchemaChange("rename_table", table.object, before=source, after=table.object,
                           entry=replace(entry, object=table.object))
    elif entry.state == RETIRED:
        yield SchemaChange("restore_table", table.object, entry=replace(entry, state=ACTIVE))
    yield from _plan_columns([e for e in entries if e.name], table)
    wanted = search_detail(table)
    if dict(entry.detail or {}) != wanted:
        yield SchemaChange("rebuild_search", table.object,
                           entry=replace(entry, object=table.object, state=ACTIVE, detail=wanted))


def _find_table(columns: ColumnMap, table: Table) -> tuple[Entry | None, str]:
    """The entry of the object's table, by its name or an earlier one, and the name it has in the map."""
    for name in (table.object, *table.was):
        found = [e for e in columns.of(name) if e.name == "" and e.state in (ACTIVE, RETIRED)]
        if found:
            return found[0], name
    return None, table.object


def search_detail(table: Table) -> dict[str, list[str]]:
    """What the search index of a table is made from."""
    if not table.search:
        return {"search": []}
    title = table.columns.get("title")
    marks = ["title:pinyin" if title and title.pinyin else "title"]
    marks += sorted(f"{c.name}:pinyin" if c.pinyin else c.name for c in table.columns.values()
                    if c.search and c.name != "title" and not c.is_virtual)
    return {"search": marks}


def _plan_columns(entries: list[Entry], table: Table) -> Iterator[SchemaChange]:
    taken = _Taken(entries)
    kept: set[int] = set()
    for column in table.columns.values():
        if column.expression is not None or column.kind is Kind.COMPOSITE:
            continue
        for change in _plan_column(entries, table, column, taken):
            kept.update(e.id for e in (change.entry, change.source) if e is not None)
            yield change
        kept.update(e.id for e in entries if e.name == column.name and e.state == ACTIVE)
    for entry in entries:
        if entry.state == ACTIVE and entry.id not in kept:
            yield SchemaChange("retire_column", table.object, entry.name, entry=replace(entry, state=RETIRED))


def _plan_column(entries: list[Entry], table: Table, column: Column, taken: _Taken) -> Iterator[SchemaChange]:
    formula = column.computed_from
    current = _current(entries, table, column)
    if current is None:
        back = next((e for e in entries if e.name == column.name and e.state == RETIRED and e.fits(column)), None)
        if back is not None:
            yield SchemaChange("restore_column", table.object, column.name, definition=column,
                               entry=replace(back, state=ACTIVE, formula=formula))
            return
        current = next((e for e in entries if e.name == column.name and e.state == RETIRED and e.holds(column)), None)
    if current is None:
        yield SchemaChange("add_column", table.object, column.name, definition=column,
                           entry=_new_entry(table, column, formula, taken))
        return
    if current.name != column.name:
        yield SchemaChange("rename_column", table.object, column.name, before=current.name, after=column.name,
                           entry=replace(current, name=column.name, state=ACTIVE))
    if not current.fits(column):
        back = next((e for e in entries if e.name == column.name and e.state == REPLACED and e.fits(column)), None)
        entry = replace(back, state=ACTIVE, formula=formula) if back else _new_entry(table, column, formula, taken)
        kind, before, after = "change_type", spell(current.kind, current.scale), spell(column.kind.value, column.scale)
        if current.holds(column):
            kind, before, after = "move_column", _side(bool(current.key)), _side(column.sparse)
        yield SchemaChange(kind, table.object, column.name, before=before, after=after, definition=column, entry=entry,
                           source=replace(current, name=column.name, state=REPLACED))
    elif formula is not None and formula != current.formula:
        yield SchemaChange("refill", table.object, column.name, before=current.formula or "", after=formula,
                           definition=column, entry=replace(current, name=column.name, formula=formula))
    elif formula is None and current.formula is not None:
        yield SchemaChange("keep_values", table.object, column.name, before=current.formula,
                           entry=replace(current, name=column.name, formula=None))


def _current(entries: list[Entry], table: Table, column: Column) -> Entry | None:
    """The active entry by the column's name, or by an earlier one that no column has now."""
    for name in (column.name, *(was for was in column.was if was not in table.columns)):
        found = next((e for e in entries if e.name == name and e.state == ACTIVE), None)
        if found is not None:
            return found
    for name in (was for was in column.was if was not in table.columns):
        back = next((e for e in entries if e.name == name and e.state == RETIRED and e.holds(column)), None)
        if back is not None:
            return back
    return None


class _Taken:
    """Names in use in one table. The JSON column's is that of any entry with a key, since entries stay for good."""

    def __init__(self, entries: list[Entry]) -> None:
        self.physical = {e.physical for e in entries}
        self.keys = {e.key for e in entries if e.key}
        self.ext = next((e.physical for e in entries if e.key), "")

    def column(self, name: str) -> str:
        """A new physical name."""
        made = free(name, self.physical | _RESERVED)
        self.physical.add(made)
        return made

    def key(self, name: str) -> str:
        """A new key in the JSON column, whose name is fixed with the first of them."""
        made = free(name, self.keys)
        self.keys.add(made)
        self.ext = self.ext or self.column(EXT)
        return made


def _new_entry(table: Table, column: Column, formula: str | None, taken: _Taken) -> Entry:
    detail = {"key": taken.key(column.name)} if column.sparse else None
    physical = taken.ext if detail else "" if column.kind is Kind.REFERENCES else taken.column(column.name)
    return Entry(0, table.object, column.name, physical, column.kind.value, column.scale, ACTIVE, formula, detail)


def _side(keyed: bool) -> str:
    return "ext" if keyed else "column"


# Names with a meaning of their own in one of the databases.
_RESERVED = {"rowid", "oid", "_rowid_", "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "_search"}


def spell(kind: str, scale: int) -> str:
    """A type for people: decimal(2), text."""
    return f"{kind}({scale})" if kind == Kind.DECIMAL.value else kind
