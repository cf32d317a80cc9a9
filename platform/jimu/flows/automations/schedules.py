"""Automations by cron and by day: a timer each, whose job finds the records and queues their runs, once per slot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jimu.definitions.kinds.automation import AutomationDef, Trigger
from jimu.definitions.manifest import Manifest
from jimu.fieldtypes.kinds import Kind
from jimu.flows.automations.following import run_jobs
from jimu.jobs.timers import Timer
from jimu.records import Context
from jimu.records.environment import build_environment
from jimu.storage.query import AllOf, Compare, Filter, Query, Where

JOB = "automation.timed"
BATCH = 1000
# Days that were missed while nothing ran are made up for, but no more than so many.
MOST_DAYS = 31


def timers_of(manifest: Manifest) -> list[Timer]:
    """A timer for each trigger that waits for a time, in the workspace's zone."""
    zone = manifest.workspace.time_zone
    return [
        Timer(f"automation:{automation.name}:{n}", _cron(trigger), JOB, zone, {"automation": automation.name, "n": n})
        for automation in manifest.all("automation").values()
        if automation.active
        for n, trigger in enumerate(automation.triggers)
        if trigger.is_timed
    ]


def _cron(trigger: Trigger) -> str:
    if trigger.kind == "schedule":
        return trigger.cron
    hour, minute = trigger.time.split(":")
    return f"{int(minute)} {int(hour)} * * *"


def run_timed(job: Any, context: Context) -> None:
    """Queue runs for every record that the slot is for; all in one transaction with the note that the slot is done."""
    automation = context.manifest.all("automation").get(job.payload["automation"])
    n, slot = job.payload["n"], datetime.fromisoformat(job.payload["slot"])
    if automation is None or not automation.active or n >= len(automation.triggers):
        return
    trigger, key = automation.triggers[n], f"timed:{automation.name}:{n}"
    with context.store.write() as transaction:
        last = transaction.find_number(key)
        if not trigger.is_timed or not transaction.raise_number(key, int(slot.timestamp())):
            return
        since = datetime.fromtimestamp(last, slot.tzinfo) if last is not None else None
        filter = AllOf((*_condition(automation), *_days(trigger, automation, slot, since, context)))
        event = {"event": trigger.kind, "chain": []}
        for ids in _ids(automation.object, filter, context, transaction):
            transaction.emit(run_jobs(automation.name, ids, event))


def _condition(automation: AutomationDef) -> tuple[Filter, ...]:
    return (Where(automation.condition),) if automation.condition is not None else ()


def _days(
    trigger: Trigger, automation: AutomationDef, slot: datetime, since: datetime | None, context: Context
) -> tuple[Filter, ...]:
    """The field's day is so many days from that of the slot, or of a slot missed since the last one."""
    if trigger.kind != "date":
        return ()
    zone = ZoneInfo(context.manifest.workspace.time_zone)
    today = slot.astimezone(zone).date()
    first = since.astimezone(zone).date() + timedelta(days=1) if since is not None else today
    first = min(max(first, today - timedelta(days=MOST_DAYS - 1)), today)
    low, high = first - timedelta(days=trigger.days), today - timedelta(days=trigger.days)
    field = context.manifest.field(automation.object, trigger.field)
    if field.kind is Kind.DATE:
        return Compare(field.name, "ge", low), Compare(field.name, "le", high)
    return (
        Compare(field.name, "ge", _midnight(low, zone)),
        Compare(field.name, "lt", _midnight(high + timedelta(days=1), zone)),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _ids(object: str, filter: Filter, context: Context, transaction: Any) -> Iterator[Sequence[int]]:
    environment = build_environment(context)
    after: str | None = None
    while True:
        page = transaction.select(Query(object, filter, fields=(), limit=BATCH, after=after, environment=environment))
        if page.rows:
            yield [row["id"] for row in page.rows]
        if page.next is None:
            return
        after = page.next
