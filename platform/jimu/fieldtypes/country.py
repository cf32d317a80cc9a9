"""Countries, ISO 3166 two-letter codes; the ``country`` part of addresses is one."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

from babel import Locale

from jimu.fieldtypes.base import BABEL_LOCALES, FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext, Resolved
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.numbers import shown
from jimu.messages import Text


@cache
def countries(locale: str) -> Mapping[str, str]:
    """Code -> name in ``locale`` (en, zh-CN, zh-TW), sorted by name."""
    territories = Locale.parse(BABEL_LOCALES.get(locale, "en_US")).territories
    found = {
        code: str(name)
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    }
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


_NO_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}


@cache
def _codes_by_name() -> Mapping[str, str]:
    found = {_folded(name): code for locale in BABEL_LOCALES for code, name in countries(locale).items()}
    return found | {"usa": "US", "uk": "GB", "中国大陆": "CN", "中國大陸": "CN", "prc": "CN"}


class Country(FieldType):
    name = "country"
    label = Text({"en": "Country", "zh-CN": "国家/地区", "zh-TW": "國家/地區"})
    help = "A country, as its ISO 3166 code of two letters."
    kind = Kind.TEXT
    widget = "text"

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        return Resolved(Kind.TEXT, length=2)

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> str:
        code = value.strip().upper() if isinstance(value, str) else ""
        if code not in countries("en"):
            raise wrong("unknown_country", "{value} is not a country code.", value=shown(value))
        return code

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> str:
        """A code, or the country's name in any of the languages."""
        return self.load_value(_codes_by_name().get(_folded(text), text), field, context)

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return countries(context.locale).get(value, value)

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "string", "pattern": "^[A-Z]{2}$"}


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()
