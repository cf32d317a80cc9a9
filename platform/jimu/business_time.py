"""Business time: how long and until when, counted only while people work by a calendar (``flows/calendars``).

Pure arithmetic over ``CalendarDef``; moments are aware, answers are in UTC. A span of working hours is meant in the
calendar's zone and turned into moments day by day, so a day on which clocks change is as long as it really is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jimu.definitions.kinds.calendar import CalendarDef, Span
from jimu.definitions.kinds.duration import Duration
from jimu.definitions.manifest import Manifest
from jimu.errors import NotFound
from jimu.messages import Message, Text

Moments = tuple[datetime, datetime]

# Beyond so many days without enough working hours a calendar is taken to be at its end.
_HORIZON = 50 * 366
_NONE = timedelta(0)


class NoEnd(Exception):
    """The calendar never has so much working time after that moment."""


ALWAYS = CalendarDef("always", Text({"en": "Around the clock"}), "UTC", (((0, 1440),),) * 7)
"""Counts every hour of every day: what deadlines are in where no calendar is named and none is the default."""


def find_calendar(manifest: Manifest, name: str | None = None) -> CalendarDef:
    """The calendar called ``name``; without a name the default one, else ``ALWAYS``. Raises NotFound."""
    calendars = manifest.all("calendar")
    if name is None:
        found: CalendarDef = next((c for c in calendars.values() if c.default), ALWAYS)
        return found
    if name not in calendars:
        raise NotFound(Message("There is no calendar called {name}.", {"name": name}))
    named: CalendarDef = calendars[name]
    return named


def calendar_of_person(manifest: Manifest, departments: Iterable[str]) -> CalendarDef:
    """The calendar by which somebody works: that of the nearest of ``departments`` (codes, his own first, then those
    above it) that has one, else the default one.
    """
    by_code = {code: found for found in manifest.all("calendar").values() for code in found.departments}
    named: CalendarDef | None = next((by_code[code] for code in departments if code in by_code), None)
    return named or find_calendar(manifest)


# Between these years a week that is not Monday to Friday is written out day by day.
_FIRST, _LAST = date(1990, 1, 1), date(2061, 1, 1)


def exceptions_of(calendar: CalendarDef) -> tuple[frozenset[date], frozenset[date]]:
    """The days on which ``calendar`` differs from Monday to Friday: those that are free, and those that are worked."""
    free = {day for day, spans in calendar.days.items() if not spans}
    worked = set(calendar.days) - free
    for weekday, spans in enumerate(calendar.hours):
        if bool(spans) == (weekday < 5):
            continue
        first = (weekday - _FIRST.weekday()) % 7
        days = {_FIRST + timedelta(days=n) for n in range(first, (_LAST - _FIRST).days, 7)} - set(calendar.days)
        if spans:
            worked |= days
        else:
            free |= days
    return frozenset(free), frozenset(worked)


def spans_of(calendar: CalendarDef, day: date) -> tuple[Span, ...]:
    """The working hours of ``day``: what is said of the day, else of its weekday; () on a free day."""
    return calendar.days.get(day, calendar.hours[day.weekday()])


def is_workday(calendar: CalendarDef, day: date) -> bool:
    return bool(spans_of(calendar, day))


def day_of(calendar: CalendarDef, moment: datetime) -> date:
    """The day of ``moment`` where the calendar is."""
    return moment.astimezone(ZoneInfo(calendar.zone)).date()


def working_spans(calendar: CalendarDef, start: date, days: int = _HORIZON) -> Iterator[Moments]:
    """The spans of working time of ``days`` days from ``start``, in order."""
    zone = ZoneInfo(calendar.zone)
    for n in range(days):
        day = start + timedelta(days=n)
        for begin, end in spans_of(calendar, day):
            yield _moment(day, begin, zone), _moment(day, end, zone)


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Minute 1440 is the next day's first; a time that a change of clocks leaves out is the moment after the gap."""
    if minutes == 1440:
        day, minutes = day + timedelta(days=1), 0
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).astimezone(UTC)


def next_working_moment(calendar: CalendarDef, moment: datetime) -> datetime:
    """``moment`` if people work then, else when they begin to. Raises NoEnd."""
    for begin, end in working_spans(calendar, day_of(calendar, moment)):
        if end > moment:
            return max(begin, moment.astimezone(UTC))
    raise NoEnd(calendar.name)


def add_working_time(calendar: CalendarDef, start: datetime, duration: timedelta) -> datetime:
    """The first moment by which ``duration`` of working time has passed since ``start``; for a duration of 0 the next
    working moment. Raises NoEnd, and ValueError for a negative duration.
    """
    if duration < _NONE:
        raise ValueError("a duration is not negative")
    if duration == _NONE:
        return next_working_moment(calendar, start)
    left = duration
    for begin, end in working_spans(calendar, day_of(calendar, start)):
        begin = max(begin, start)
        if begin >= end:
            continue
        if end - begin >= left:
            return begin.astimezone(UTC) + left
        left -= end - begin
    raise NoEnd(calendar.name)


def working_time_between(calendar: CalendarDef, start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two moments; negative if ``end`` is the earlier one."""
    if end < start:
        return -working_time_between(calendar, end, start)
    first, last = day_of(calendar, start), day_of(calendar, end)
    total = _NONE
    for begin, until in working_spans(calendar, first, (last - first).days + 1):
        total += max(min(until, end) - max(begin, start), _NONE)
    return total


def add_workdays(calendar: CalendarDef, start: datetime, days: int) -> datetime:
    """The same time of day on the ``days``-th working day after that of ``start``, brought within its working hours;
    a start outside working time counts from the next working moment. Raises NoEnd, ValueError for negative days.
    """
    if days < 0:
        raise ValueError("a number of workdays is not negative")
    begin = next_working_moment(calendar, start)
    if days == 0:
        return begin
    zone = ZoneInfo(calendar.zone)
    local = begin.astimezone(zone)
    day = local.date()
    for _ in range(_HORIZON):
        day += timedelta(days=1)
        if is_workday(calendar, day):
            days -= 1
            if days == 0:
                return _within(calendar, day, datetime.combine(day, local.timetz()))
    raise NoEnd(calendar.name)


def _within(calendar: CalendarDef, day: date, moment: datetime) -> datetime:
    """``moment`` if it is working time of ``day``, else the nearest end before or, before all, the beginning."""
    spans = list(working_spans(calendar, day, 1))
    at = max(moment.astimezone(UTC), spans[0][0])
    for begin, end in reversed(spans):
        if at >= begin:
            return min(at, end)
    return at


def add(calendar: CalendarDef, start: datetime, duration: Duration) -> datetime:
    """When ``duration`` has passed since ``start``: by the clock, or by ``calendar`` for working hours and workdays.
    Raises NoEnd.
    """
    if duration.unit == "workdays":
        return add_workdays(calendar, start, duration.amount)
    if duration.is_business:
        return add_working_time(calendar, start, duration.plain)
    return start.astimezone(UTC) + duration.plain


def workdays_between(calendar: CalendarDef, first: date, last: date) -> int:
    """How many working days lie in ``first`` < day <= ``last``; negative if ``last`` is the earlier one."""
    if last < first:
        return -workdays_between(calendar, last, first)
    return sum(is_workday(calendar, first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
