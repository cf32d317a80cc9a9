"""A schema bound to its physical tables: SQLAlchemy tables made from the column map when they are first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from jimu.fieldtypes.kinds import Kind
from jimu.storage.capabilities import Capabilities
from jimu.storage.codecs import Load, value_encoder
from jimu.storage.columns import ColumnMap
from jimu.storage.errors import UnknownColumn
from jimu.storage.names import short
from jimu.storage.places import EXT_KEY, Place, own_place, place_of
from jimu.storage.schema import Column, Schema, Table

SEARCH_COLUMN = "_search"
SEARCH_KEY = " search"   # by which SQLAlchemy knows it; no logical name has a blank


@dataclass(frozen=True)
class BoundTable:
    """``places`` says where each stored column's values lie; ``links`` the column map's ids of references columns.

    ``ext``: the physical name of the table's JSON column, '' where there is none.
    """

    name: str
    table: Table
    sql: Any                           # sqlalchemy.Table
    places: Mapping[str, Place]
    links: Mapping[str, int]
    capabilities: Capabilities
    ext: str = ""

    @cached_property
    def stored(self) -> tuple[Column, ...]:
        """Columns whose values lie in the table, in the schema's order."""
        return tuple(c for c in self.table.columns.values() if c.name in self.places)

    def text(self, name: str) -> str:
        """The value of a stored column in SQL text."""
        return self.places[name].text()

    def parted(self, names: Iterable[str]) -> tuple[list[Column], list[tuple[str, Column]]]:
        """Those of ``names`` with a physical column, and those under a key of the JSON column, with it."""
        own: list[Column] = []
        keyed: list[tuple[str, Column]] = []
        for name in names:
            key = self.places[name].key
            if key:
                keyed.append((key, self.column(name)))
            else:
                own.append(self.column(name))
        return own, keyed

    @cached_property
    def encoders(self) -> Mapping[str, Load]:
        """Logical name → Python value to driver value, for formulas that are computed when read too."""
        return {c.name: value_encoder(c, self.capabilities) for c in self.table.columns.values()}

    @cached_property
    def virtual(self) -> frozenset[str]:
        """Columns that are computed when they are read."""
        return frozenset(c.name for c in self.table.columns.values() if c.expression is not None)

    @cached_property
    def search_columns(self) -> tuple[Column, ...]:
        """Columns whose text goes into the search index, besides the title."""
        return tuple(c for c in self.stored if c.search and c.name != "title")

    @cached_property
    def leads_index(self) -> frozenset[str]:
        """Columns by which an index finds rows, as far as the schema asks for it."""
        columns = self.table.columns.values()
        stamps = ("created_by", "updated_by")
        references = (c.name for c in columns if c.kind is Kind.REFERENCE and c.name not in stamps)
        keys = [*(i.columns for i in self.table.indexes), *(u.columns for u in self.table.uniques)]
        asked = (columns[0].lstrip("-") for columns in keys)
        return frozenset({"id", "created_at", "updated_at", "title", *references, *asked})

    @cached_property
    def in_indexes(self) -> frozenset[str]:
        """Columns along which some index is sorted."""
        return self.leads_index | {name.lstrip("-") for i in self.table.indexes for name in i.columns}

    @property
    def search_table(self) -> str:
        """The FTS5 table, where tokens do not lie in the row."""
        return search_table_name(self.sql.name)

    def column(self, name: str) -> Column:
        found = self.table.columns.get(name)
        if found is None:
            raise UnknownColumn(self.name, name)
        return found


def search_table_name(table: str) -> str:
    return short(f"{table}_fts")


def _with_missing(sql: sa.Table, table: Table) -> Any:
    """The table; in a preview a subquery of it in which the missing columns are NULL."""
    missing = [c.name for c in table.columns.values() if c.missing and c.kind.has_column]
    if not missing:
        return sql
    there = [c for c in sql.c if c.key not in missing]
    nulls = [sa.cast(sa.null(), sql.c[name].type).label(name) for name in missing]
    return sa.select(*there, *nulls).subquery()


class Catalog:
    """All bound tables of one schema on one database. ``trigrams``: see ``Database.has_trigrams``."""

    def __init__(self, schema: Schema, columns: ColumnMap, capabilities: Capabilities, trigrams: bool) -> None:
        self.schema = schema
        self.trigrams = trigrams
        self.columns = columns
        self.capabilities = capabilities
        self._bound: dict[str, BoundTable] = {}

    def table(self, object: str) -> BoundTable:
        """Raises UnknownColumn for an object that has no table."""
        found = self._bound.get(object)
        if found is None:
            found = self._bound.setdefault(object, self._bind(object))
        return found

    def columns_of(self, object: str) -> frozenset[str]:
        """The columns of ``object`` that can be read here; empty where it has no table."""
        if object not in self.schema.tables or self.columns.table(object) is None:
            return frozenset()
        bound = self.table(object)
        return frozenset((*bound.places, *bound.links, *bound.virtual))

    def _bind(self, object: str) -> BoundTable:
        table = self.schema.tables.get(object)
        name = self.columns.table(object)
        if table is None or name is None:
            raise UnknownColumn(object, "")
        places: dict[str, Place] = {}
        links: dict[str, int] = {}
        for column in table.columns.values():
            entry = self.columns.find(object, column.name)
            if column.missing and column.kind.has_column:
                places[column.name] = own_place(column, self.capabilities)
            if entry is None or column.missing:
                continue
            if column.kind is Kind.REFERENCES:
                links[column.name] = entry.id
            elif not column.is_virtual:
                places[column.name] = place_of(entry, column, self.capabilities)
        physical: list[sa.Column[Any]] = [
            sa.Column(p.physical, p.type, key=p.name) for p in places.values() if not p.key]
        ext = next((p.physical for p in places.values() if p.key), "")
        if ext:
            physical.append(sa.Column(ext, sa.Text(), key=EXT_KEY))
        if self.capabilities.text_search_in_row:
            physical.append(sa.Column(SEARCH_COLUMN, postgresql.TSVECTOR, key=SEARCH_KEY))
        # A fresh MetaData, so that two threads binding at once do not trip over each other.
        sql = sa.Table(name, sa.MetaData(), *physical)
        return BoundTable(object, table, _with_missing(sql, table), places, links, self.capabilities, ext)
