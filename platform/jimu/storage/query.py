"""Questions to the store, as data: filters, sorts, pages, measures. Compiled to SQL in ``storage.select``.

Access rules are filters too, so whatever asks (list, count, aggregate, search, export) adds them the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from jimu.formulas.types import Environment


class Filter:
    """Base of all filters; combine with ``&`` and ``|``."""

    def __and__(self, other: Filter) -> Filter:
        return AllOf((self, other))

    def __or__(self, other: Filter) -> Filter:
        return AnyOf((self, other))


class Now:
    """Stands in a ``Compare`` for the moment of the question, so that a filter that is kept says nothing of when."""


NOW = Now()


@dataclass(frozen=True)
class Where(Filter):
    """A checked formula of type boolean on the object that is read."""

    formula: Any                       # formulas.Formula
    guarded: bool = False              # the query's ``guards`` apply to the objects its paths lead through


@dataclass(frozen=True)
class Compare(Filter):
    """``column`` (own column of the table) against constants. ``op``: eq, ne, in, lt, le, gt, ge, blank, not_blank."""

    column: str
    op: str
    value: Any = None


@dataclass(frozen=True)
class Related(Filter):
    """The record of ``object`` that ``column`` refers to matches ``filter``; for access inherited from a parent."""

    column: str
    object: str
    filter: Filter


@dataclass(frozen=True)
class HasRow(Filter):
    """A living row of ``object`` exists whose ``column`` is this record and that matches ``filter`` (teams, shares)."""

    object: str
    column: str
    filter: Filter


@dataclass(frozen=True)
class SeenBy(Filter):
    """``filter`` as somebody else asks it: its formulas read the values ``user`` as ``user.…``."""

    user: Mapping[str, Any]
    filter: Filter


@dataclass(frozen=True)
class Matches(Filter):
    """The full-text index of the object matches ``text``."""

    text: str


@dataclass(frozen=True)
class AllOf(Filter):
    filters: tuple[Filter, ...] = ()   # empty: everything


@dataclass(frozen=True)
class AnyOf(Filter):
    filters: tuple[Filter, ...] = ()   # empty: nothing


@dataclass(frozen=True)
class Not(Filter):
    filter: Filter


EVERYTHING: Filter = AllOf(())
NOTHING: Filter = AnyOf(())


@dataclass(frozen=True, slots=True)
class Sort:
    """``path`` is a field path (own column, virtual column or over lookups). Blanks come last in both directions."""

    path: tuple[str, ...]
    descending: bool = False


CountMode = Literal["none", "estimated", "exact"]


@dataclass(frozen=True)
class Query:
    """Read up to ``limit`` records of ``object``.

    ``fields``: logical columns to return (ids, version always come too). ``after``: the cursor of the page before.
    Sorting always ends with id, so the order is total. ``deleted``: "alive", "deleted" or "any".
    ``guards``: object -> filter; a path of a sort or of a guarded ``Where`` that leads over a lookup into such an
    object sees only records that match the filter, any other as if the lookup were blank (the asker may not read them).
    Inlined formula fields are not guarded: what they may show was decided where they were defined.
    """

    object: str
    filter: Filter = EVERYTHING
    sort: Sequence[Sort] = ()
    fields: Sequence[str] = ()
    limit: int = 50
    after: str | None = None
    offset: int = 0
    count: CountMode = "none"
    count_cap: int = 1000              # "estimated" counts up to here and says "at least" beyond
    deleted: Literal["alive", "deleted", "any"] = "alive"
    environment: Environment = field(default_factory=Environment)
    guards: Mapping[str, Filter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Count:
    """``exact`` is False when there are at least ``value``."""

    value: int
    exact: bool


@dataclass(frozen=True)
class Page:
    rows: list[dict[str, Any]]         # logical name -> Python value; ``id`` and ``version`` always there
    next: str | None                   # cursor of the next page; None: this is the last
    count: Count | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """``function``: count, count_distinct, sum, min, max, avg. ``path`` None: count only. ``name`` keys the result."""

    function: str
    path: tuple[str, ...] | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Group by a path; ``bucket`` for dates: year, quarter, month, week, day (in the environment's zone)."""

    path: tuple[str, ...]
    bucket: str | None = None
    name: str = ""


@dataclass(frozen=True)
class Aggregate:
    object: str
    measures: Sequence[Measure]
    groups: Sequence[Group] = ()
    filter: Filter = EVERYTHING
    having_limit: int = 10_000         # rows of the answer at most
    order: Sequence[Sort] = ()         # by group or measure name
    environment: Environment = field(default_factory=Environment)
    guards: Mapping[str, Filter] = field(default_factory=dict)   # as in Query; also for groups and measures


@dataclass(frozen=True)
class SearchHit:
    object: str
    id: int
    title: str
    score: float
