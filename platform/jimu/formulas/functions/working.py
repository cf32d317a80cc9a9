"""Functions on what is worked: workdays and working time, by a business calendar.

They count by the default calendar, or by one that is named as a constant. Nothing here knows how a calendar is written;
``Environment.calendars`` brings them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from jimu.formulas import calendar, numbers
from jimu.formulas.calendar import WorkCalendar, work_calendar
from jimu.formulas.functions.days import CLOCK, DAYS
from jimu.formulas.numbers import Number
from jimu.formulas.signature import SECONDS, define, signature
from jimu.formulas.tree import Call, Constant
from jimu.formulas.types import BusinessCalendar, Environment

# Working time is counted day by day: over longer times it is blank.
LONGEST = timedelta(days=5000)
_NONE = timedelta(0)


def workdays_of(environment: Environment, name: str | None = None) -> WorkCalendar | None:
    """The days worked by the business calendar ``name`` (None: it is not known), without a name by the default one."""
    if not name:
        return work_calendar(frozenset(environment.holidays), frozenset(environment.workdays))
    found = environment.calendars.get(name)
    return None if found is None else work_calendar(found.free, found.worked)


def named_calendar(node: Call) -> str | None:
    """The business calendar that a call names."""
    names = (
        str(arg.value)
        for index, arg in enumerate(node.args)
        if isinstance(arg, Constant) and node.signature.parameter(index).name == "calendar"
    )
    return next(names, None)


def is_workday(environment: Environment, day: date, name: str | None = None) -> bool | None:
    known = workdays_of(environment, name)
    return None if known is None else known.is_workday(day)


def workdays_between(environment: Environment, start: date, end: date, name: str | None = None) -> int | None:
    known = workdays_of(environment, name)
    return None if known is None else known.between(start, end)


def add_workdays(environment: Environment, day: date, count: Number, name: str | None = None) -> date | None:
    known = workdays_of(environment, name)
    return None if known is None else known.add(day, numbers.truncate(count))


def working_time(
    environment: Environment, start: datetime, end: datetime, name: str | None = None
) -> timedelta | None:
    known = _hours_of(environment, name)
    if known is None or abs(end - start) > LONGEST or not (_is_near(start) and _is_near(end)):
        return None
    found = known.working_time(start, end)
    return None if found is None else timedelta(seconds=calendar.seconds_of(found))


def add_working_time(
    environment: Environment, start: datetime, length: timedelta, name: str | None = None
) -> datetime | None:
    known = _hours_of(environment, name)
    if known is None or length < _NONE or length > LONGEST or not _is_near(start):
        return None
    return known.after(start, length)


def _hours_of(environment: Environment, name: str | None) -> BusinessCalendar | None:
    return environment.calendars.get(name or "")


def _is_near(moment: datetime) -> bool:
    """Within the years of which calendars speak; beyond them days have no local time that could be added to."""
    return 1900 <= moment.year <= 2200


FUNCTIONS = (
    define(
        "is_workday",
        "day",
        "Whether the day is worked by the calendar: the default one if none is named, Monday to Friday without one.",
        signature("day: date, calendar?: text! -> boolean", is_workday, environment=True, reads=CLOCK),
        examples=[("is_workday(date(2024, 5, 4))", False)],
    ),
    define(
        "workdays_between",
        "day",
        "The workdays after ``start`` up to and with ``end``; negative if ``end`` is earlier.",
        signature(
            "start: date, end: date, calendar?: text! -> number",
            workdays_between,
            environment=True,
            reads=CLOCK,
            shape=DAYS,
        ),
        examples=[("workdays_between(date(2024, 5, 3), date(2024, 5, 6))", 1)],
    ),
    define(
        "add_workdays",
        "day",
        "The ``count``-th workday after the day, or before it; blank beyond 5,000.",
        signature(
            "day: date, count: number, calendar?: text! -> date", add_workdays, environment=True, reads=CLOCK
        ),
        examples=[("add_workdays(date(2024, 5, 3), 1)", date(2024, 5, 6))],
    ),
    define(
        "working_time",
        "moment",
        "The working time between two moments by the calendar, negative if ``end`` is earlier; blank over 5,000 days.",
        signature(
            "start: datetime, end: datetime, calendar?: text! -> duration",
            working_time,
            environment=True,
            reads=CLOCK,
            shape=SECONDS,
            python_only=True,
        ),
    ),
    define(
        "add_working_time",
        "moment",
        "When so much working time has passed since the moment, by the calendar.",
        signature(
            "start: datetime, length: duration, calendar?: text! -> datetime",
            add_working_time,
            environment=True,
            reads=CLOCK,
            python_only=True,
        ),
    ),
)
