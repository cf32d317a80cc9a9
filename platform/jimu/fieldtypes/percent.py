"""Percentages: 15 means 15 %."""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from typing import Any, ClassVar

from babel.numbers import format_percent

from jimu.fieldtypes.base import FieldSpec, FormatContext, JsonSchema, LoadContext
from jimu.fieldtypes.decimal import BOUNDS, Decimal, scale_option
from jimu.messages import Text


class Percent(Decimal):
    name = "percent"
    label = Text({"en": "Percentage", "zh-CN": "百分比", "zh-TW": "百分比"})
    help = "A percentage; 15 is stored, typed and computed with as 15, and shown as 15%."
    widget = "percent"
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {"scale": scale_option(2), **BOUNDS}

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> decimal.Decimal:
        return super().parse_value(text.rstrip("%％ "), field, context)

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        places = "0." + "#" * field.scale if field.scale else "0"
        return str(format_percent(value / 100, format=f"#,##{places}%", locale=context.babel_locale))
