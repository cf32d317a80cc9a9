"""Where formulas, filters and sorts find their columns: one table and the tables it reaches over lookups, by left joins."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from jimu.fieldtypes.kinds import Kind
from jimu.formulas.types import TEXT, Path, Symbol
from jimu.storage import tables
from jimu.storage.binding import BoundTable, Catalog
from jimu.storage.errors import UnknownColumn
from jimu.storage.schema import Column

# Of a record that may be of any object only these can be read.
_ANY_RECORD = {
    "id": Column("id", Kind.REFERENCE, Symbol(TEXT)),
    "title": Column("title", Kind.TEXT, Symbol(TEXT)),
    "object": Column("object", Kind.TEXT, Symbol(TEXT)),
}


class SelectScope:
    """The ``SqlScope`` of a statement over ``object``. Joins are added when a path first needs them.

    ``aliased`` False: the table goes by its own name, for UPDATE.
    """

    def __init__(self, catalog: Catalog, object: str, *, aliased: bool = True) -> None:
        self.catalog = catalog
        self.object = object
        self.dialect = catalog.capabilities.name
        self.bound: BoundTable = catalog.table(object)
        self.root: Any = self.bound.sql.alias() if aliased else self.bound.sql
        self._joined: dict[Path, tuple[BoundTable | None, Any]] = {(): (self.bound, self.root)}
        self._joins: list[tuple[Any, sa.ColumnElement[bool]]] = []

    def column(self, path: Path) -> tuple[sa.ColumnElement[Any] | None, Column]:
        """See ``expressions.SqlScope``."""
        bound, alias = self._table(path[:-1])
        name = path[-1]
        if bound is None:
            if name not in _ANY_RECORD:
                raise UnknownColumn("record", name)
            return alias.c[name], _ANY_RECORD[name]
        column = bound.column(name)
        return (alias.c[name] if name in bound.physical else None), column

    def own(self, name: str) -> Any:
        """A column of the table itself by logical name."""
        if name not in self.bound.physical:
            raise UnknownColumn(self.object, name)
        return self.root.c[name]

    def from_clause(self) -> Any:
        """The table with the joins that were needed; ask for it last."""
        clause = self.root
        for alias, condition in self._joins:
            clause = clause.outerjoin(alias, condition)
        return clause

    def _table(self, prefix: Path) -> tuple[BoundTable | None, Any]:
        found = self._joined.get(prefix)
        if found is not None:
            return found
        reference, column = self.column(prefix)
        if reference is None or column.kind is not Kind.REFERENCE:
            raise UnknownColumn(self.object, ".".join(prefix))
        bound = self.catalog.table(column.target[0]) if len(column.target) == 1 else None
        alias = (bound.sql if bound else tables.record).alias()
        self._joins.append((alias, alias.c["id"] == reference))
        self._joined[prefix] = (bound, alias)
        return bound, alias
