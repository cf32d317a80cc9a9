"""What the store knows of the data: tables with named, typed columns. It never sees an object definition.

``records.schema.build_schema`` makes a ``Schema`` from the manifest; everything in ``storage/`` works from it. Names
here are logical (``opportunity.amount``); the column map (``storage.columns``) says which physical column holds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jimu.fieldtypes.kinds import Kind
from jimu.formulas.types import Symbol
from jimu.storage.entries import RollupSpec

# Columns that every table has, in this order, before its own.
SYSTEM_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("id", Kind.REFERENCE),            # primary key, foreign key to record.id
    ("title", Kind.TEXT),              # the record's title, also in record.title
    ("owner", Kind.REFERENCE),         # user; None: in a pool or the object has no owner
    ("record_type", Kind.TEXT),
    ("created_at", Kind.DATETIME), ("created_by", Kind.REFERENCE),
    ("updated_at", Kind.DATETIME), ("updated_by", Kind.REFERENCE),
    ("version", Kind.INTEGER),         # from 1, +1 at each write
    ("deleted_at", Kind.DATETIME),     # None: alive; else in the recycle bin
)


@dataclass(frozen=True, slots=True)
class Column:
    """One logical column.

    ``symbol`` is what formulas know of it. ``expression`` (a checked Formula) makes it virtual: no physical column, its
    SQL is inlined wherever it is named. ``stored_expression`` marks a stored formula (deterministic, own record only):
    the store back-fills it when the formula changes. ``rollup`` marks a roll-up: the store computes it for all rows
    when it is new or reads differently; whoever changes the rows it reads has it recomputed.
    ``target``: objects a reference may point at; () = any. ``on_delete``: restrict, set_null or cascade. ``was``:
    earlier names, so that a rename keeps the data. ``sparse`` columns live in the ``ext`` JSON column.
    """

    name: str
    kind: Kind
    symbol: Symbol
    scale: int = 0
    length: int | None = None
    target: tuple[str, ...] = ()
    on_delete: str = "set_null"
    expression: Any = None
    stored_expression: Any = None
    rollup: RollupSpec | None = None
    sparse: bool = False
    search: bool = False
    pinyin: bool = False
    summed: bool = False
    secret: bool = False
    was: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: bool = False              # only in ``ddl.preview``: not in the table yet, blank in every row

    @property
    def is_virtual(self) -> bool:
        return self.expression is not None or not self.kind.has_column

    @property
    def computed_from(self) -> str | None:
        """The source of what fills the column for all rows; None: people and programs do."""
        if self.rollup is not None:
            return self.rollup.source
        return self.stored_expression.source if self.stored_expression is not None else None


@dataclass(frozen=True, slots=True)
class Unique:
    """No two living records share these values. A record with a blank among them is let off (``blank_aware``)."""

    columns: tuple[str, ...]
    blank_aware: bool = True


@dataclass(frozen=True, slots=True)
class Index:
    columns: tuple[str, ...]           # a leading "-" means descending


@dataclass(frozen=True, slots=True)
class Table:
    """The table of one object. ``columns`` excludes retired fields; their physical columns stay in the column map."""

    object: str
    columns: Mapping[str, Column]      # system columns included
    uniques: tuple[Unique, ...] = ()
    indexes: tuple[Index, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    history: bool = True
    search: bool = True
    was: tuple[str, ...] = ()          # earlier names of the object, so that a rename keeps the data


@dataclass(frozen=True, slots=True)
class Schema:
    """``zone``: whose clocks say what day it is where nobody asks, as in the views for reports."""

    tables: Mapping[str, Table]
    revision: str = ""
    zone: str = "UTC"

    def find(self, object: str, name: str) -> Symbol | None:
        """The ``formulas.Scope`` protocol."""
        table = self.tables.get(object)
        column = table.columns.get(name) if table else None
        return column.symbol if column else None

    def names(self, object: str) -> list[str]:
        table = self.tables.get(object)
        return list(table.columns) if table else []
