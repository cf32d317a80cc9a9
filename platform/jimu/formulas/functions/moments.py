"""Functions on moments (date and time), times of day and durations."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from jimu.formulas import calendar, numbers
from jimu.formulas.functions.days import CLOCK
from jimu.formulas.limits import MAX_SECONDS
from jimu.formulas.numbers import Number
from jimu.formulas.shapes import between
from jimu.formulas.signature import SECONDS, FunctionDef, define, signature
from jimu.formulas.tree import Shape
from jimu.formulas.types import Environment

MIDNIGHT = time()


def moment_from_local(environment: Environment, day: date, at: time = MIDNIGHT) -> datetime | None:
    return calendar.from_local(datetime.combine(day, at), environment.zone)


def time_of(environment: Environment, moment: datetime) -> time | None:
    local = calendar.to_local(moment, environment.zone)
    return local.time().replace(microsecond=0) if local else None


def time_from_parts(hour: Number, minute: Number, second: Number = 0) -> time | None:
    return calendar.make_time(numbers.truncate(hour), numbers.truncate(minute), numbers.truncate(second))


def duration(count: Number, seconds: int) -> timedelta | None:
    exact = numbers.multiply(count, seconds)
    if exact is None or not -MAX_SECONDS <= exact <= MAX_SECONDS:
        return None
    return timedelta(seconds=int(numbers.round_half_up(exact) or 0))


def _length(name: str, seconds: int, example: tuple[str, Any]) -> FunctionDef:
    found = signature("count: number -> duration", lambda n: duration(n, seconds), shape=SECONDS)
    return define(name, "moment", f"A duration of so many {name}, rounded to whole seconds.", found, examples=[example])


def _measured(name: str, unit: str, seconds: int, example: tuple[str, Any]) -> FunctionDef:
    found = signature(
        "length: duration -> number",
        may_be_blank=False,
        shape=Shape(12, MAX_SECONDS * 10**12),
        evaluate=lambda t: numbers.divide(calendar.seconds_of(t), seconds),
    )
    return define(name, "moment", f"How many {unit} a duration has, with the fraction.", found, examples=[example])


def _clock(name: str, most: int, example: tuple[str, Any]) -> FunctionDef:
    def of_moment(environment: Environment, moment: datetime) -> int | None:
        at = time_of(environment, moment)
        return None if at is None else int(getattr(at, name))

    return define(
        name,
        "moment",
        f"The {name} of a time, or of a moment in the reader's zone.",
        signature("at: time -> number", lambda t: getattr(t, name), name, shape=between(0, most), may_be_blank=False),
        signature(
            "at: datetime -> number",
            of_moment,
            f"{name}_of_moment",
            environment=True,
            reads=CLOCK,
            shape=between(0, most),
        ),
        examples=[example],
    )


FUNCTIONS = (
    define(
        "now",
        "moment",
        "The present moment.",
        signature("-> datetime", lambda e: e.now, environment=True, reads=("clock",), may_be_blank=False),
    ),
    define(
        "datetime",
        "moment",
        "The moment at which the clocks in the reader's zone show that day and time (midnight).",
        signature(
            "day: date, at?: time -> datetime", moment_from_local, "moment_from_local", environment=True, reads=CLOCK
        ),
    ),
    define(
        "time time_of",
        "moment",
        "The time of day of a moment, or of hour, minute and second; blank if none.",
        signature("moment: datetime -> time", time_of, "time_of", environment=True, reads=CLOCK),
        signature("hour: number, minute: number, second?: number -> time", time_from_parts, "time_from_parts"),
        examples=[("time(9, 30)", time(9, 30)), ("time(25, 0)", None)],
    ),
    _clock("hour", 23, ("hour(time(9, 30))", 9)),
    _clock("minute", 59, ("minute(time(9, 30))", 30)),
    _clock("second", 59, ("second(time(9, 30, 15))", 15)),
    _length("days", 86_400, ("days(2)", timedelta(days=2))),
    _length("hours", 3_600, ("hours(1.5)", timedelta(minutes=90))),
    _length("minutes", 60, ("minutes(90)", timedelta(hours=1, minutes=30))),
    _length("seconds", 1, ("seconds(90)", timedelta(seconds=90))),
    _measured("in_days", "days", 86_400, ("in_days(hours(36))", numbers.divide(3, 2))),
    _measured("in_hours", "hours", 3_600, ("in_hours(minutes(90))", numbers.divide(3, 2))),
    _measured("in_minutes", "minutes", 60, ("in_minutes(hours(2))", 120)),
    _measured("in_seconds", "seconds", 1, ("in_seconds(minutes(2))", 120)),
)
