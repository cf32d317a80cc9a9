"""Money: an exact amount, and a currency code in the companion field ``<name>_currency`` unless the field fixes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from babel.numbers import format_currency

from jimu.fieldtypes.base import FieldSpec, FormatContext, JsonSchema, OptionProblem, PartSpec, Resolved
from jimu.fieldtypes.currency_code import known_currency
from jimu.fieldtypes.decimal import BOUNDS, Decimal, scale_option
from jimu.fieldtypes.integer import bounds_problems
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message, Text

CURRENCY_LABEL = Text({"en": "Currency", "zh-CN": "币种", "zh-TW": "幣別"})


class Currency(Decimal):
    name = "currency"
    label = Text({"en": "Money", "zh-CN": "金额", "zh-TW": "金額"})
    help = "An amount of money. Its currency code is kept in the field <name>_currency, unless `currency` fixes one."
    widget = "currency"
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        "scale": scale_option(2),
        **BOUNDS,
        "currency": {
            "type": "string",
            "pattern": "^[A-Z]{3}$",
            "description": "The one currency of this field (ISO 4217); when given there is no companion field.",
        },
    }

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        options = self.own_options(raw)
        fixed = options.get("currency")
        problems = bounds_problems(options)
        if fixed and not known_currency(fixed):
            problems += (
                OptionProblem("unknown_currency", Message("{code} is no currency code.", {"code": fixed}), "currency"),
            )
        parts = () if fixed else (PartSpec("currency", "currency_code", {}, CURRENCY_LABEL),)
        return Resolved(Kind.DECIMAL, scale=options["scale"], options=options, parts=parts, problems=problems)

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        code = field.options.get("currency") or values.get(f"{field.name}_currency") or context.currency
        places = "." + "0" * field.scale if field.scale else ""
        return str(
            format_currency(value, code, format=f"¤#,##0{places}", locale=context.babel_locale, currency_digits=False)
        )

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        fixed = field.options.get("currency")
        where = f"in {fixed}" if fixed else f"its currency is in {field.name}_currency"
        return super().value_schema(field) | {"description": f"An exact amount as text, {where}."}
