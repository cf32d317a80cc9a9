"""What a new schema does to the tables, as data: for the plan that people read and for ``apply``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jimu.storage.columns import ColumnMap, Entry
from jimu.storage.schema import Column


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One change of one table.

    ``kind``: create_table, rename_table, retire_table, restore_table, add_column, rename_column, retire_column,
    restore_column, change_type, move_column (its values are to lie elsewhere), refill (a stored formula reads
    differently), keep_values (it is no formula any more), rebuild_search, add_index, drop_index,
    add_unique, drop_unique. ``column``: the logical name ('' for the table); ``columns``: those of an index or key.
    ``before``/``after``: names at a rename, types at a change of type,
    ``column`` and ``ext`` at a move.
    """

    kind: str
    object: str
    column: str = ""
    columns: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    definition: Column | None = None
    entry: Entry | None = None         # the map's entry as it will be (id 0: new)
    source: Entry | None = None        # change_type, move_column: where the values are now
    sql: str = ""                      # indexes: the statement

    def dump(self) -> dict[str, Any]:
        """What people and programs are told of it."""
        told = {"kind": self.kind, "object": self.object, "column": self.column, "columns": list(self.columns),
                "before": self.before, "after": self.after}
        return {key: value for key, value in told.items() if value}


@dataclass(frozen=True)
class SchemaPlan:
    """``changes`` in the order in which they are done. ``columns``: the map as it was when the plan was made."""

    columns: ColumnMap
    changes: tuple[SchemaChange, ...] = field(default=())
