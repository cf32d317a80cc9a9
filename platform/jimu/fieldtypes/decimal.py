"""Exact decimal numbers."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from babel.numbers import format_decimal

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext, Resolved
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.integer import bounds_problems, check_bounds
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.numbers import exact, not_a_number, read_number, round_half_up
from jimu.messages import Text

DIGITS = 18
BOUNDS: Mapping[str, JsonSchema] = {
    "min": {"type": "number", "description": "The smallest value allowed."},
    "max": {"type": "number", "description": "The largest value allowed."},
    "round": {
        "type": "boolean",
        "default": False,
        "description": "Round input with more decimal places (half up) instead of refusing it.",
    },
}


def scale_option(default: int) -> JsonSchema:
    return {
        "type": "integer",
        "minimum": 0,
        "maximum": 12,
        "default": default,
        "description": f"The number of decimal places ({default} when not given); 18 digits in all.",
    }


class Decimal(FieldType):
    name = "decimal"
    label = Text({"en": "Decimal number", "zh-CN": "小数", "zh-TW": "小數"})
    help = "An exact decimal number of at most 18 digits."
    kind = Kind.DECIMAL
    widget = "number"
    operators = ("eq", "ne", "lt", "le", "gt", "ge", "between", "in", "blank", "not_blank")
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {"scale": scale_option(2), **BOUNDS}

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        options = self.own_options(raw)
        return Resolved(Kind.DECIMAL, scale=options["scale"], options=options, problems=bounds_problems(options))

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> decimal.Decimal:
        return self._checked(exact(value), field)

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> decimal.Decimal:
        return self._checked(read_number(text, context.decimal_mark), field)

    def _checked(self, number: decimal.Decimal, field: FieldSpec) -> decimal.Decimal:
        if abs(number) >= decimal.Decimal(10) ** (DIGITS - field.scale):
            raise wrong(
                "too_many_digits",
                "This number has more than {digits} digits before the decimal point.",
                digits=DIGITS - field.scale,
            )
        fitted = round_half_up(number, field.scale)
        if fitted != number and not field.options.get("round"):
            raise wrong("too_precise", "This number has more than {scale} decimal places.", scale=field.scale)
        check_bounds(fitted, field.options)
        return fitted

    def fit(self, value: Any, field: FieldSpec) -> decimal.Decimal | None:
        if value is None:
            return None
        if not isinstance(value, (int, decimal.Decimal)):
            raise not_a_number(value)
        number, limit = decimal.Decimal(value), decimal.Decimal(10) ** (DIGITS - field.scale)
        if abs(number) >= limit:
            return None
        fitted = round_half_up(number, field.scale)
        return fitted if abs(fitted) < limit else None

    def dump_value(self, value: Any, field: FieldSpec) -> str:
        return f"{value:.{field.scale}f}"

    def dumper(self, field: FieldSpec) -> Callable[[Any], Any]:
        spec = f".{field.scale}f"
        return lambda value: None if value is None else format(value, spec)

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return str(
            format_decimal(
                value, format="#,##0." + "0" * field.scale if field.scale else "#,##0", locale=context.babel_locale
            )
        )

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        places = rf"\.\d{{{field.scale}}}" if field.scale else ""
        return {
            "type": "string",
            "pattern": rf"^-?\d{{1,{DIGITS - field.scale}}}{places}$",
            "description": "An exact decimal number as text; when written, a JSON number will do too.",
        }
