"""Rules that add up ("mine, or my team's, or shared with me") make an OR, and no index reads along an OR.

Where every part of it has a way in of its own, a page is the first of what each part gives, put together: a handful of
short reads, however many records there are and however few of them are seen. Where a part is large and in no order (the
records of two hundred people), a page is soon found by reading along the sort and looking at each record. Which of the
two it is, is asked of the indexes, up to ``FEW`` rows, and kept for a while: it decides speed, never the answer.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from time import monotonic
from typing import Any

import sqlalchemy as sa

from jimu.formulas.types import Environment
from jimu.storage.binding import BoundTable
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection
from jimu.storage.filters import FilterCompiler, state_condition
from jimu.storage.observing import equal_columns
from jimu.storage.query import AllOf, AnyOf, Compare, Filter, HasRow, Related, SeenBy, Sort, Where
from jimu.storage.scope import SelectScope
from jimu.storage.shapes import ShapeReader

FEW = 3_000      # rows of parts in no order that are gathered and sorted faster than a sort is walked
_KEPT_FOR = 60.0  # seconds for which a way of reading is kept


class Way(Enum):
    """``AS_IS``: there is nothing to choose. ``APART``: each part by its own way in. ``ALONG``: along the sort."""

    AS_IS = "as is"
    APART = "apart"
    ALONG = "along"


@dataclass(frozen=True, slots=True)
class Reading:
    """``gathered``: parts of the rule, by number, that are few ids: they are gathered once, not looked for per row."""

    way: Way = Way.AS_IS
    gathered: frozenset[int] = frozenset()


AS_IS = Reading()


@dataclass(frozen=True, slots=True)
class Branches:
    """``rule``: the OR among the conditions that must all hold."""

    rule: AnyOf
    rest: Filter


def find_branches(filter: Filter) -> Branches | None:
    """The first OR of several parts that every row has to meet."""
    parts = filter.filters if isinstance(filter, AllOf) else (filter,)
    for place, part in enumerate(parts):
        if isinstance(part, AnyOf) and len(part.filters) > 1:
            return Branches(part, AllOf((*parts[:place], *parts[place + 1 :])))
        if isinstance(part, AllOf):
            found = find_branches(part)
            if found is not None:
                return Branches(found.rule, AllOf((*parts[:place], found.rest, *parts[place + 1 :])))
    return None


def has_way_in(filter: Filter, cache: StatementCache, object: str) -> bool:
    """Whether an index leads to the rows of ``filter``."""
    bound = cache.catalog.table(object)
    if isinstance(filter, Compare):
        return filter.op in ("eq", "in") and filter.value is not None and _leads(filter.column, bound)
    if isinstance(filter, HasRow):
        return True
    if isinstance(filter, Related):
        return _leads(filter.column, bound) and has_way_in(filter.filter, cache, filter.object)
    if isinstance(filter, Where):
        return any(_leads(name, bound) for name in equal_columns(cache.catalog, object, filter))
    if isinstance(filter, SeenBy):
        return has_way_in(filter.filter, cache, object)
    if isinstance(filter, AllOf):
        return any(has_way_in(part, cache, object) for part in filter.filters)
    return isinstance(filter, AnyOf) and all(has_way_in(part, cache, object) for part in filter.filters)


def _leads(column: str, bound: BoundTable) -> bool:
    return column in bound.leads_index or column == "owner"


def way_of_list(
    connection: Connection, cache: StatementCache, object: str, found: Branches, sort: Sequence[Sort],
    environment: Environment,
) -> Reading:
    """How a page in the order ``sort`` is read."""
    kept: dict[Hashable, tuple[AnyOf, float, Reading]] = cache.ways
    # A rule is the same object for as long as it holds; it is kept with its way, so that its number stays its own.
    key = (object, id(found.rule), sort[0].path)
    known = kept.get(key)
    if known is not None and known[0] is found.rule and known[1] > monotonic():
        return known[2]
    if len(kept) > _MOST_KEPT:
        kept.clear()
    reading = _find_way(connection, cache, object, found.rule, sort, environment)
    kept[key] = (found.rule, monotonic() + _KEPT_FOR, reading)
    return reading


def _find_way(
    connection: Connection, cache: StatementCache, object: str, rule: AnyOf, sort: Sequence[Sort],
    environment: Environment,
) -> Reading:
    bound, parts = cache.catalog.table(object), rule.filters
    unordered = [n for n, part in enumerate(parts) if not _is_in_order(part, sort, bound)]
    asked = [n for n in unordered if has_way_in(parts[n], cache, object)]
    few = {n for n in asked if _are_few(connection, cache, object, [parts[n]], environment)}
    are_apart = len(asked) == len(unordered) == len(few)
    gathered = frozenset(n for n in few if isinstance(parts[n], HasRow))
    return Reading(Way.APART) if are_apart else Reading(Way.ALONG, gathered)


_MOST_KEPT = 20_000


def _is_in_order(part: Filter, sort: Sequence[Sort], bound: BoundTable) -> bool:
    """One owner's records lie in the order of every column that lists are sorted by."""
    is_one = isinstance(part, Compare) and part.column == "owner" and part.op == "eq"
    return is_one and len(sort[0].path) == 1 and sort[0].path[0] in bound.in_indexes - {"id"}


def _are_few(
    connection: Connection, cache: StatementCache, object: str, parts: Sequence[Filter], environment: Environment
) -> bool:
    reader = ShapeReader(cache.catalog, environment)
    whole = AnyOf(tuple(parts))
    key = ("few", object, reader.key(whole, object))

    def build() -> Any:
        found = [each_of(cache, object, whole, whole, number, environment) for number in range(len(parts))]
        one: Any = sa.literal_column("1").label("one")
        rows: Any = sa.union_all(*(sa.select(one).select_from(f.subquery()) for f in found))
        cut = sa.select(rows.subquery().c.one).limit(sa.literal_column(str(FEW + 1))).subquery()
        return cache.prepare(sa.select(sa.func.count()).select_from(cut))

    prepared = cache.get(key, reader.cacheable, build)
    values = {f"p{i}": v for i, v in enumerate(reader.values)}
    return bool(connection.rows(prepared.text, prepared.params(values))[0][0] <= FEW)


def each_of(
    cache: StatementCache, object: str, filter: Filter, rule: AnyOf, number: int, environment: Environment
) -> sa.Select[Any]:
    """The ids of the living rows of ``filter`` that part ``number`` of ``rule`` leads to."""
    scope = branch_scope(cache, object, rule.filters[number])
    condition = BranchCompiler(environment, rule, number).condition(filter, scope)
    return sa.select(scope.own("id").label("id")).select_from(scope.from_clause()).where(
        condition, *state_condition(scope, "alive"))


def branch_scope(cache: StatementCache, object: str, part: Filter) -> SelectScope:
    """The scope of a statement whose way in is ``part``: where that gives ids, no index of living rows is entered."""
    scope = SelectScope(cache.catalog, object)
    scope.enters_by_id = _gives_ids(part) and not cache.catalog.capabilities.plans_by_statistics
    return scope


def _gives_ids(part: Filter) -> bool:
    if isinstance(part, AllOf):
        return any(_gives_ids(inner) for inner in part.filters)
    return isinstance(part, HasRow) or (isinstance(part, SeenBy) and _gives_ids(part.filter))


class BranchCompiler(FilterCompiler):
    """Compiles a filter with one part of ``rule`` in place of the whole, the parameters named as in the whole.

    ``without``: the parts before it do not hold, so that what all parts give has no row twice.
    """

    def __init__(self, environment: Environment, rule: AnyOf, number: int, *, without: bool = False) -> None:
        super().__init__(environment)
        self._rule, self._number, self._without = rule, number, without

    def condition(self, filter: Filter, scope: SelectScope) -> sa.ColumnElement[bool]:
        if filter is not self._rule:
            return super().condition(filter, scope)
        found: sa.ColumnElement[bool] = sa.false()
        before: list[sa.ColumnElement[bool]] = []
        for number, part in enumerate(self._rule.filters):
            self.drives = number == self._number
            condition = super().condition(part, scope)
            if number == self._number:
                found = condition
            elif number < self._number:
                before.append(sa.not_(sa.func.coalesce(condition, sa.false())))
        self.drives = False
        return sa.and_(found, *before) if self._without else found
