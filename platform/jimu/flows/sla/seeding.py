"""Clocks of records that a seed has made, as if their time had run for a while: met, missed, near their end, late.

A seed makes all its records in one moment, so every clock of a demonstration would have just begun. The step says since
when, and how much of the time was used. Nobody is told anything: that would have been long ago.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from jimu.business_time import add_working_time, next_working_moment, working_time_between
from jimu.definitions.kinds.calendar import CalendarDef
from jimu.definitions.kinds.duration import Duration
from jimu.definitions.kinds.sla import ClockDef, SlaDef
from jimu.errors import NotFound
from jimu.flows.actions import Doing, Subject, find_subjects
from jimu.flows.sla.clock import RUNNING, Clock, Facts, advance, counting, warning_at
from jimu.flows.sla.records import CLOCK, calendar_of, facts_of, kept_values, load_clocks, values_of
from jimu.hookspecs import hookimpl
from jimu.messages import Message
from jimu.records import Context
from jimu.records.commands import Command, Create, Update
from jimu.records.object_plan import plan_of
from jimu.records.write import unit_of_work, write_many

_HOUR = timedelta(hours=1)
# Further back no clock that still runs is made to begin.
_MOST_HOURS = 24 * 60


@hookimpl
def jimu_seeded(step: Mapping[str, Any], ids: Sequence[int], context: Context) -> None:
    """Give the records ``ids`` the clocks that the step's ``clocks`` describes. Raises NotFound."""
    spec = step.get("clocks")
    if not spec:
        return
    sla: SlaDef | None = context.manifest.all("sla").get(spec["policy"])
    if sla is None or sla.object != step["object"]:
        params = {"name": spec["policy"], "object": step["object"]}
        raise NotFound(Message("There is no service level {name} for {object}.", params))
    chance = Random(zlib.crc32(f"{sla.name} {len(ids)}".encode()))  # noqa: S311 (demo data)
    with unit_of_work(context) as inner:
        subjects = find_subjects(sla.object, ids, inner)
        doing = Doing(inner, sla.object, subjects)
        for definition in sla.clocks.values():
            clocks = {s.id: made for s in subjects if (made := _clock(s, sla, definition, doing, spec, chance))}
            _write(clocks, sla, definition, inner)


def _clock(
    subject: Subject, sla: SlaDef, definition: ClockDef, doing: Doing, spec: Mapping[str, Any], chance: Random
) -> Clock | None:
    """The clock as it stands now; None: the service level is not for this record, or its time has not begun."""
    context, calendar = doing.context, calendar_of(sla, doing.context.manifest)
    get = doing.world.reader(plan_of(context.manifest, sla.object), subject.values)
    facts, now = facts_of(sla, definition, get, doing.environment), context.clock()
    if facts.target is None or not (facts.started or facts.stopped):
        return None
    began = Facts(started=True, paused=False, stopped=False, target=facts.target)
    used = _length(facts.target, calendar, now) * chance.uniform(*map(float, spec["used"]))
    if facts.stopped:
        begin = _since(subject, spec["since"], calendar, now, chance)
        if begin is None:
            return None
        end = add_working_time(counting(facts.target, calendar), begin, used)
        return advance(advance(None, began, begin, calendar), facts, end, calendar) if end < now else None
    begin = _back(counting(facts.target, calendar), now, used)
    clock = advance(None, facts, begin, calendar)
    late = clock is not None and clock.state == RUNNING and clock.due_at <= now
    return replace(clock, breached_at=clock.due_at) if clock is not None and late else clock


def _length(target: Duration, calendar: CalendarDef, now: datetime) -> timedelta:
    """The target as time that counts."""
    counted = counting(target, calendar)
    clock = advance(None, Facts(True, False, False, target), next_working_moment(counted, now), calendar)
    assert clock is not None
    return working_time_between(counted, clock.started_at, clock.due_at)


def _since(
    subject: Subject, field: str, calendar: CalendarDef, now: datetime, chance: Random
) -> datetime | None:
    """Some time of the day, or the moment, that the field of the record tells; None: it is empty or ahead."""
    given = subject.values.get(field)
    if isinstance(given, date) and not isinstance(given, datetime):
        given = datetime.combine(given, time(8), ZoneInfo(calendar.zone)) + timedelta(minutes=chance.randint(0, 600))
    return next_working_moment(calendar, given) if given is not None and given < now else None


def _back(calendar: CalendarDef, now: datetime, length: timedelta) -> datetime:
    """A moment since which so much time that counts has passed, to the hour."""
    hours = (n for n in range(_MOST_HOURS) if working_time_between(calendar, now - n * _HOUR, now) >= length)
    return now - next(hours, _MOST_HOURS) * _HOUR


def _write(clocks: Mapping[int, Clock], sla: SlaDef, definition: ClockDef, context: Context) -> None:
    calendar, now = calendar_of(sla, context.manifest), context.clock()
    known = load_clocks(context.transaction, list(clocks)) if clocks else {}
    rows: list[Command] = []
    kept: list[Command] = []
    for id, clock in clocks.items():
        warned = sum(warning_at(clock, w, calendar) <= now for w in definition.warnings)
        values = values_of(clock, definition, warned, calendar)
        row = known.get((id, sla.name, definition.name))
        base = {"record": id, "of_object": sla.object, "policy": sla.name, "clock": definition.name}
        rows.append(Update(CLOCK, row["id"], values) if row else Create(CLOCK, {**base, **values}))
        shown = kept_values(clock, definition, now, calendar)
        kept += [Update(sla.object, id, shown)] if shown else []
    for commands in (rows, kept):
        if commands:
            write_many(commands, context, values=False)
