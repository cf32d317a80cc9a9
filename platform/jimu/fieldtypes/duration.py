"""Lengths of time: "1h 30m"; whole seconds in JSON."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.numbers import exact, round_half_up, shown
from jimu.messages import Message, Text

MAX_SECONDS = 10**11
_UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
_TEMPLATES = {"d": "{n}d", "h": "{n}h", "m": "{n}m", "s": "{n}s"}
_WORDS = {
    "w": "w week weeks 周 週 星期",
    "d": "d day days 天 日",
    "h": "h hr hrs hour hours 小时 小時 时 時 钟头",
    "m": "m min mins minute minutes 分钟 分鐘 分",
    "s": "s sec secs second seconds 秒钟 秒鐘 秒",
}
_UNIT_OF = {word: unit for unit, words in _WORDS.items() for word in words.split()}
_PART = re.compile(
    r"\s*(\d+(?:[.,]\d+)?)\s*(" + "|".join(sorted(_UNIT_OF, key=len, reverse=True)) + r")(?![a-z])[\s,]*", re.IGNORECASE
)
_CLOCK = re.compile(r"(\d+):([0-5]\d)(?::([0-5]\d))?")
_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


class Duration(FieldType):
    name = "duration"
    label = Text({"en": "Duration", "zh-CN": "时长", "zh-TW": "時長"})
    help = "A length of time to the second, typed as 1h 30m, 1:30 or 90m; a bare number counts in `unit`."
    kind = Kind.DURATION
    widget = "duration"
    operators = ("eq", "ne", "lt", "le", "gt", "ge", "between", "blank", "not_blank")
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        "unit": {
            "type": "string",
            "enum": ["s", "m", "h", "d"],
            "default": "m",
            "description": "The unit of a bare number that is typed or imported.",
        }
    }

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> dt.timedelta:
        if isinstance(value, dt.timedelta):
            return _checked(Decimal(value.days * 86400 + value.seconds))
        if isinstance(value, str):
            return _checked(_read(value))
        return _checked(exact(value))

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> dt.timedelta:
        plain = unicodedata.normalize("NFKC", text)
        if re.fullmatch(r"\d+(\.\d+)?", plain):
            return _checked(Decimal(plain) * _UNITS[field.options.get("unit", "m")])
        return _checked(_read(plain))

    def dump_value(self, value: Any, field: FieldSpec) -> int:
        return int(value.days * 86400 + value.seconds)

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        seconds = value.days * 86400 + value.seconds
        sign = "-" if seconds < 0 else ""
        rest, parts = abs(seconds), []
        for unit in _TEMPLATES:
            count, rest = divmod(rest, _UNITS[unit])
            if count or (unit == "m" and not seconds):
                parts.append(context.say(Message(_TEMPLATES[unit], {"n": count})))
        return sign + " ".join(parts)

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {
            "type": "integer",
            "minimum": -MAX_SECONDS,
            "maximum": MAX_SECONDS,
            "description": "Seconds; when written, text such as 1h 30m or PT1H30M will do too.",
        }


def _read(given: str) -> Decimal:
    """Seconds of "1h 30m", "1:30" (hours and minutes), "PT1H30M" or "1小时30分"; raises FieldError."""
    text = given.strip()
    sign = -1 if text.startswith("-") else 1
    text = text.removeprefix("-").strip()
    if found := _CLOCK.fullmatch(text):
        return sign * (Decimal(found[1]) * 3600 + Decimal(found[2]) * 60 + Decimal(found[3] or 0))
    if (found := _ISO.fullmatch(text.upper())) and any(found.groups()):
        return sign * sum(
            (Decimal(n or 0) * f for n, f in zip(found.groups(), _UNITS.values(), strict=True)), Decimal(0)
        )
    total, at, seen = Decimal(0), 0, set()
    while found := _PART.match(text, at):
        unit = _UNIT_OF[found[2].casefold()]
        if unit in seen:
            break
        seen.add(unit)
        total += Decimal(found[1].replace(",", ".")) * _UNITS[unit]
        at = found.end()
    if not seen or at < len(text):
        raise wrong(
            "not_a_duration",
            "{value} is not a length of time. Write it as {example}.",
            value=shown(given),
            example="1h 30m",
        )
    return sign * total


def _checked(seconds: Decimal) -> dt.timedelta:
    if abs(seconds) > MAX_SECONDS:
        raise wrong("too_large", "This length of time is too long.")
    return dt.timedelta(seconds=int(round_half_up(seconds, 0)))
