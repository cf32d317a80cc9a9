"""The one read path: authorise, resolve names, filter by row, drop unreadable fields, resolve titles, expand, page.

Every face and program reads records through these functions. Each answers in one data query plus at most one query for
the titles of all references (one more per object whose records a rule restricts), whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterable

from jimu.records.aggregation import aggregate
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.listing import list_records, related
from jimu.records.one import find, get
from jimu.records.past import history
from jimu.records.reading import reading
from jimu.records.searching import found_in, search
from jimu.records.titles import Titled, find_titled, find_titles

__all__ = [
    "aggregate",
    "find",
    "found_in",
    "get",
    "history",
    "list_records",
    "related",
    "resolve",
    "resolve_titles",
    "search",
]


def resolve_titles(ids: Iterable[int], context: Context) -> dict[int, str]:
    """id -> title for those of ``ids`` (of any objects) that live and that the actor may read."""
    with reading(context) as transaction:
        return find_titles(transaction, ids, context, build_environment(context))


def resolve(ids: Iterable[int], context: Context) -> dict[int, Titled]:
    """As ``resolve_titles``, with the object of each record."""
    with reading(context) as transaction:
        return find_titled(transaction, ids, context, build_environment(context))
