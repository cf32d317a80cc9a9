"""Where formulas, filters and sorts find their columns: one table and those it reaches over lookups, by left joins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from jimu.fieldtypes.kinds import Kind
from jimu.formulas.types import TEXT, Path, Symbol
from jimu.storage import tables
from jimu.storage.binding import BoundTable, Catalog
from jimu.storage.errors import UnknownColumn
from jimu.storage.schema import Column

if TYPE_CHECKING:
    from jimu.storage.guards import Guards

# Of a record that may be of any object only these can be read.
_ANY_RECORD = {
    "id": Column("id", Kind.REFERENCE, Symbol(TEXT)),
    "title": Column("title", Kind.TEXT, Symbol(TEXT)),
    "object": Column("object", Kind.TEXT, Symbol(TEXT)),
}


class SelectScope:
    """The ``SqlScope`` of a statement over ``object``. Joins are added when a path first needs them.

    ``aliased`` False: the table goes by its own name, for UPDATE. ``enters_by_id`` and ``uses_text_index`` are how a
    list is read, see ``storage.route``.
    """

    def __init__(self, catalog: Catalog, object: str, *, aliased: bool = True) -> None:
        self.catalog = catalog
        self.object = object
        self.dialect = catalog.capabilities.name
        self.bound: BoundTable = catalog.table(object)
        self.root: Any = self.bound.sql.alias() if aliased else self.bound.sql
        self.guards: Guards | None = None
        self.enters_by_id = False
        self.uses_text_index = True
        self._guarded = False
        self._joined: dict[tuple[Path, bool], tuple[BoundTable | None, Any]] = {
            ((), False): (self.bound, self.root), ((), True): (self.bound, self.root)}
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
        place = bound.places.get(name)
        return (place.element(alias) if place is not None else None), column

    def beside(self, object: str) -> SelectScope:
        """See ``expressions.SqlScope``; nobody's rules are asked of what is read so."""
        return SelectScope(self.catalog, object)

    def own(self, name: str) -> Any:
        """A column of the table itself by logical name."""
        place = self.bound.places.get(name)
        if place is None:
            raise UnknownColumn(self.object, name)
        return place.element(self.root)

    def where_reached(self, path: Path, value: Any) -> Any:
        """``value``, a formula of the record that ``path`` leads into; blank where there is no such record."""
        if len(path) == 1:
            return value
        id, _ = self.column((*path[:-1], "id"))
        assert id is not None
        return sa.case((id.is_not(None), value))

    def from_clause(self) -> Any:
        """The table with the joins that were needed; ask for it last."""
        clause = self.root
        for alias, condition in self._joins:
            clause = clause.outerjoin(alias, condition)
        return clause

    @contextmanager
    def guarding(self, guarded: bool = True) -> Iterator[None]:
        """Inside the block paths see only what the guards let through; the same path outside has a join of its own."""
        before, self._guarded = self._guarded, guarded and self.guards is not None
        try:
            yield
        finally:
            self._guarded = before

    def _table(self, prefix: Path) -> tuple[BoundTable | None, Any]:
        found = self._joined.get((prefix, self._guarded))
        if found is not None:
            return found
        reference, column = self.column(prefix)
        if reference is None or column.kind is not Kind.REFERENCE:
            raise UnknownColumn(self.object, ".".join(prefix))
        bound = self.catalog.table(column.target[0]) if len(column.target) == 1 else None
        alias = self._alias(bound.sql if bound else tables.record)
        condition: Any = alias.c["id"] == reference
        if self._guarded and self.guards is not None and bound is not None:
            guard = self.guards.condition(self.catalog, column.target[0], alias, SelectScope)
            condition = condition if guard is None else sa.and_(condition, guard)
        self._joins.append((alias, condition))
        self._joined[prefix, self._guarded] = (bound, alias)
        return bound, alias

    def _alias(self, sql: Any) -> Any:
        """What a joined table is called."""
        return sql.alias()
