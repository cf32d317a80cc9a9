"""The operators: one table of what each takes and gives. Comparisons, ``in``, ``and``, ``or``, ``not`` work on any
type.

A blank operand makes the result blank, except that ``+`` takes a blank text as the empty one.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from jimu.formulas import calendar, numbers, shapes
from jimu.formulas.limits import MAX_SECONDS
from jimu.formulas.numbers import Number
from jimu.formulas.signature import SECONDS, Signature, signature


def concat(*texts: str | None) -> str | None:
    return "".join(t for t in texts if t) or None


def add_days(day: date, days: Number) -> date | None:
    return calendar.add_days(day, numbers.truncate(days))


def _whole_days(length: timedelta) -> int:
    return calendar.whole(calendar.seconds_of(length), 86_400)


def _seconds(seconds: Number | None) -> timedelta | None:
    if seconds is None or not -MAX_SECONDS <= seconds <= MAX_SECONDS:
        return None
    return timedelta(seconds=int(numbers.round_half_up(seconds) or 0))


def multiply_duration(length: timedelta, by: Number) -> timedelta | None:
    return _seconds(numbers.multiply(calendar.seconds_of(length), by))


def divide_duration(length: timedelta, by: Number) -> timedelta | None:
    return _seconds(numbers.divide(calendar.seconds_of(length), by))


def moments_apart(later: datetime, earlier: datetime) -> timedelta:
    """Whole seconds, the rest cut off."""
    return timedelta(seconds=calendar.whole((later - earlier) // timedelta(microseconds=1), 1_000_000))


def _wide_divided(a: int, b: int) -> Number | None:
    return numbers.divide(a, b)


# What is written -> the overloads, tried in this order.
OPERATORS: dict[str, tuple[Signature, ...]] = {
    "+": (
        signature("a: number, b: number -> number", numbers.add, "number_add", shape=shapes.added),
        signature("a: text, b: text -> text", concat, "concat", takes_blanks=True),
        signature("a: date, b: number -> date", add_days, "date_add"),
        signature(
            "a: date, b: duration -> date", lambda d, t: calendar.add_days(d, _whole_days(t)), "date_add_duration"
        ),
        signature(
            "a: datetime, b: duration -> datetime",
            lambda m, t: calendar.add_seconds(m, calendar.seconds_of(t)),
            "moment_add",
        ),
        signature(
            "a: duration, b: duration -> duration",
            lambda a, b: calendar.make_duration(calendar.seconds_of(a + b)),
            "duration_add",
            shape=SECONDS,
        ),
    ),
    "-": (
        signature("a: number, b: number -> number", numbers.subtract, "number_subtract", shape=shapes.added),
        signature(
            "a: date, b: date -> number",
            lambda a, b: (a - b).days,
            "date_subtract_date",
            shape=shapes.between(0, 3_652_060),
            may_be_blank=False,
        ),
        signature(
            "a: date, b: number -> date", lambda d, n: calendar.add_days(d, -numbers.truncate(n)), "date_subtract"
        ),
        signature(
            "a: date, b: duration -> date", lambda d, t: calendar.add_days(d, -_whole_days(t)), "date_subtract_duration"
        ),
        signature(
            "a: datetime, b: datetime -> duration",
            moments_apart,
            "moment_subtract_moment",
            shape=SECONDS,
            may_be_blank=False,
        ),
        signature(
            "a: datetime, b: duration -> datetime",
            lambda m, t: calendar.add_seconds(m, -calendar.seconds_of(t)),
            "moment_subtract",
        ),
        signature(
            "a: duration, b: duration -> duration",
            lambda a, b: calendar.make_duration(calendar.seconds_of(a - b)),
            "duration_subtract",
            shape=SECONDS,
        ),
    ),
    "*": (
        signature("a: number, b: number -> number", numbers.multiply, "number_multiply", shape=shapes.multiplied),
        signature("a: duration, b: number -> duration", multiply_duration, "duration_multiply", shape=SECONDS),
        signature(
            "a: number, b: duration -> duration",
            lambda n, t: multiply_duration(t, n),
            "multiply_duration",
            shape=SECONDS,
        ),
    ),
    "/": (
        signature("a: number, b: number -> number", numbers.divide, "number_divide", shape=shapes.divided),
        signature("a: duration, b: number -> duration", divide_duration, "duration_divide", shape=SECONDS),
        signature(
            "a: duration, b: duration -> number",
            lambda a, b: _wide_divided(calendar.seconds_of(a), calendar.seconds_of(b)),
            "duration_ratio",
            shape=shapes.divided,
        ),
    ),
    "//": (
        signature(
            "a: number, b: number -> number", numbers.floor_divide, "number_floor_divide", shape=shapes.floor_divided
        ),
    ),
    "%": (signature("a: number, b: number -> number", numbers.modulo, "number_modulo", shape=shapes.remainder),),
    "unary -": (
        signature("a: number -> number", numbers.negate, "number_negate", shape=shapes.first, may_be_blank=False),
        signature("a: duration -> duration", lambda t: -t, "duration_negate", shape=SECONDS, may_be_blank=False),
    ),
    "unary +": (signature("a: number -> number", lambda n: n, "number_plus", shape=shapes.first, may_be_blank=False),),
}


def is_equal(a: object, b: object) -> bool:
    """Two-valued: blank equals blank and nothing else."""
    return a == b


def truth(value: object) -> bool:
    """What a value means as a condition: not blank, and for numbers and durations not zero."""
    return value is not None and (
        bool(value) if isinstance(value, bool | int | Decimal | timedelta | str | list) else True
    )


def _logic(text: str, evaluate: object, key: str) -> Signature:
    return signature(text, evaluate, key, takes_blanks=True, may_be_blank=False)  # type: ignore[arg-type]


EQUAL = _logic("a: T, b: T -> boolean", is_equal, "equal")
NOT_EQUAL = _logic("a: T, b: T -> boolean", lambda a, b: a != b, "not_equal")
LESS = _logic("a: T, b: T -> boolean", lambda a, b: a is not None and b is not None and a < b, "less")
LESS_EQUAL = _logic("a: T, b: T -> boolean", lambda a, b: a is not None and b is not None and a <= b, "less_equal")
GREATER = _logic("a: T, b: T -> boolean", lambda a, b: a is not None and b is not None and a > b, "greater")
GREATER_EQUAL = _logic(
    "a: T, b: T -> boolean", lambda a, b: a is not None and b is not None and a >= b, "greater_equal"
)
AND = _logic("*a: boolean -> boolean", lambda *a: all(a), "and")
OR = _logic("*a: boolean -> boolean", lambda *a: any(a), "or")
NOT = _logic("a: boolean -> boolean", lambda a: not a, "not")
TRUTH = _logic("a: any -> boolean", truth, "truth")
IN = _logic("a: T, *items: T -> boolean", lambda a, *items: a in items, "in")
IN_REFERENCES = _logic("a: reference, list: references -> boolean", lambda a, xs: a in (xs or ()), "in_references")

# ``a in (x, y)``, ``a and b`` … evaluate their operands only as far as needed; all are total, so nobody can tell.
LOGIC = (EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, AND, OR, NOT, TRUTH, IN, IN_REFERENCES)
