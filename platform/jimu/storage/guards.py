"""Guards: what the asker may not read looks blank when a path of the question leads into it.

A guarded path joins a record only if it matches the guard of its object, so that filters, sorts and groups cannot
tell of it. The constants of guards are compiled in, and so they are part of the statement's shape.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from jimu.formulas.types import Environment
from jimu.storage.filters import FilterCompiler
from jimu.storage.query import Filter
from jimu.storage.shapes import ShapeReader

if TYPE_CHECKING:
    from jimu.storage.binding import Catalog
    from jimu.storage.scope import SelectScope


class Guards:
    """The guards of one question. ``key`` and ``cacheable`` are its part of the statement's shape."""

    def __init__(self, filters: Mapping[str, Filter], environment: Environment) -> None:
        self._filters = filters
        self._environment = environment

    def key(self, reader: ShapeReader) -> Hashable:
        """What the SQL depends on; tells ``reader`` if it may not be kept."""
        found = []
        for object, filter in sorted(self._filters.items()):
            own = ShapeReader(reader.catalog, self._environment)
            found.append((object, own.key(filter, object), repr(own.values)))
            reader.cacheable = reader.cacheable and own.cacheable
        return tuple(found)

    def condition(self, catalog: Catalog, object: str, alias: Any, scope_type: type[SelectScope]) -> Any:
        """That the row of ``object`` under ``alias`` may be read; None: all may."""
        filter = self._filters.get(object)
        if filter is None:
            return None
        reader = ShapeReader(catalog, self._environment)
        reader.key(filter, object)
        other = scope_type(catalog, object)
        condition = _Compiler(self._environment, reader.values).condition(filter, other)
        row: Any = sa.select(sa.literal_column("1")).select_from(other.from_clause())
        return sa.exists(row.where(other.own("id") == alias.c["id"], condition))


class _Compiler(FilterCompiler):
    """Compiles the constants in, in the order in which the shape gave them."""

    def __init__(self, environment: Environment, values: list[Any]) -> None:
        super().__init__(environment)
        self._values = iter(values)

    def parameter(self, type_: Any = None) -> sa.BindParameter[Any]:
        value = next(self._values)
        if isinstance(type_, sa.ARRAY) and isinstance(value, str):
            value = [int(number) for number in value[1:-1].split(",")]   # see ``shapes``
        return sa.bindparam(None, value, type_=type_, unique=True)
