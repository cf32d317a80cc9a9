"""Moments: stored in UTC, typed and shown in the reader's zone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_datetime_format

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext
from jimu.fieldtypes.calendar_text import read_date, read_time, split_date_time
from jimu.fieldtypes.date import DATE_OPERATORS
from jimu.fieldtypes.errors import FieldError, wrong
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.numbers import shown
from jimu.messages import Text

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d{1,6})?)?([Zz]|[+-]\d{2}:?\d{2})?")


class Datetime(FieldType):
    name = "datetime"
    label = Text({"en": "Date and time", "zh-CN": "日期时间", "zh-TW": "日期時間"})
    help = "A moment; kept in UTC, shown in each reader's time zone."
    kind = Kind.DATETIME
    widget = "datetime"
    operators = DATE_OPERATORS

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> dt.datetime:
        """A text without an offset is meant in the zone of ``context``."""
        if isinstance(value, str) and _ISO.fullmatch(value.strip()):
            try:
                value = dt.datetime.fromisoformat(value.strip().replace(",", ".").upper())
            except ValueError:
                raise self._wrong() from None
        if not isinstance(value, dt.datetime):
            raise self._wrong()
        return in_utc(value, context.time_zone)

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> dt.datetime:
        if _ISO.fullmatch(text):
            return self.load_value(text, field, context)
        day, clock = split_date_time(text)
        today = context.now.astimezone(context.time_zone).date()
        try:
            moment = dt.datetime.combine(
                read_date(day, day_first=context.day_first, today=today), read_time(clock) if clock else dt.time()
            )
        except FieldError as error:
            if error.code == "ambiguous_date":
                raise
            raise wrong(
                "not_a_datetime",
                "{value} is not a date and time. Write it as {example}.",
                value=shown(text),
                example="2026-12-31 14:30",
            ) from None
        return in_utc(moment, context.time_zone)

    def dump_value(self, value: Any, field: FieldSpec) -> str:
        return _dump(value)

    def dumper(self, field: FieldSpec) -> Callable[[Any], Any] | None:
        """orjson writes moments in UTC as ``dump`` does (with OPT_UTC_Z)."""
        return None

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        """The day written out, the time to the minute: seconds only make a page harder to read."""
        local, locale = value.astimezone(context.time_zone), context.babel_locale
        clock = format_time(local, format="short", locale=locale)
        day = format_date(local.date(), format="medium", locale=locale)
        return str(get_datetime_format("medium", locale=locale)).format(clock, day)

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "string", "format": "date-time"}

    def _wrong(self) -> FieldError:
        return wrong(
            "not_a_datetime", "This must be a date and time such as {example}.", example="2026-12-31T14:30:00Z"
        )


def _dump(value: dt.datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def in_utc(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """``moment`` in UTC; a naive one is taken in ``zone``. Raises FieldError outside the years 1 to 9999."""
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
    except OverflowError:
        raise wrong("not_a_datetime", "This date is out of range.") from None
