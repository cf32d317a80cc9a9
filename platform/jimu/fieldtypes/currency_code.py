"""Currency codes, ISO 4217; the ``<name>_currency`` companion of money fields is one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from babel import Locale
from babel.numbers import get_currency_name

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext, Resolved
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Text


@cache
def _codes() -> frozenset[str]:
    return frozenset(Locale.parse("en").currencies)


def known_currency(code: str) -> bool:
    return code in _codes()


class CurrencyCode(FieldType):
    name = "currency_code"
    label = Text({"en": "Currency code", "zh-CN": "币种代码", "zh-TW": "幣別代碼"})
    help = "A currency code of ISO 4217, such as EUR."
    kind = Kind.TEXT
    widget = "text"
    operators = ("eq", "ne", "in", "blank", "not_blank")

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        return Resolved(Kind.TEXT, length=3)

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> str:
        code = value.strip().upper() if isinstance(value, str) else ""
        if not known_currency(code) or (context.currencies and code not in context.currencies):
            raise wrong("unknown_currency", "{value} is no currency that is used here.", value=str(value)[:20])
        return code

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return f"{value} · {get_currency_name(value, locale=context.babel_locale)}"

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "string", "pattern": "^[A-Z]{3}$"}
