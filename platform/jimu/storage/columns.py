"""The column map: where the values of a logical column lie, kept in the database beside the data it describes.

An entry is ``active``, ``retired`` (the field is gone from the configuration; column and values stay and come back
with it) or ``replaced`` (of another type or elsewhere; the values from before that change).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import sqlalchemy as sa

from jimu.fieldtypes.kinds import Kind
from jimu.storage import tables
from jimu.storage.connection import Connection
from jimu.storage.schema import Column

ACTIVE, RETIRED, REPLACED = "active", "retired", "replaced"


@dataclass(frozen=True, slots=True)
class Entry:
    """``name`` '' stands for the object's table. ``formula``: source of the stored formula or of the roll-up that
    filled the column.

    ``physical`` is a column of its own, or the table's JSON column where there is a ``key`` that they lie under.
    ``detail`` keeps the key, and what later versions of the engine may want to know of the entry.
    """

    id: int
    object: str
    name: str
    physical: str
    kind: str
    scale: int = 0
    state: str = ACTIVE
    formula: str | None = None
    detail: Mapping[str, Any] | None = None

    @property
    def key(self) -> str:
        """The key in the JSON column ``physical``; '': the values have a column of their own."""
        return str((self.detail or {}).get("key", ""))

    def fits(self, column: Column) -> bool:
        """Whether ``column``'s values can lie here as they are."""
        return self.holds(column) and bool(self.key) == column.sparse

    def holds(self, column: Column) -> bool:
        """Whether these are values as ``column`` has them, if perhaps elsewhere."""
        return self.kind == column.kind.value and (self.scale == column.scale or column.kind is not Kind.DECIMAL)


@dataclass(frozen=True)
class ColumnMap:
    """Immutable; ``apply_ddl`` returns the next one."""

    entries: tuple[Entry, ...] = ()

    def __post_init__(self) -> None:
        active = {(e.object, e.name): e for e in self.entries if e.state == ACTIVE}
        object.__setattr__(self, "_active", active)

    def find(self, object: str, name: str) -> Entry | None:
        """The active entry of a column, or of a table (name '')."""
        found: Entry | None = self._active.get((object, name))  # type: ignore[attr-defined]
        return found

    def table(self, object: str) -> str | None:
        """The physical table of ``object``."""
        entry = self.find(object, "")
        return entry.physical if entry else None

    def of(self, object: str) -> list[Entry]:
        """All entries of an object, those of its columns that are retired or replaced too."""
        return [e for e in self.entries if e.object == object]

    def with_entries(self, changed: Iterable[Entry]) -> ColumnMap:
        """The map with entries of the same id replaced and others added."""
        by_id = {e.id: e for e in self.entries}
        by_id.update({e.id: e for e in changed})
        return ColumnMap(tuple(by_id.values()))


def load_columns(connection: Connection | sa.Connection) -> ColumnMap:
    """Read the column map."""
    c = tables.column_map.c
    text = "SELECT id, object, name, physical, kind, scale, state, formula, detail FROM column_map ORDER BY id"
    if isinstance(connection, Connection):
        rows: Iterable[Any] = connection.rows(text)
    else:
        rows = connection.execute(sa.select(c.id, c.object, c.name, c.physical, c.kind, c.scale, c.state, c.formula,
                                            c.detail).order_by(c.id))
    return ColumnMap(tuple(
        Entry(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], orjson.loads(r[8]) if r[8] else None) for r in rows))


def save_entry(connection: sa.Connection, entry: Entry) -> Entry:
    """Insert (id 0) or update an entry; returns it with its id."""
    if not entry.id:
        return insert_entries(connection, [entry])[0]
    table = tables.column_map
    connection.execute(table.update().where(table.c.id == entry.id).values(_row(entry)))
    return entry


def insert_entries(connection: sa.Connection, entries: Sequence[Entry]) -> list[Entry]:
    """Insert new entries in their order, with few statements; returns them with their ids."""
    if not entries:
        return []
    id = tables.column_map.c.id
    statement = tables.column_map.insert().returning(id, sort_by_parameter_order=True)
    made = connection.execute(statement, [_row(entry) for entry in entries]).scalars().all()
    return [replace(entry, id=new) for entry, new in zip(entries, made, strict=True)]


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "object": entry.object, "name": entry.name, "physical": entry.physical, "kind": entry.kind,
        "scale": entry.scale, "state": entry.state, "formula": entry.formula,
        "detail": orjson.dumps(dict(entry.detail)).decode() if entry.detail else None,
    }
