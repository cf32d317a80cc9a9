"""How a list is read where the database has no statistics to choose by: along an index of the sort, or by the ids that
the text index gives. The wrong one of the two reads a whole table for a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from jimu.storage.binding import BoundTable
from jimu.storage.capabilities import Capabilities
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection
from jimu.storage.names import quoted
from jimu.storage.query import AllOf, AnyOf, Compare, Filter, Matches, Not, Query, Related, Sort, Where
from jimu.storage.search.match import match_text, part_texts

FEW = 4000   # rows that are sorted faster than an index is walked until a page of them is found


class Route(Enum):
    """``PLANNER``: as the database thinks best. ``BY_ID``: enter by id, not by an index of living rows.

    ``ALONG_SORT``: hits of a text are so many that reading along the sort finds a page soon.
    """

    PLANNER = "planner"
    BY_ID = "by id"
    ALONG_SORT = "along sort"


def list_route(
    connection: Connection, cache: StatementCache, query: Query, sort: Sequence[Sort], filter: Filter
) -> Route:
    """The way to read a page of ``query`` in the order ``sort``, as far as ``filter``, a part of its filter, says; asks
    the text index how many rows there are.
    """
    if cache.catalog.capabilities.plans_by_statistics:
        return Route.PLANNER
    bound = cache.catalog.table(query.object)
    texts = list(_required_texts(filter, bound, cache.catalog.capabilities))
    by_id = sort[0].path == ("id",)
    if texts:
        has_index = len(sort[0].path) == 1 and sort[0].path[0] in bound.in_indexes
        few = by_id or not has_index or _are_few(connection, bound, texts)
        return Route.BY_ID if few else Route.ALONG_SORT
    in_way = query.deleted != "alive" or any(name in bound.leads_index for name in _mentioned(filter))
    return Route.BY_ID if by_id and not in_way else Route.PLANNER


def count_route(cache: StatementCache, query: Query) -> Route:
    """The way to count: by the text index wherever it helps."""
    capabilities = cache.catalog.capabilities
    if capabilities.plans_by_statistics:
        return Route.PLANNER
    texts = _required_texts(query.filter, cache.catalog.table(query.object), capabilities)
    return Route.PLANNER if next(texts, None) is None else Route.BY_ID


def _are_few(connection: Connection, bound: BoundTable, texts: list[str]) -> bool:
    """Whole words first: the index gathers all hits of a beginning before it gives the first."""
    index = quoted(bound.search_table)
    asked = " AND ".join(f"({text})" for text in texts)
    counted = f"SELECT count(*) FROM (SELECT 1 FROM {index} WHERE {index} MATCH ? LIMIT {FEW + 1})"  # noqa: S608
    for spelt in dict.fromkeys((asked.replace("*", ""), asked)):
        [(hits,)] = connection.ask(counted, spelt)
        if hits > FEW:
            return False
    return True


def _required_texts(filter: Filter, bound: BoundTable, capabilities: Capabilities) -> Iterator[str]:
    """Queries of the text index that every row of ``filter`` matches."""
    if isinstance(filter, AllOf):
        for part in filter.filters:
            yield from _required_texts(part, bound, capabilities)
    elif isinstance(filter, Matches):
        text = match_text(filter.text, capabilities)
        if text is not None:
            yield text
    elif isinstance(filter, Where):
        yield from part_texts(filter.formula, bound, capabilities)


def _mentioned(filter: Filter) -> Iterator[str]:
    """Own columns by whose index the rows might be found."""
    if isinstance(filter, (AllOf, AnyOf)):
        for part in filter.filters:
            yield from _mentioned(part)
    elif isinstance(filter, Not):
        yield from _mentioned(filter.filter)
    elif isinstance(filter, (Compare, Related)):
        yield filter.column
    elif isinstance(filter, Where):
        yield from (path[0] for path in filter.formula.paths)
