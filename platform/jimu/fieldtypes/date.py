"""Calendar dates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from babel.dates import format_date

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext
from jimu.fieldtypes.calendar_text import read_date
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Text

DATE_OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "between", "within", "blank", "not_blank")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


class Date(FieldType):
    name = "date"
    label = Text({"en": "Date", "zh-CN": "日期", "zh-TW": "日期"})
    help = "A day of the calendar, without a time and without a zone."
    kind = Kind.DATE
    widget = "date"
    operators = DATE_OPERATORS

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> dt.date:
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        if isinstance(value, str) and _ISO.fullmatch(value):
            try:
                return dt.date.fromisoformat(value)
            except ValueError:
                pass
        raise wrong("not_a_date", "This must be a date such as {example}.", example="2026-12-31")

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> dt.date:
        today = context.now.astimezone(context.time_zone).date()
        return read_date(text, day_first=context.day_first, today=today)

    def dump_value(self, value: Any, field: FieldSpec) -> str:
        return str(value.isoformat())

    def dumper(self, field: FieldSpec) -> None:
        """orjson writes dates as ``dump`` does."""
        return

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return str(format_date(value, format="medium", locale=context.babel_locale))

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "string", "format": "date"}
