"""Automations by cron and by day: a timer each, whose job finds the records and queues their runs, once per slot."""

from __future__ import annotations

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
_MOST_BATCHES = 1_000_000
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
    """Queue runs for the records that the slot is for: a batch with the job for the next one in each transaction, so
    that a hundred thousand records neither hold up other writers nor begin anew when a worker dies.
    """
    automation = context.manifest.all("automation").get(job.payload["automation"])
    n, slot = job.payload["n"], datetime.fromisoformat(job.payload["slot"])
    if automation is None or not automation.active or n >= len(automation.triggers):
        return
    trigger, key = automation.triggers[n], f"timed:{automation.name}:{n}"
    if not trigger.is_timed:
        return
    batch, last = job.payload.get("batch", 0), job.payload.get("since")
    with context.store.write() as transaction:
        if batch == 0:
            last = transaction.find_number(key)
            if not transaction.raise_number(key, int(slot.timestamp())):
                return
        elif not transaction.raise_number(f"{key}:batch", int(slot.timestamp()) * _MOST_BATCHES + batch):
            return
        since = datetime.fromtimestamp(last, slot.tzinfo) if last is not None else None
        filter = AllOf((*_condition(automation), *_days(trigger, automation, slot, since, context)))
        after: str | None = job.payload.get("after")
        environment = build_environment(context)
        query = Query(automation.object, filter, fields=(), limit=BATCH, after=after, environment=environment)
        page = transaction.select(query)
        event = {"event": trigger.kind, "chain": []}
        transaction.emit(run_jobs(automation.name, [row["id"] for row in page.rows], event))
        if page.next is not None:
            transaction.add_job(JOB, {**job.payload, "batch": batch + 1, "since": last, "after": page.next})


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
