"""Ratings: a number of stars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jimu.fieldtypes.base import FieldSpec, FormatContext, JsonSchema
from jimu.fieldtypes.integer import Integer
from jimu.messages import Text


class Rating(Integer):
    name = "rating"
    label = Text({"en": "Rating", "zh-CN": "评分", "zh-TW": "評分"})
    help = "A number of stars."
    widget = "rating"
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        "max": {"type": "integer", "minimum": 2, "maximum": 10, "default": 5, "description": "The number of stars."},
        "icon": {"type": "string", "default": "star", "description": "The icon that is repeated."},
    }

    def own_options(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        return super().own_options(raw) | {"min": 0}

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return f"{value}/{field.options.get('max', 5)}"
