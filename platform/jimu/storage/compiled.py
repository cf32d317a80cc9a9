"""The store's cache of compiled statements and row converters, by the shape of the question."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import sqlalchemy as sa

from jimu.storage.binding import Catalog
from jimu.storage.connection import list_parameter
from jimu.storage.filters import among
from jimu.storage.observed import Observations
from jimu.storage.statements import Prepared, prepare

_MOST = 4096


class StatementCache:
    """Shared by all transactions of one store; when it is full the older half goes."""

    def __init__(self, catalog: Catalog, dialect: sa.Dialect, observations: Observations | None = None) -> None:
        self.catalog = catalog
        self.dialect = dialect
        self.observations = observations or Observations()
        self._kept: dict[Hashable, Any] = {}
        self.few: dict[Hashable, Any] = {}    # see ``storage.branches``
        self.ways: dict[Hashable, Any] = {}   # and this

    def get(self, key: Hashable, cacheable: bool, build: Callable[[], Any]) -> Any:
        """What ``build`` made for ``key``, made now if need be."""
        if not cacheable:
            return build()
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= _MOST:
                for old in list(self._kept)[: _MOST // 2]:
                    self._kept.pop(old, None)
            found = self._kept[key] = build()
        return found

    def prepare(self, statement: sa.ClauseElement) -> Prepared:
        return prepare(statement, self.dialect)

    def among(self, element: Any, name: str) -> sa.ColumnElement[bool]:
        """``element`` is one of a list of any length, given as the parameter ``name`` by ``list_value``."""
        return among(element, lambda type_: sa.bindparam(name, type_=type_), self.catalog.capabilities.arrays)

    def list_value(self, values: Sequence[Any]) -> Any:
        """The driver's value for a list parameter."""
        return list_parameter(values, self.catalog.capabilities)
