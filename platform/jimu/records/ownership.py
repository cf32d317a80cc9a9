"""What is asked set-wise of owners: who holds how much, who had a record before, what is about to go back.

Answers for the engine's own decisions (pools, assignment); no rule of access is asked here. All within the unit of work
of the context, so that the answers still hold when something is done about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from jimu.access import record_filter
from jimu.access.pools import pools_of
from jimu.definitions.kinds.pool import PoolDef
from jimu.definitions.model import Formula
from jimu.formulas import evaluate
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.object_plan import plan_of
from jimu.records.reading import reading
from jimu.records.world import World
from jimu.storage.query import EVERYTHING, Aggregate, AllOf, Compare, Filter, Group, Measure, Query, Sort, Where

CLAIM = "claim"
LOST = ("returned", "auto_returned", "taken_back")
_MOST_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class Loss:
    """``person`` had the record until ``at``."""

    record: int
    person: int
    at: datetime


def readable(object: str, ids: Iterable[int], context: Context, action: str = "read") -> set[int]:
    """Those of ``ids`` to whose living records the actor may do ``action``."""
    rule = record_filter(context.actor, context.manifest, object, action)
    found: set[int] = context.transaction.matching(object, ids, rule, build_environment(context), "alive")
    return found


def fitting(object: str, ids: Iterable[int], formula: Formula | None, context: Context) -> set[int]:
    """Those of ``ids`` whose living records satisfy ``formula``."""
    rule = EVERYTHING if formula is None else Where(formula)
    found: set[int] = context.transaction.matching(object, ids, rule, build_environment(context), "alive")
    return found


def pools_for(object: str, ids: Iterable[int], context: Context) -> dict[int, PoolDef]:
    """Record → the pool that answers for it: one query per pool of the object."""
    left, found = set(ids), {}
    for pool in pools_of(context.manifest, object):
        if not left:
            break
        inside = fitting(object, left, pool.territory, context)
        found.update(dict.fromkeys(inside, pool))
        left -= inside
    return found


def held(object: str, people: Iterable[int], counts: Formula | None, context: Context) -> dict[int, int]:
    """Person → how many living records of ``object`` they own; only those that satisfy ``counts``."""
    among = Compare("owner", "in", tuple(sorted(set(people))))
    rule = among if counts is None else AllOf((among, Where(counts)))
    environment = build_environment(context)
    rows = context.transaction.aggregate(
        Aggregate(
            object, [Measure("count", name="n")], [Group(("owner",), name="owner")], rule, environment=environment
        )
    )
    return {row["owner"]: int(row["n"]) for row in rows}


def entries_of(
    people: Iterable[int], action: str, since: datetime, context: Context, *, pool: str = "", rule: str = ""
) -> dict[int, int]:
    """Person → how many records came to them by ``action`` since then, from ``pool`` or by ``rule``."""
    parts: list[Filter] = [
        Compare("person", "in", tuple(sorted(set(people)))),
        Compare("action", "eq", action),
        Compare("at", "ge", since),
    ]
    parts += [Compare(name, "eq", value) for name, value in (("pool", pool), ("rule", rule)) if value]
    rows = context.transaction.aggregate(
        Aggregate(CLAIM, [Measure("count", name="n")], [Group(("person",), name="person")], AllOf(tuple(parts)))
    )
    return {row["person"]: int(row["n"]) for row in rows}


def losses(records: Iterable[int], since: datetime, context: Context) -> list[Loss]:
    """Who lost one of ``records`` since then, the latest first."""
    rule = AllOf(
        (
            Compare("record", "in", tuple(sorted(set(records)))),
            Compare("at", "ge", since),
            Compare("action", "in", LOST),
            Compare("previous_owner", "not_blank"),
        )
    )
    query = Query(CLAIM, rule, [Sort(("at",), True)], ("record", "previous_owner", "at"), _MOST_ENTRIES)
    return [Loss(row["record"], row["previous_owner"], row["at"]) for row in context.transaction.select(query).rows]


def losses_before(records: Iterable[int], context: Context) -> dict[int, int]:
    """Record → who had it last before it lost its owner."""
    found: dict[int, int] = {}
    for loss in losses(records, datetime(1970, 1, 1, tzinfo=UTC), context):
        found.setdefault(loss.record, loss.person)
    return found


def entries(
    record: int, context: Context, *, state: str = "", rule: str = "", limit: int = 50
) -> list[Mapping[str, Any]]:
    """The latest entries of a record's ownership history, as stored."""
    parts: list[Filter] = [Compare("record", "eq", record)]
    parts += [Compare(name, "eq", value) for name, value in (("state", state), ("rule", rule)) if value]
    query = Query(CLAIM, AllOf(tuple(parts)), [Sort(("at",), True), Sort(("id",), True)], limit=limit)
    return list(context.transaction.select(query).rows)


def keys_kept(keys: Iterable[str], context: Context) -> set[str]:
    """Those of ``keys`` under which an entry is kept already."""
    return set(context.transaction.find_ids(CLAIM, "key", list(keys)))


def select_ids(object: str, formulas: Sequence[Formula], after: int, limit: int, context: Context) -> list[int]:
    """The first ids after ``after`` of living records that satisfy all ``formulas``, in their order."""
    rule = AllOf((Compare("id", "gt", after), *(Where(f) for f in formulas)))
    query = Query(object, rule, [Sort(("id",))], ("owner",), limit, environment=build_environment(context))
    return [row["id"] for row in context.transaction.select(query).rows]


def select_unowned(object: str, after: int, limit: int, context: Context) -> list[int]:
    """The first ids after ``after`` of living records that nobody owns."""
    rule = AllOf((Compare("id", "gt", after), Compare("owner", "blank")))
    with reading(context) as transaction:
        return [row["id"] for row in transaction.select(Query(object, rule, [Sort(("id",))], ("owner",), limit)).rows]


def count_by_owner(object: str, formulas: Sequence[Filter], context: Context) -> dict[int, int]:
    """Owner → how many living records match all of ``formulas``."""
    rows = context.transaction.aggregate(
        Aggregate(
            object,
            [Measure("count", name="n")],
            [Group(("owner",), name="owner")],
            AllOf(tuple(formulas)),
            environment=build_environment(context),
        )
    )
    return {row["owner"]: int(row["n"]) for row in rows if row["owner"] is not None}


def sample(
    object: str, rule: Filter, day: Formula, limit: int, context: Context, after: int = 0
) -> list[tuple[Mapping[str, Any], date | None]]:
    """Some of the living records that match ``rule``, in the order of their ids, with what ``day`` gives for each."""
    environment = build_environment(context)
    both = AllOf((Compare("id", "gt", after), rule)) if after else rule
    rows = context.transaction.select(Query(object, both, [Sort(("id",))], (), limit, environment=environment)).rows
    plan = plan_of(context.manifest, object)
    world = World(context.transaction, context.manifest, environment)
    world.prefetch(plan, rows, day.paths)
    return [(row, evaluate(day, world.reader(plan, row), environment)) for row in rows]
