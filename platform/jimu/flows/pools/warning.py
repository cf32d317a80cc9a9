"""Warnings: whose records will go back soon is told, once for each of a rule's numbers of days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from jimu.bulk.noting import as_engine
from jimu.clock import day_in
from jimu.definitions.kinds.pool import PoolDef
from jimu.definitions.kinds.return_rule import ReturnRuleDef
from jimu.fieldtypes.ids import encode_id
from jimu.flows.pools.notices import Notice, send
from jimu.messages import Message
from jimu.records import Context, Create, write
from jimu.records.ownership import keys_kept, sample
from jimu.storage.query import Filter

if TYPE_CHECKING:
    from jimu.flows.pools.running import PoolRun

CLAIM = "claim"
PORTION = 2_000
SOON = Message("{count} of your records go back to {pool} soon")
ONE_SOON = Message("Goes back to {pool} soon: {title}")
LINE = Message("{title}: goes back on {day} ({rule})")
LINE_ADVICE = Message("{title}: goes back on {day} ({rule}). {advice}")


def warn_owners(
    pool: PoolDef, rule: ReturnRuleDef, filter: Filter, run: PoolRun, after: int, context: Context
) -> tuple[int, int | None]:
    """Warns of the next records after the id ``after``: how many were warned of, and where to go on (None: the end)."""
    rows = sample(pool.object, filter, rule.day, PORTION, context, after)
    today = day_in(context.clock(), context.manifest.workspace.time_zone)
    keyed = {_key(row, rule, day, today): (row, day) for row, day in rows if day is not None}
    new = [(key, *keyed[key]) for key in keyed.keys() - keys_kept(keyed, context)]
    new.sort(key=lambda item: item[1]["id"])
    if new:
        engine = as_engine(context)
        entries = [Create(CLAIM, _entry(pool, rule, run, key, row, day, context)) for key, row, day in new]
        write.write_many(entries, engine, values=False)
        by_owner: dict[int, list[tuple[Mapping[str, Any], date]]] = {}
        for _, row, day in new:
            by_owner.setdefault(row["owner"], []).append((row, day))
        send([_notice(owner, found, pool, rule) for owner, found in by_owner.items()], engine)
    return len(new), rows[-1][0]["id"] if len(rows) == PORTION else None


def _key(row: Mapping[str, Any], rule: ReturnRuleDef, day: date, today: date) -> str:
    """One key per record, rule, day of return and number of days: another day of return begins anew."""
    left = (day - today).days
    step = min((w for w in rule.warn if w >= left), default=rule.warn[0])
    return f"warn:{encode_id(row['id'])}:{rule.name}:{day.isoformat()}:{step}"


def _entry(
    pool: PoolDef, rule: ReturnRuleDef, run: PoolRun, key: str, row: Mapping[str, Any], day: date, context: Context
) -> dict[str, Any]:
    return {
        "record": row["id"],
        "of_object": pool.object,
        "action": "warned",
        "person": row["owner"],
        "pool": pool.name,
        "rule": rule.name,
        "at": context.clock(),
        "due_on": day,
        "run": run.id,
        "key": key,
    }


def _notice(owner: int, found: list[tuple[Mapping[str, Any], date]], pool: PoolDef, rule: ReturnRuleDef) -> Notice:
    lines = tuple(_line(row, day, rule) for row, day in found)
    return Notice(owner, SOON, ONE_SOON, pool, tuple(row for row, _ in found), lines=lines)


def _line(row: Mapping[str, Any], day: date, rule: ReturnRuleDef) -> Message:
    params = {"title": row.get("title") or "", "day": day.isoformat(), "rule": rule.label, "advice": rule.advice}
    return Message((LINE_ADVICE if rule.advice.by_locale else LINE).template, params)
