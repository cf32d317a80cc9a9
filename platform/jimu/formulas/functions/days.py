"""Functions on days. Where a day is asked for, a date and time is taken too and means its day in the reader's zone."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from jimu.formulas import calendar, numbers
from jimu.formulas.numbers import Number
from jimu.formulas.operators import add_days
from jimu.formulas.shapes import between
from jimu.formulas.signature import FunctionDef, Signature, define, signature
from jimu.formulas.types import Environment

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
CLOCK = ("clock", "day")
DAYS = between(0, 3_652_060)
MONTHS = between(0, 120_000)


def today(environment: Environment) -> date | None:
    return _day_of(environment.now, environment.zone)


# Asked once per record, always for the same moment.
_day_of = lru_cache(maxsize=256)(calendar.local_date)


def date_of(environment: Environment, moment: datetime) -> date | None:
    return calendar.local_date(moment, environment.zone)


def date_from_text(text: str) -> date | None:
    if _DAY.fullmatch(text) is None:
        return None
    return calendar.make_date(int(text[:4]), int(text[5:7]), int(text[8:]))


def date_from_parts(year: Number, month: Number, day: Number) -> date | None:
    return calendar.make_date(numbers.truncate(year), numbers.truncate(month), numbers.truncate(day))


def add_months(day: date, months: Number) -> date | None:
    return calendar.add_months(day, numbers.truncate(months))


def add_years(day: date, years: Number) -> date | None:
    return calendar.add_months(day, numbers.truncate(years) * 12)


def _part(name: str, summary: str, evaluate: Any, most: int, example: tuple[str, Any]) -> FunctionDef:
    found = signature("day: date -> number", evaluate, shape=between(0, most), may_be_blank=False)
    return define(name, "day", summary, found, examples=[example])


def _unit(name: str, summary: str, evaluate: Any, example: tuple[str, Any]) -> FunctionDef:
    return define(name, "day", summary, signature("day: date, unit: text! -> date", evaluate), examples=[example])


def _fiscal(name: str, summary: str, evaluate: Any, example: tuple[str, Any]) -> FunctionDef:
    found: Signature = signature(
        "day: date, first_month: number! -> number",
        shape=between(0, 9999),
        may_be_blank=False,
        evaluate=lambda d, m: evaluate(d, int(m)),
    )
    return define(name, "day", summary, found, examples=[example])


FUNCTIONS = (
    define(
        "today",
        "day",
        "The day it is now, in the reader's zone.",
        signature("-> date", today, environment=True, reads=CLOCK, may_be_blank=False),
    ),
    define(
        "date date_of",
        "day",
        "The day that a text ``2024-01-31`` names, on which a moment falls, or of year, month and day; blank if none.",
        signature("moment: datetime -> date", date_of, "date_of", environment=True, reads=CLOCK),
        signature("day: date -> date", lambda d: d, "date_same", may_be_blank=False),
        signature("text: text -> date", date_from_text, "date_from_text"),
        signature("year: number, month: number, day: number -> date", date_from_parts, "date_from_parts"),
        examples=[
            ("date(2024, 2, 29)", date(2024, 2, 29)),
            ("date(2023, 2, 29)", None),
            ("date('2024-01-31')", date(2024, 1, 31)),
        ],
    ),
    _part("year", "The year.", lambda d: d.year, 9999, ("year(date(2024, 5, 6))", 2024)),
    _part("quarter", "The quarter, 1 to 4.", lambda d: (d.month + 2) // 3, 4, ("quarter(date(2024, 5, 6))", 2)),
    _part("month", "The month, 1 to 12.", lambda d: d.month, 12, ("month(date(2024, 5, 6))", 5)),
    _part(
        "week", "The week of the year by ISO 8601.", lambda d: d.isocalendar().week, 53, ("week(date(2024, 5, 6))", 19)
    ),
    _part("day", "The day of the month.", lambda d: d.day, 31, ("day(date(2024, 5, 6))", 6)),
    _part("weekday", "The day of the week, Monday being 1.", date.isoweekday, 7, ("weekday(date(2024, 5, 6))", 1)),
    _part(
        "day_of_year",
        "The day of the year, 1 to 366.",
        lambda d: d.timetuple().tm_yday,
        366,
        ("day_of_year(date(2024, 3, 1))", 61),
    ),
    define(
        "add_days",
        "day",
        "So many days later; blank beyond the years 1 to 9999.",
        signature("day: date, days: number -> date", add_days, "date_add"),
        examples=[("add_days(date(2024, 2, 28), 2)", date(2024, 3, 1))],
    ),
    define(
        "add_months",
        "day",
        "So many months later, on the month's last day where it is shorter.",
        signature("day: date, months: number -> date", add_months),
        examples=[("add_months(date(2024, 1, 31), 1)", date(2024, 2, 29))],
    ),
    define(
        "add_years",
        "day",
        "So many years later.",
        signature("day: date, years: number -> date", add_years),
        examples=[("add_years(date(2024, 2, 29), 1)", date(2025, 2, 28))],
    ),
    define(
        "days_between",
        "day",
        "The days from ``start`` to ``end``; negative if ``end`` is earlier.",
        signature("start: date, end: date -> number", lambda a, b: (b - a).days, shape=DAYS, may_be_blank=False),
        examples=[("days_between(date(2024, 2, 28), date(2024, 3, 1))", 2)],
    ),
    define(
        "months_between",
        "day",
        "The whole months from ``start`` to ``end``.",
        signature("start: date, end: date -> number", calendar.months_between, shape=MONTHS, may_be_blank=False),
        examples=[("months_between(date(2024, 1, 15), date(2024, 3, 14))", 1)],
    ),
    define(
        "years_between",
        "day",
        "The whole years from ``start`` to ``end``.",
        signature("start: date, end: date -> number", calendar.years_between, shape=MONTHS, may_be_blank=False),
        examples=[("years_between(date(2000, 5, 6), date(2024, 5, 5))", 23)],
    ),
    define(
        "age",
        "day",
        "The whole years from the day until today.",
        signature(
            "day: date -> number",
            environment=True,
            reads=CLOCK,
            shape=MONTHS,
            evaluate=lambda e, d: calendar.years_between(d, today(e) or d),
        ),
    ),
    _unit(
        "start_of",
        "The first day of the ``day``, ``week`` (Monday), ``month``, ``quarter`` or ``year``.",
        calendar.start_of,
        ("start_of(date(2024, 5, 6), 'quarter')", date(2024, 4, 1)),
    ),
    _unit(
        "end_of",
        "The last day of the ``day``, ``week``, ``month``, ``quarter`` or ``year``.",
        calendar.end_of,
        ("end_of(date(2024, 2, 6), 'month')", date(2024, 2, 29)),
    ),
    _fiscal(
        "fiscal_year",
        "The calendar year in which the fiscal year begins, which begins with ``first_month``.",
        calendar.fiscal_year,
        ("fiscal_year(date(2024, 3, 31), 4)", 2023),
    ),
    _fiscal(
        "fiscal_quarter",
        "The quarter of the fiscal year that begins with ``first_month``.",
        calendar.fiscal_quarter,
        ("fiscal_quarter(date(2024, 3, 31), 4)", 4),
    ),
)
