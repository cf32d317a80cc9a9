"""Postal addresses: country, region (a code of the country's region tree), city, district, street, postcode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jimu.fieldtypes import registry
from jimu.fieldtypes.base import FieldSpec, FormatContext, JsonSchema, LoadContext, PartSpec
from jimu.fieldtypes.composite import CompositeType
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.numbers import shown
from jimu.fieldtypes.regions import find_region
from jimu.messages import Text

# Countries whose addresses are written from the outermost part in.
_LARGEST_FIRST = frozenset({"CN", "TW", "HK", "MO", "JP", "KR"})


class Address(CompositeType):
    name = "address"
    label = Text({"en": "Address", "zh-CN": "地址", "zh-TW": "地址"})
    help = "A postal address in parts; each part can be filtered as <name>_city and so on."
    widget = "address"
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        "country": {
            "type": "string",
            "pattern": "^[A-Z]{2}$",
            "description": "The country offered first; else the workspace's.",
        }
    }
    parts = (
        PartSpec("country", "country", {}, Text({"en": "Country", "zh-CN": "国家/地区", "zh-TW": "國家/地區"})),
        PartSpec("region", "text", {"max_length": 40}, Text({"en": "Region", "zh-CN": "省市区", "zh-TW": "省市區"})),
        PartSpec("city", "text", {"max_length": 120}, Text({"en": "City", "zh-CN": "城市", "zh-TW": "城市"})),
        PartSpec("district", "text", {"max_length": 120}, Text({"en": "District", "zh-CN": "区县", "zh-TW": "區縣"})),
        PartSpec(
            "street", "text", {"max_length": 255}, Text({"en": "Street", "zh-CN": "详细地址", "zh-TW": "詳細地址"})
        ),
        PartSpec(
            "postcode", "text", {"max_length": 16}, Text({"en": "Postcode", "zh-CN": "邮编", "zh-TW": "郵遞區號"})
        ),
    )

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> dict[str, Any]:
        """A region must be in the tree of its country when there is such a tree; else it is free text."""
        loaded = super().load_value(value, field, context)
        country, region = loaded.get("country") or field.options.get("country") or context.country, loaded.get("region")
        if region and country in context.regions and not find_region(context.regions, country, region):
            raise wrong(
                "unknown_region", "{value} is not a region of this country.", part="region", value=shown(region)
            )
        return loaded

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> dict[str, Any]:
        """An address on one line is kept whole, as the street."""
        return self.load_value({"street": " ".join(text.split())}, field, context)

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        country = value.get("country") or field.options.get("country") or context.country
        shown_country = value.get("country") if value.get("country") != context.country else None
        name = registry.get("country").format(shown_country, field, context)
        region = self._region(value.get("region"), country, context)
        parts = [name, region, value.get("city"), value.get("district"), value.get("street")]
        seen: list[str] = []
        for part in parts:
            if part and not any(part in s for s in seen):
                seen.append(part)
        if country in _LARGEST_FIRST:
            mark = "" if context.locale.startswith("zh") else " "
            return " ".join(p for p in (mark.join(seen), value.get("postcode")) if p)
        post = value.get("postcode")
        return ", ".join([*reversed(seen[1:] if name else seen), *([post] if post else []), *([name] if name else [])])

    def _region(self, code: str | None, country: str | None, context: FormatContext) -> str | None:
        tree = context.regions.get(country or "")
        if code is None or tree is None or tree.find(code) is None:
            return code
        return tree.full_name(code, context.locale, "" if context.locale.startswith("zh") else " ")
