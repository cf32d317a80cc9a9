"""Whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from babel.numbers import format_decimal

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext, OptionProblem, Resolved
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.numbers import exact, not_a_number, read_number, round_half_up
from jimu.messages import Message, Text

MAX_INTEGER = 10**18 - 1


def bounds_problems(options: Mapping[str, Any]) -> tuple[OptionProblem, ...]:
    low, high = options.get("min"), options.get("max")
    if low is None or high is None or exact(low) <= exact(high):
        return ()
    return (
        OptionProblem("bad_bounds", Message("min ({min}) is above max ({max}).", {"min": low, "max": high}), "min"),
    )


def check_bounds(value: Any, options: Mapping[str, Any]) -> None:
    """Raises FieldError when ``value`` is outside ``min`` and ``max`` of ``options``."""
    low, high = options.get("min"), options.get("max")
    if low is not None and value < exact(low):
        raise wrong("too_small", "This must be at least {min}.", min=low)
    if high is not None and value > exact(high):
        raise wrong("too_large", "This must be at most {max}.", max=high)


class Integer(FieldType):
    name = "integer"
    label = Text({"en": "Whole number", "zh-CN": "整数", "zh-TW": "整數"})
    help = "A whole number of at most 18 digits."
    kind = Kind.INTEGER
    widget = "number"
    operators = ("eq", "ne", "lt", "le", "gt", "ge", "between", "in", "blank", "not_blank")
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        "min": {"type": "integer", "description": "The smallest value allowed."},
        "max": {"type": "integer", "description": "The largest value allowed."},
        "grouping": {
            "type": "boolean",
            "default": True,
            "description": "Show thousands separators (off for years and codes).",
        },
    }

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        options = self.own_options(raw)
        return Resolved(Kind.INTEGER, options=options, problems=bounds_problems(options))

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> int:
        return self._checked(exact(value), field)

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> int:
        return self._checked(read_number(text, context.decimal_mark), field)

    def _checked(self, number: Decimal, field: FieldSpec) -> int:
        if abs(number) > MAX_INTEGER:
            raise wrong("too_many_digits", "This number has more than {digits} digits.", digits=18)
        whole = int(number)
        if whole != number:
            raise wrong("not_whole", "This must be a whole number.")
        check_bounds(whole, field.options)
        return whole

    def fit(self, value: Any, field: FieldSpec) -> int | None:
        if value is None:
            return None
        if not isinstance(value, (int, Decimal)):
            raise not_a_number(value)
        whole = int(round_half_up(Decimal(value), 0))
        return whole if abs(whole) <= MAX_INTEGER else None

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        grouped = field.options.get("grouping", True)
        return str(format_decimal(value, format="#,##0" if grouped else "0", locale=context.babel_locale))

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        low, high = field.options.get("min"), field.options.get("max")
        return {
            "type": "integer",
            "minimum": -MAX_INTEGER if low is None else low,
            "maximum": MAX_INTEGER if high is None else high,
        }
