"""Rules that add up ("mine, or my team's, or shared with me") make an OR, and no index reads along an OR.

Where every part of it has a way in of its own, a page is the first of what each part gives, put together: a handful of
short reads, however many records there are and however few of them are seen. Where a part is large and in no order (the
records of two hundred people), a page is soon found by reading along the sort and looking at each record. Which of the
two it is, is asked of the indexes, up to ``FEW`` rows, and kept for a while: it decides speed, never the answer.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from time import monotonic
from typing import Any

import sqlalchemy as sa

from jimu.formulas.types import Environment
from jimu.storage.binding import BoundTable
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection
from jimu.storage.filters import FilterCompiler, state_condition
from jimu.storage.guards import Guards
from jimu.storage.observing import equal_columns
from jimu.storage.query import (
    Aggregate,
    AllOf,
    AnyOf,
    Compare,
    Filter,
    HasRow,
    Query,
    Related,
    SeenBy,
    Sort,
    Where,
)
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
    """``gathered``: parts of the rule, by number, that are few ids: they are gathered once, not looked for per row.
    ``first``: the part that has many rows, where it is read before the others.
    """

    way: Way = Way.AS_IS
    gathered: frozenset[int] = frozenset()
    first: int | None = None

    def before(self, number: int) -> frozenset[int]:
        """The parts that are read before part ``number``."""
        if number == self.first:
            return frozenset()
        return frozenset(range(number)) | (frozenset() if self.first is None else {self.first})


AS_IS = Reading()


@dataclass(frozen=True, slots=True)
class Branches:
    """``rule``: the OR among the conditions that must all hold."""

    rule: AnyOf
    rest: Filter

    @property
    def has_rest(self) -> bool:
        """Whether anything is asked beside the rule."""
        return not _asks_nothing(self.rest)


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


def _asks_nothing(filter: Filter) -> bool:
    return isinstance(filter, AllOf) and all(_asks_nothing(part) for part in filter.filters)


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


class Choice:
    """What reading a list in one way or another took; the way that took least is kept for a while."""

    def __init__(self, rule: AnyOf, readings: Sequence[Reading]) -> None:
        # A rule is the same object for as long as it holds; it is kept here, so that its number stays its own.
        self.rule = rule
        self.until = monotonic() + _KEPT_FOR
        self._taken: dict[Reading, list[int]] = {reading: [] for reading in readings}

    @property
    def reading(self) -> Reading:
        """Each is tried some times, then the best is taken."""
        trying = (r for r, taken in self._taken.items() if len(taken) < _TRIES)
        return next(trying, None) or min(self._taken, key=lambda r: min(self._taken[r]))

    def add(self, reading: Reading, nanoseconds: int) -> None:
        if len(self._taken) > 1 and len(self._taken[reading]) < _TRIES:
            self._taken[reading].append(nanoseconds)


_TRIES = 3
_MOST_KEPT = 20_000


def way_of_list(
    connection: Connection, cache: StatementCache, query: Query, found: Branches, sort: Sequence[Sort]
) -> Choice:
    """How a page in the order ``sort`` is read: apart, if what lies in another order is few rows; along the sort, if
    some part is not few; where both hold, as it took less.
    """
    kept: dict[Hashable, Choice] = cache.ways
    rest = ShapeReader(cache.catalog, query.environment).key(found.rest, query.object) if found.has_rest else None
    key = (query.object, id(found.rule), sort[0].path, rest)
    known = kept.get(key)
    if known is not None and known.rule is found.rule and known.until > monotonic():
        return known
    few = few_parts(connection, cache, query.object, found.rule, query.environment)
    bound, parts = cache.catalog.table(query.object), found.rule.filters
    readings = []
    if all(n in few or _is_in_order(part, sort, bound, cache) for n, part in enumerate(parts)):
        readings.append(Reading(Way.APART))
    if not readings or len(few) < len(parts):
        readings.append(along(found, few))
    if len(kept) > _MOST_KEPT:
        kept.clear()
    choice = kept[key] = Choice(found.rule, readings)
    return choice


def along(found: Branches, few: frozenset[int]) -> Reading:
    """Each row is looked at; what is pointed at by few rows is gathered before."""
    return Reading(Way.ALONG, frozenset(n for n in few if isinstance(found.rule.filters[n], HasRow)))


def way_of_total(
    connection: Connection, cache: StatementCache, object: str, found: Branches, environment: Environment
) -> Reading:
    """How all rows are counted or summed: apart, if there are few of them, or but one part has many. Then that part is
    the first: whether a row is in an earlier part is asked of the few rows of the others only.
    """
    few, parts = few_parts(connection, cache, object, found.rule, environment), found.rule.filters
    many = [n for n in range(len(parts)) if n not in few]
    if not many or (len(many) == 1 and has_way_in(parts[many[0]], cache, object)):
        return replace(along(found, few), way=Way.APART, first=many[0] if many else None)
    return along(found, few)


def few_parts(
    connection: Connection, cache: StatementCache, object: str, rule: AnyOf, environment: Environment
) -> frozenset[int]:
    """The parts of ``rule``, by number, to whose rows an index leads and that are ``FEW`` rows at most."""
    kept: dict[Hashable, tuple[AnyOf, float, frozenset[int]]] = cache.few
    key = (object, id(rule))
    known = kept.get(key)
    if known is not None and known[0] is rule and known[1] > monotonic():
        return known[2]
    if len(kept) > _MOST_KEPT:
        kept.clear()
    few = frozenset(
        n for n, part in enumerate(rule.filters)
        if has_way_in(part, cache, object) and _are_few(connection, cache, object, [part], environment)
    )
    kept[key] = (rule, monotonic() + _KEPT_FOR, few)
    return few


def _is_in_order(part: Filter, sort: Sequence[Sort], bound: BoundTable, cache: StatementCache) -> bool:
    """One owner's records lie in the order of every column that lists are sorted by; those with one value of another
    column, where an index has the two together.
    """
    if len(sort[0].path) != 1:
        return False
    name = sort[0].path[0]
    if isinstance(part, Compare) and part.column == "owner" and part.op == "eq":
        return name in bound.in_indexes - {"id"}
    if not isinstance(part, Where):
        return False
    equal = equal_columns(cache.catalog, bound.name, part)
    listed = ([c.lstrip("-") for c in index.columns] for index in bound.table.indexes)
    return any(columns[-1] == name and len(columns) > 1 and equal.issuperset(columns[:-1]) for columns in listed)


def _are_few(
    connection: Connection, cache: StatementCache, object: str, parts: Sequence[Filter], environment: Environment
) -> bool:
    reader = ShapeReader(cache.catalog, environment)
    whole = AnyOf(tuple(parts))
    key = ("few", object, reader.key(whole, object))

    def build() -> Any:
        found = [each_of(cache, Query(object, whole, environment=environment), whole, n) for n in range(len(parts))]
        one: Any = sa.literal_column("1").label("one")
        rows: Any = sa.union_all(*(sa.select(one).select_from(f.subquery()) for f in found))
        cut = sa.select(rows.subquery().c.one).limit(sa.literal_column(str(FEW + 1))).subquery()
        return cache.prepare(sa.select(sa.func.count()).select_from(cut))

    prepared = cache.get(key, reader.cacheable, build)
    values = {f"p{i}": v for i, v in enumerate(reader.values)}
    return bool(connection.rows(prepared.text, prepared.params(values))[0][0] <= FEW)


def each_of(cache: StatementCache, query: Query | Aggregate, rule: AnyOf, number: int) -> sa.Select[Any]:
    """The ids of the living rows of the query's filter that part ``number`` of ``rule`` leads to."""
    scope = branch_scope(cache, query.object, rule.filters[number])
    if query.guards:
        scope.guards = Guards(query.guards, query.environment)
    condition = BranchCompiler(query.environment, rule, number).condition(query.filter, scope)
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

    ``without``: parts that do not hold, so that what all parts give has no row twice.
    """

    def __init__(
        self, environment: Environment, rule: AnyOf, number: int, without: frozenset[int] = frozenset()
    ) -> None:
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
            elif number in self._without:
                before.append(sa.not_(sa.func.coalesce(condition, sa.false())))
        self.drives = False
        return sa.and_(found, *before)


class RuleCompiler(FilterCompiler):
    """Compiles a filter whose ``rule`` is looked at row by row: it is no way in, its lists and what ``how`` gathers are
    made into hash tables once.
    """

    def __init__(self, environment: Environment, found: Branches, how: Reading, cache: StatementCache) -> None:
        super().__init__(environment)
        self._rule = found.rule
        self.gathered = frozenset(id(found.rule.filters[n]) for n in how.gathered)
        if not cache.catalog.capabilities.plans_by_statistics:
            self.kept_out = found.rule

    def condition(self, filter: Filter, scope: SelectScope) -> sa.ColumnElement[bool]:
        if filter is not self._rule or self.hashes_lists:
            return super().condition(filter, scope)
        self.hashes_lists = True
        try:
            return super().condition(filter, scope)
        finally:
            self.hashes_lists = False
