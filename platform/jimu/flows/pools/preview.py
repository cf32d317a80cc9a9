"""What a day's run would return: per owner, with the rule, before it happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from jimu.access import SYSTEM
from jimu.access.scopes import all_of
from jimu.clock import day_in
from jimu.definitions.kinds.pool import PoolDef
from jimu.definitions.kinds.return_rule import ReturnRuleDef
from jimu.records import Context
from jimu.records.ownership import count_by_owner, pools_for, sample
from jimu.records.reading import reading
from jimu.storage.query import Compare, Filter, Not, Where

RUN_AT = time(2, 0)
"""When the day's run begins, in the workspace's time zone."""

_SAMPLE = 500


@dataclass(frozen=True, slots=True)
class Due:
    """One record that goes back: whose it is, by which rule, on which day at the earliest."""

    id: int
    title: str
    owner: int
    rule: ReturnRuleDef
    day: date | None


@dataclass(frozen=True, slots=True)
class OwnerForecast:
    """``by_rule``: how many records of one person go back by each rule; ``records``: some of them."""

    owner: int
    by_rule: Mapping[str, int]
    records: tuple[Due, ...] = ()

    @property
    def count(self) -> int:
        return sum(self.by_rule.values())


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the run of ``pool`` on ``day`` would return; ``warnings``: how many records it would warn of."""

    pool: PoolDef
    day: date
    owners: tuple[OwnerForecast, ...] = field(default_factory=tuple)
    warnings: int = 0

    @property
    def count(self) -> int:
        return sum(o.count for o in self.owners)


def foresee(pool: PoolDef, day: date | None, context: Context, per_owner: int = 20) -> Forecast:
    """What the run of ``day`` (None: of tomorrow) would do if nothing happened before; the owner with most first.

    For managers: asked by the engine itself, whoever looks; who may look is for the caller to judge.
    """
    day = day or next_day(context)
    engine = on_day(context, day)
    with reading(engine) as transaction:
        within = replace(engine, transaction=transaction)
        counts: dict[int, dict[str, int]] = {}
        found: dict[int, list[Due]] = {}
        for rule, filter in rules_apart(pool):
            for owner, count in count_by_owner(pool.object, [filter], within).items():
                counts.setdefault(owner, {})[rule.name] = count
            for due in _sampled(pool, rule, filter, within):
                if len(found.setdefault(due.owner, [])) < per_owner:
                    found[due.owner].append(due)
        soon = [soon_filter(pool, rule) for rule in pool.returns if rule.soon is not None]
        warnings = sum(sum(count_by_owner(pool.object, [filter], within).values()) for filter in soon)
    owners = [OwnerForecast(o, by_rule, tuple(found.get(o, ()))) for o, by_rule in counts.items()]
    return Forecast(pool, day, tuple(sorted(owners, key=lambda o: (-o.count, o.owner))), warnings)


def next_return(object: str, id: int, context: Context) -> Due | None:
    """When and by which rule the record goes back next if nothing happens; None if no rule of its pool takes it."""
    engine = on_day(context, None)
    with reading(engine) as transaction:
        within = replace(engine, transaction=transaction)
        pool = pools_for(object, [id], within).get(id)
        found = []
        for rule in pool.returns if pool is not None else ():
            for row, day in sample(object, all_of([Compare("id", "eq", id), Where(rule.held)]), rule.day, 1, within):
                if day is not None:
                    found.append(Due(id, row.get("title") or "", row["owner"], rule, day))
    return min(found, key=lambda due: due.day or date.max, default=None)


def rules_apart(pool: PoolDef) -> list[tuple[ReturnRuleDef, Filter]]:
    """Each rule with what it takes and no rule before it."""
    apart: list[tuple[ReturnRuleDef, Filter]] = []
    before: list[Filter] = []
    for rule in pool.returns:
        apart.append((rule, all_of([due_filter(pool, rule), *(Not(f) for f in before)])))
        before.append(Where(rule.due))
    return apart


def due_filter(pool: PoolDef, rule: ReturnRuleDef) -> Filter:
    return all_of([Where(pool.territory), Where(rule.due)])


def soon_filter(pool: PoolDef, rule: ReturnRuleDef) -> Filter:
    """What the rule takes within the longest of its warnings, and nothing takes today."""
    assert rule.soon is not None
    return all_of([Where(pool.territory), Where(rule.soon), *(Not(Where(r.due)) for r in pool.returns)])


def next_day(context: Context) -> date:
    """The workspace's day after the present one."""
    zone = context.manifest.workspace.time_zone
    return date.fromordinal(day_in(context.clock(), zone).toordinal() + 1)


def on_day(context: Context, day: date | None) -> Context:
    """The engine's context in the workspace's time zone; at the hour of the run on ``day``, or now."""
    zone = context.manifest.workspace.time_zone
    engine = context.as_actor(replace(SYSTEM, time_zone=zone))
    if day is None:
        return engine
    moment = datetime.combine(day, RUN_AT, ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
    return replace(engine, clock=lambda: moment)


def _sampled(pool: PoolDef, rule: ReturnRuleDef, filter: Filter, context: Context) -> Sequence[Due]:
    rows: list[tuple[Mapping[str, Any], date | None]] = sample(pool.object, filter, rule.day, _SAMPLE, context)
    return [Due(row["id"], row.get("title") or "", row["owner"], rule, day) for row, day in rows]
