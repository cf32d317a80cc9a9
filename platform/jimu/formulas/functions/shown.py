"""``text``: values as texts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from jimu.formulas import calendar
from jimu.formulas.formats import format_day, format_number
from jimu.formulas.functions.days import CLOCK
from jimu.formulas.numbers import canonical
from jimu.formulas.signature import define, signature
from jimu.formulas.types import Environment


def moment_text(environment: Environment, moment: datetime, pattern: str = "yyyy-mm-dd hh:mi") -> str | None:
    local = calendar.to_local(moment, environment.zone)
    return format_day(local, pattern) if local else None


def duration_text(length: timedelta) -> str:
    """``h:mm:ss``, ``-0:00:05``."""
    total = calendar.seconds_of(length)
    minutes, seconds = divmod(abs(total), 60)
    return f"{'-' if total < 0 else ''}{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def boolean_text(value: bool) -> str:
    return "true" if value else "false"


FUNCTIONS = (
    define(
        "text",
        "text",
        "The value as a text. Patterns (constants): for numbers ``0``, ``0.00``, ``#,##0.00`` or these with ``%``; for "
        "days and times made of ``yyyy yy mm dd hh mi ss q``.",
        signature("text: text -> text", lambda t: t, "text_same", may_be_blank=False),
        signature("number: number -> text", canonical, "number_text", may_be_blank=False),
        signature("number: number, pattern: text! -> text", format_number, "number_format"),
        signature("value: boolean -> text", boolean_text, "boolean_text", may_be_blank=False),
        signature("day: date -> text", date.isoformat, "date_text", may_be_blank=False),
        signature("day: date, pattern: text! -> text", format_day, "date_format"),
        signature(
            "moment: datetime, pattern?: text! -> text", moment_text, "moment_format", environment=True, reads=CLOCK
        ),
        signature("at: time -> text", time.isoformat, "time_text", may_be_blank=False),
        signature("at: time, pattern: text! -> text", format_day, "time_format"),
        signature("length: duration -> text", duration_text, "duration_text", may_be_blank=False),
        signature("list: texts -> text", lambda xs: ", ".join(xs) or None, "texts_text"),
        examples=[
            ("text(12.50)", "12.5"),
            ("text(1234.5, '#,##0.00')", "1,234.50"),
            ("text(0.125, '0.0%')", "12.5%"),
            ("text(date(2024, 5, 6), 'yyyy/mm/dd')", "2024/05/06"),
            ("text(minutes(90))", "1:30:00"),
        ],
    ),
)
