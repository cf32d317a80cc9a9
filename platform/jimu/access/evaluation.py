"""Judging a loaded row by an access filter without asking the store, where the filter allows it.

Most filters compare the row's own columns; those need no query. What looks at other records answers None: ask the
store.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.storage.query import AllOf, AnyOf, Compare, Filter, Not


def row_matches(filter: Filter, row: Mapping[str, Any]) -> bool | None:
    """True or False if ``row`` alone decides, None if other records have to be looked at."""
    if isinstance(filter, Compare):
        return _compare(filter, row)
    if isinstance(filter, AllOf):
        return _all(filter, row)
    if isinstance(filter, AnyOf):
        return _any(filter, row)
    if isinstance(filter, Not):
        inner = row_matches(filter.filter, row)
        return None if inner is None else not inner
    return None


def _all(filter: AllOf, row: Mapping[str, Any]) -> bool | None:
    known: bool | None = True
    for part in filter.filters:
        answer = row_matches(part, row)
        if answer is False:
            return False
        known = None if answer is None else known
    return known


def _any(filter: AnyOf, row: Mapping[str, Any]) -> bool | None:
    known: bool | None = False
    for part in filter.filters:
        answer = row_matches(part, row)
        if answer is True:
            return True
        known = None if answer is None else known
    return known


def _compare(filter: Compare, row: Mapping[str, Any]) -> bool | None:
    if filter.column not in row:
        return None
    value = row[filter.column]
    match filter.op:
        case "eq":
            return bool(value == filter.value)
        case "ne":
            return bool(value != filter.value)
        case "in":
            return value in filter.value
        case "blank":
            return value is None
        case "not_blank":
            return value is not None
        case _:
            return None


def is_row_local(filter: Filter) -> bool:
    """Whether ``row_matches`` can always tell from the row alone."""
    if isinstance(filter, Compare):
        return filter.op in ("eq", "ne", "in", "blank", "not_blank")
    if isinstance(filter, (AllOf, AnyOf)):
        return all(is_row_local(part) for part in filter.filters)
    return isinstance(filter, Not) and is_row_local(filter.filter)
