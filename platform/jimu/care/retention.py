"""Retention: every night, what has been kept long enough goes: out of the recycle bin, into it, or nameless."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jimu.access import SYSTEM
from jimu.care.anonymising import anonymise, is_anonymous, personal_columns
from jimu.care.looking import looking
from jimu.definitions.care import RetentionRuleDef
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.fieldtypes.kinds import Kind
from jimu.hookspecs import hookimpl
from jimu.jobs.timers import Timer
from jimu.messages import Message, Text
from jimu.records import Context, write
from jimu.records.auditing import audit
from jimu.records.commands import Command, Delete
from jimu.records.environment import build_environment
from jimu.records.redirects import find_survivors
from jimu.storage.query import AllOf, Compare, Filter, Query, Sort, Where

JOB = "jimu.retention"
BATCH = 500
BIN = "bin"
# A merge can be taken back for so long, whatever is said of the recycle bin.
UNDO_DAYS = 30
_SHOWN = 10
BIN_LABEL = Message("Recycle bin")


@dataclass(frozen=True)
class Due:
    """What a rule would do now: ``count`` records (at most so many as were counted), the first of them."""

    object: str
    rule: str
    label: Text | Message
    then: str
    days: int
    count: int
    first: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that retention asks for: ``rule`` None is the recycle bin."""

    object: ObjectDef
    rule: RetentionRuleDef | None
    days: int

    @property
    def name(self) -> str:
        return self.rule.name if self.rule else BIN

    @property
    def then(self) -> str:
        return self.rule.then if self.rule else "purge"


def duties_of(manifest: Manifest) -> Iterator[Duty]:
    for object in manifest.objects.values():
        if object.retired or object.retention is None:
            continue
        for rule in object.retention.rules:
            yield Duty(object, rule, rule.days)
        if object.retention.bin_days is not None:
            yield Duty(object, None, object.retention.bin_days)


def preview_retention(context: Context) -> list[Due]:
    """What the next run would do."""
    with looking(context.as_actor(SYSTEM)) as inner:
        return [_due(duty, inner) for duty in duties_of(inner.manifest)]


def _due(duty: Duty, context: Context) -> Due:
    filter, deleted = _filter(duty, context)
    count = context.transaction.count(duty.object.name, filter, build_environment(context), 100_000, deleted)
    first = [(row["id"], str(row.get("title") or "")) for row in _next(duty, 0, _SHOWN, context)]
    label: Text | Message = duty.rule.label if duty.rule else BIN_LABEL
    return Due(duty.object.name, duty.name, label, duty.then, duty.days, count.value, first)


def run_retention(context: Context) -> dict[str, int]:
    """Do what is due, a batch and a transaction at a time; a record that something holds stays. Doing it again changes
    nothing. Returns object.rule → how many.
    """
    engine = context.as_actor(SYSTEM)
    return {f"{duty.object.name}.{duty.name}": _carry_out(duty, engine) for duty in duties_of(context.manifest)}


def _carry_out(duty: Duty, context: Context) -> int:
    done, after = 0, 0
    while True:
        with write.unit_of_work(context) as unit:
            rows = _next(duty, after, BATCH, unit)
            if not rows:
                break
            after = rows[-1]["id"]
            done += _deal(duty, rows, unit)
    if done:
        kind = "data.erased" if duty.then == "anonymise" else "data.purged"
        details = {"retention": duty.name, "then": duty.then, "count": done}
        audit(context, kind, object=duty.object.name, details=details)
    return done


def _deal(duty: Duty, rows: Sequence[Mapping[str, Any]], context: Context) -> int:
    ids = [row["id"] for row in rows]
    if duty.then == "anonymise":
        fresh = [row["id"] for row in rows if not is_anonymous(duty.object, row)]
        return anonymise(duty.object.name, fresh, context)
    if duty.then == "purge":
        ids = _not_needed(duty, rows, context)
    commands: list[Command] = [Delete(duty.object.name, id, purge=duty.then == "purge") for id in ids]
    result = write.write_many(commands, context, atomic=False, values=False)
    return len(commands) - len(result.failed)


def _not_needed(duty: Duty, rows: Sequence[Mapping[str, Any]], context: Context) -> list[int]:
    """Without those that were merged into others so lately that it may be taken back."""
    merged = find_survivors(context.transaction, context.manifest, [row["id"] for row in rows])
    bound = context.clock() - timedelta(days=UNDO_DAYS)
    return [row["id"] for row in rows if row["id"] not in merged or (row["deleted_at"] or bound) < bound]


def _next(duty: Duty, after: int, limit: int, context: Context) -> list[dict[str, Any]]:
    filter, deleted = _filter(duty, context)
    columns = sorted({"title", "deleted_at", *personal_columns(duty.object)})
    query = Query(
        duty.object.name,
        AllOf((filter, Compare("id", "gt", after))),
        sort=(Sort(("id",)),),
        fields=columns,
        limit=limit,
        deleted=deleted,
        environment=build_environment(context),
    )
    return list(context.transaction.select(query).rows)


def _filter(duty: Duty, context: Context) -> tuple[Filter, Any]:
    bound = context.clock() - timedelta(days=duty.days)
    if duty.rule is None:
        return Compare("deleted_at", "lt", bound), "deleted"
    limit: Any = bound
    if duty.object.fields[duty.rule.since].kind is Kind.DATE:
        limit = _day(bound, context)
    parts: list[Filter] = [Compare(duty.rule.since, "lt", limit)]
    if duty.rule.when is not None:
        parts.append(Where(duty.rule.when))
    return AllOf(tuple(parts)), "alive"


def _day(moment: datetime, context: Context) -> Any:
    return moment.astimezone(ZoneInfo(context.manifest.workspace.time_zone)).date()


def purge_days(object: ObjectDef) -> int | None:
    """After how many days records of ``object`` leave the recycle bin; None: never by themselves."""
    return object.retention.bin_days if object.retention else None


def run_job(job: Any, context: Any) -> None:
    run_retention(context)


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {JOB: run_job}


@hookimpl
def jimu_timers(manifest: Manifest) -> Iterable[Timer]:
    if not any(True for _ in duties_of(manifest)):
        return ()
    return (Timer("retention", "30 2 * * *", JOB, manifest.workspace.time_zone),)
