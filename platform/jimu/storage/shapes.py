"""The shape of a question: what its SQL depends on, apart from the constants, which become parameters.

``ShapeReader`` walks a filter once and gives a hashable key and the constants, already as the driver wants them, in the
order in which ``storage.filters`` asks for them when it compiles the same filter. Equal keys mean equal SQL.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import Any

from jimu.formulas.functions.days import today
from jimu.formulas.types import Environment
from jimu.storage.binding import BoundTable, Catalog
from jimu.storage.errors import UnknownColumn
from jimu.storage.physical import dump_json
from jimu.storage.query import NOW, AllOf, AnyOf, Compare, Filter, HasRow, Matches, Not, Related, SeenBy, Where
from jimu.storage.schema import Column
from jimu.storage.search.match import match_text

SHORT_LIST = 8  # values up to here are compared one by one, which planners judge better than a list


class ShapeReader:
    """``values`` are the parameters p0, p1, …; ``cacheable`` is False when the SQL holds constants of this one call."""

    def __init__(self, catalog: Catalog, environment: Environment) -> None:
        self.catalog = catalog
        self.environment = environment
        self.values: list[Any] = []
        self.cacheable = True

    def key(self, filter: Filter, object: str) -> Hashable:
        """The key of ``filter`` on ``object``; adds its constants to ``values``."""
        if isinstance(filter, (AllOf, AnyOf)):
            return (type(filter).__name__, tuple(self.key(f, object) for f in filter.filters))
        if isinstance(filter, Compare):
            return self._compare(filter, self.catalog.table(object))
        if isinstance(filter, Where):
            return ("where", filter.formula, filter.guarded, self.formula_key(filter.formula))
        if isinstance(filter, Not):
            return ("not", self.key(filter.filter, object))
        if isinstance(filter, Related):
            return ("related", filter.column, filter.object, self.key(filter.filter, filter.object))
        if isinstance(filter, HasRow):
            return ("has", filter.object, filter.column, self.key(filter.filter, filter.object))
        if isinstance(filter, SeenBy):
            return self._seen_by(filter, object)
        if isinstance(filter, Matches):
            text = match_text(filter.text, self.catalog.capabilities)
            if text is not None:
                self.values.append(text)
            return ("matches", text is None)
        raise TypeError(f"no such filter: {type(filter).__name__}")

    def _seen_by(self, filter: SeenBy, object: str) -> Hashable:
        before, self.environment = self.environment, replace(self.environment, user=filter.user)
        try:
            return ("seen", self.key(filter.filter, object))
        finally:
            self.environment = before

    def formula_key(self, formula: Any) -> Hashable:
        """What the SQL of ``formula`` depends on beside its source: who asks, if it reads the actor; which day it is
        where, if it reads the calendar. SQL that holds a moment serves one call.
        """
        if formula.uses_moment or formula.uses_prior:
            self.cacheable = False
        user = _actor_key(self.environment.user, formula.actor_fields) if formula.uses_actor else None
        return (user, self.day) if formula.uses_clock else user

    @functools.cached_property
    def day(self) -> Hashable:
        """What formulas know of the calendar: the day, the zone, the days that are worked."""
        asked = self.environment
        days = frozenset(asked.holidays), frozenset(asked.workdays), frozenset(asked.calendars.items())
        return (today(asked), asked.zone.key, asked.language, *days)

    def path_key(self, object: str, path: tuple[str, ...]) -> Hashable:
        """As ``formula_key`` for a column that may be virtual."""
        column = _last_column(self.catalog, object, path)
        if column is None or column.expression is None:
            return None
        return (column.expression, self.formula_key(column.expression))

    def fields_key(self, object: str, fields: Iterable[str]) -> Hashable:
        """``path_key`` of own fields, as far as they have one."""
        virtual = self.catalog.table(object).virtual
        return tuple(self.path_key(object, (f,)) for f in fields if f in virtual) if virtual else ()

    def _compare(self, filter: Compare, bound: BoundTable) -> Hashable:
        column = bound.column(filter.column)
        computed = None if column.expression is None else self.formula_key(column.expression)
        encode = bound.encoders.get(filter.column, _plain)
        if filter.op in ("in", "not_in"):
            if isinstance(filter.value, frozenset) and len(filter.value) > SHORT_LIST and None not in filter.value:
                self.values.append(_listed(filter.value, encode, self.catalog.capabilities.arrays))
                return (computed, ("compare", filter.column, filter.op, -1, False))
            return (computed, self._compare_list(filter, list(filter.value), encode, column))
        if filter.op in ("blank", "not_blank"):
            return ("compare", filter.column, filter.op, "", computed)
        if filter.value is None:
            return ("compare", filter.column, filter.op, None, computed)
        self.values.append(encode(self.environment.now if filter.value is NOW else filter.value))
        return ("compare", filter.column, filter.op, True, computed)

    def _compare_list(self, filter: Compare, given: list[Any], encode: Any, column: Column) -> Hashable:
        values = [encode(v) for v in given if v is not None]
        has_blank = len(values) != len(given)
        if len(values) <= SHORT_LIST:
            self.values.extend(values)
            return ("compare", filter.column, filter.op, len(values), has_blank)
        self.values.append(values if self.catalog.capabilities.arrays else dump_json(values))
        return ("compare", filter.column, filter.op, -1, has_blank)


@functools.lru_cache(maxsize=2048)
def _listed(values: frozenset[Any], encode: Any, arrays: bool) -> Any:
    """The one parameter for a long list; who may see whose records is asked for again and again. An array of numbers is
    written here once, not by the driver each time.
    """
    encoded = sorted(encode(v) for v in values)
    if not arrays:
        return dump_json(encoded)
    return f"{{{','.join(map(str, encoded))}}}" if all(type(v) is int for v in encoded) else encoded


def _plain(value: Any) -> Any:
    return value


def _actor_key(user: Any, fields: Iterable[str]) -> Hashable:
    """The actor's values that SQL may hold as constants; sets of ids are compared as such."""
    if user is None:
        return None
    values = ((name, user.get(name)) for name in sorted(fields))
    return tuple((name, value if isinstance(value, frozenset) else repr(value)) for name, value in values)


def _last_column(catalog: Catalog, object: str, path: tuple[str, ...]) -> Column | None:
    column: Column | None = None
    for name in path:
        if column is not None:
            if len(column.target) != 1:
                return None
            object = column.target[0]
        column = catalog.table(object).column(name)
    if column is None:
        raise UnknownColumn(object, "")
    return column
