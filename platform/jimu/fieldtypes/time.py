"""Times of day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from babel.dates import format_time

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext
from jimu.fieldtypes.calendar_text import read_time
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Text

_ISO = re.compile(r"\d{2}:\d{2}(:\d{2})?")


class Time(FieldType):
    name = "time"
    label = Text({"en": "Time of day", "zh-CN": "时间", "zh-TW": "時間"})
    help = "A time of day to the second, without a date and without a zone."
    kind = Kind.TIME
    widget = "time"
    operators = ("eq", "ne", "lt", "le", "gt", "ge", "between", "blank", "not_blank")

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> dt.time:
        if isinstance(value, dt.time) and value.tzinfo is None:
            return value.replace(microsecond=0)
        if isinstance(value, str) and _ISO.fullmatch(value):
            try:
                return dt.time.fromisoformat(value)
            except ValueError:
                pass
        raise wrong("not_a_time", "This must be a time of day such as {example}.", example="14:30")

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> dt.time:
        return read_time(text)

    def dump_value(self, value: Any, field: FieldSpec) -> str:
        return str(value.strftime("%H:%M:%S"))

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return str(format_time(value, format="short", locale=context.babel_locale))

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"}
