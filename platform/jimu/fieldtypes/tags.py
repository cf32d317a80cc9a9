"""Free keywords."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.multi_picklist import LIST_OPERATORS, SEPARATORS, string_list
from jimu.fieldtypes.text import check_length, clean_text
from jimu.messages import Text

MAX_TAG = 80


class Tags(FieldType):
    name = "tags"
    label = Text({"en": "Tags", "zh-CN": "标签", "zh-TW": "標籤"})
    help = "Keywords that people make up as they go."
    kind = Kind.TEXTS
    widget = "tags"
    operators = LIST_OPERATORS
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        "max_items": {
            "type": "integer",
            "minimum": 1,
            "maximum": 200,
            "default": 50,
            "description": "The most tags on one record.",
        },
        "suggestions": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "Tags offered while typing.",
        },
    }

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> list[str]:
        """Two tags that differ only in case are one; the first spelling stays."""
        tags: dict[str, str] = {}
        for given in string_list(value):
            tag = clean_text(given, single_line=True).lstrip("#").strip()
            check_length(tag, MAX_TAG)
            if tag:
                tags.setdefault(tag.casefold(), tag)
        most = field.options.get("max_items", 50)
        if len(tags) > most:
            raise wrong("too_many", "At most {max} may be chosen.", max=most)
        return list(tags.values())

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> list[str]:
        return self.load_value([part.strip() for part in SEPARATORS.split(text)], field, context)

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return context.list_mark.join(value)

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {
            "type": "array",
            "items": {"type": "string", "minLength": 1, "maxLength": MAX_TAG},
            "uniqueItems": True,
            "maxItems": field.options.get("max_items", 50),
        }
