"""Structured data for programs: anything JSON can say, within bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

import orjson

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext
from jimu.fieldtypes.errors import FieldError, wrong
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Text

MAX_DEPTH = 32


class Json(FieldType):
    name = "json"
    label = Text({"en": "JSON", "zh-CN": "JSON", "zh-TW": "JSON"})
    help = "Structured data for programs: any JSON value."
    kind = Kind.JSON
    widget = "json"
    operators = ("blank", "not_blank")
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        "max_kb": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1024,
            "default": 64,
            "description": "The largest value, in KiB.",
        }
    }

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> Any:
        value = _checked(value, 0)
        try:
            size = len(orjson.dumps(value))
        except TypeError:
            raise _unsayable() from None
        most = field.options.get("max_kb", 64)
        if size > most * 1024:
            raise wrong("too_long", "This is larger than {max} KiB.", max=most)
        return value

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> Any:
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise wrong(
                "bad_json",
                "This is not valid JSON (line {line}, column {column}).",
                line=error.lineno,
                column=error.colno,
            ) from None
        return self.load(value, field, context)

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {}


def _checked(value: Any, depth: int) -> Any:
    """``value`` with decimals as JSON numbers; raises FieldError for what no database or program could read back."""
    if depth > MAX_DEPTH:
        raise wrong("bad_json", "This is nested too deeply.")
    if isinstance(value, dict):
        return {_checked_key(key): _checked(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_checked(inner, depth + 1) for inner in value]
    if isinstance(value, str):
        return _checked_key(value)
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise _unsayable()
    if isinstance(value, int) and abs(value) >= 2**63:
        raise wrong("too_many_digits", "This number has more than {digits} digits.", digits=18)
    return value


def _checked_key(key: Any) -> str:
    if not isinstance(key, str) or "\0" in key or any("\ud800" <= c <= "\udfff" for c in key):
        raise _unsayable()
    return key


def _unsayable() -> FieldError:
    return wrong("bad_json", "This holds something that JSON cannot say.")
