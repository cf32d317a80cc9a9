"""Places on earth: latitude and longitude in degrees (WGS 84)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from jimu.fieldtypes.base import FieldSpec, FormatContext, JsonSchema, LoadContext, PartSpec
from jimu.fieldtypes.composite import CompositeType
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.numbers import shown
from jimu.messages import Text

_PAIR = re.compile(
    r"\(?\s*(-?\d{1,2}(?:\.\d+)?)\s*°?\s*([NS])?\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*°?\s*([EW])?\s*\)?", re.IGNORECASE
)


class Geolocation(CompositeType):
    name = "geolocation"
    label = Text({"en": "Location", "zh-CN": "地理位置", "zh-TW": "地理位置"})
    help = "Latitude and longitude in degrees; parts <name>_lat and <name>_lng."
    widget = "geolocation"
    parts = (
        PartSpec(
            "lat",
            "decimal",
            {"scale": 6, "min": -90, "max": 90, "round": True},
            Text({"en": "Latitude", "zh-CN": "纬度", "zh-TW": "緯度"}),
        ),
        PartSpec(
            "lng",
            "decimal",
            {"scale": 6, "min": -180, "max": 180, "round": True},
            Text({"en": "Longitude", "zh-CN": "经度", "zh-TW": "經度"}),
        ),
    )

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> dict[str, Any]:
        loaded = super().load_value(value, field, context)
        if loaded and (loaded["lat"] is None or loaded["lng"] is None):
            raise wrong("half_a_place", "A place needs both its latitude and its longitude.")
        return loaded

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> dict[str, Any]:
        found = _PAIR.fullmatch(unicodedata.normalize("NFKC", text))
        if not found:
            raise wrong(
                "not_a_place",
                "{value} is not a place. Write it as {example}.",
                value=shown(text),
                example="31.2304, 121.4737",
            )
        south, west = (found[2] or "").upper() == "S", (found[4] or "").upper() == "W"
        return self.load_value(
            {"lat": ("-" if south else "") + found[1], "lng": ("-" if west else "") + found[3]}, field, context
        )

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return f"{value['lat']:f}, {value['lng']:f}"

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return super().value_schema(field) | {"required": ["lat", "lng"]}
