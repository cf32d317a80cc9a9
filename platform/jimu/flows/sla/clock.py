"""The clock of a service level: pure arithmetic over a business calendar.

The time that counts is that of the target's unit: working time for working hours and workdays, else every hour. A
pause moves the end by as much of it as the pause took. A clock that was stopped and is needed again (a case reopened)
goes on: the time between counts as a pause.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jimu.business_time import ALWAYS, add, add_working_time, working_time_between
from jimu.definitions.kinds.calendar import CalendarDef
from jimu.definitions.kinds.duration import Duration
from jimu.definitions.kinds.sla import ClockDef, EarlyWarning

RUNNING, PAUSED, MET, MISSED = "running", "paused", "met", "missed"
_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the conditions say of a record now. ``target`` None: none fits, so there is no clock."""

    started: bool
    paused: bool
    stopped: bool
    target: Duration | None


@dataclass(frozen=True, slots=True)
class Clock:
    """``paused``: how much of the time that counts was paused, up to ``paused_at`` while it stands still."""

    state: str
    target: Duration
    started_at: datetime
    due_at: datetime
    paused_at: datetime | None = None
    paused: timedelta = _NONE
    stopped_at: datetime | None = None
    breached_at: datetime | None = None

    def is_breached(self, now: datetime) -> bool:
        """Whether the end has been missed: by the time it stopped or stands still, else by ``now``."""
        until = self.stopped_at or self.paused_at or now
        return self.breached_at is not None or until > self.due_at


def advance(clock: Clock | None, facts: Facts, now: datetime, calendar: CalendarDef) -> Clock | None:
    """The clock after what is now the case; None: there is none (it has not started, or nothing is to be reached).
    Raises business_time.NoEnd.
    """
    if clock is None:
        if not facts.started or facts.target is None:
            return None
        clock = Clock(RUNNING, facts.target, now, add(calendar, now, facts.target))
    elif facts.target is None:
        return None
    elif facts.target != clock.target:
        clock = count_anew(clock, facts.target, calendar)
    if facts.stopped:
        return _stop(clock, now, calendar)
    if clock.state in (MET, MISSED):
        clock = replace(clock, state=PAUSED, paused_at=clock.stopped_at, stopped_at=None)
    if facts.paused:
        return clock if clock.state == PAUSED else replace(clock, state=PAUSED, paused_at=now)
    return _resume(clock, now, calendar)


def _stop(clock: Clock, now: datetime, calendar: CalendarDef) -> Clock:
    if clock.state in (MET, MISSED):
        return clock
    clock = _resume(clock, now, calendar)
    breached = clock.is_breached(now)
    return replace(
        clock,
        state=MISSED if breached else MET,
        stopped_at=now,
        breached_at=(clock.breached_at or clock.due_at) if breached else None,
    )


def _resume(clock: Clock, now: datetime, calendar: CalendarDef) -> Clock:
    if clock.paused_at is None:
        return replace(clock, state=RUNNING)
    counted = counting(clock.target, calendar)
    pause = working_time_between(counted, clock.paused_at, now) if now > clock.paused_at else _NONE
    missed = clock.paused_at > clock.due_at
    due = clock.due_at if missed else _later(clock.due_at, pause, counted)
    return replace(clock, state=RUNNING, due_at=due, paused_at=None, paused=clock.paused + pause)


def count_anew(clock: Clock, target: Duration, calendar: CalendarDef) -> Clock:
    """The clock as if ``target`` (and this calendar) had held from its start; what was missed by then may be met."""
    due = _later(add(calendar, clock.started_at, target), clock.paused, counting(target, calendar))
    until = clock.stopped_at or clock.paused_at
    late = until is not None and until > due
    changed = replace(clock, target=target, due_at=due, breached_at=due if late else None)
    if clock.state in (MET, MISSED):
        return replace(changed, state=MISSED if late else MET)
    return changed


def counting(target: Duration, calendar: CalendarDef) -> CalendarDef:
    """The calendar whose time counts for ``target``."""
    return calendar if target.is_business else ALWAYS


def _later(moment: datetime, by: timedelta, calendar: CalendarDef) -> datetime:
    return add_working_time(calendar, moment, by) if by else moment


def warning_at(clock: Clock, warning: EarlyWarning, calendar: CalendarDef) -> datetime:
    """When ``warning`` is due: by the time that counts between start and end, pauses left out."""
    counted = counting(clock.target, calendar)
    total = working_time_between(counted, clock.started_at, clock.due_at)
    if warning.percent is not None:
        allowed = total - clock.paused
        used = allowed * warning.percent / 100 + clock.paused
    else:
        before = warning.before.plain if warning.before is not None else _NONE
        if warning.before is not None and warning.before.unit == "workdays":
            before = timedelta(hours=_hours_of_day(counted) * warning.before.amount)
        used = max(total - before, _NONE)
    return add_working_time(counted, clock.started_at, used)


def _hours_of_day(calendar: CalendarDef) -> float:
    """The hours of an ordinary working day: the first weekday that has some."""
    spans = next((s for s in calendar.hours if s), ((0, 1440),))
    return sum(end - begin for begin, end in spans) / 60


def next_look(clock: Clock, definition: ClockDef, warned: int, calendar: CalendarDef) -> datetime | None:
    """When the clock is to be looked at next, if nothing is written before: the next warning, else the end."""
    if clock.state != RUNNING or clock.breached_at is not None:
        return None
    moments = [warning_at(clock, w, calendar) for w in definition.warnings[warned : warned + 1]]
    return min([*moments, clock.due_at])


def spec_of(definition: ClockDef, calendar: CalendarDef) -> str:
    """A short mark of what due times are counted by: it changes when targets or calendar do."""
    targets = [(str(t.within), t.when.source if t.when is not None else "") for t in definition.targets]
    warnings = [(w.percent, str(w.before)) for w in definition.warnings]
    counted = (calendar.zone, calendar.hours, sorted(calendar.days.items()))
    return f"{zlib.crc32(repr((targets, warnings, counted)).encode()):08x}"
