"""Several options out of a list, in the order of the list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext
from jimu.fieldtypes.choices import OPTION_KEYS, check_choice, find_choice, is_retired, label_of, retired_choice
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Text

SEPARATORS = re.compile(r"[;；,，、|\n]+")
LIST_OPERATORS = ("has_any", "has_all", "has_none", "blank", "not_blank")


def string_list(value: Any) -> list[str]:
    """``value`` if it is a list of texts; raises FieldError."""
    if isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value):
        return list(value)
    raise wrong("not_a_list", "This must be a list of texts.")


class MultiPicklist(FieldType):
    name = "multi_picklist"
    label = Text({"en": "Multiple choice", "zh-CN": "多选", "zh-TW": "多選"})
    help = "Several options out of a list."
    kind = Kind.TEXTS
    widget = "multi_select"
    operators = LIST_OPERATORS
    has_choices = True
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        **OPTION_KEYS,
        "max_items": {"type": "integer", "minimum": 1, "description": "The most options that may be chosen."},
    }

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> list[str]:
        chosen = {check_choice(field, v) for v in string_list(value)}
        for option in sorted(chosen):
            if is_retired(field, option) and not context.keeps_retired:
                raise retired_choice(option)
        most = field.options.get("max_items")
        if most is not None and len(chosen) > most:
            raise wrong("too_many", "At most {max} may be chosen.", max=most)
        if field.choices is None:
            return list(dict.fromkeys(string_list(value)))
        return [c.value for c in field.choices if c.value in chosen]

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> list[str]:
        return self.load_value(
            [find_choice(field, p.strip()) for p in SEPARATORS.split(text) if p.strip()], field, context
        )

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return context.list_mark.join(label_of(field, v, context.locale) for v in value)

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        item: JsonSchema = {"type": "string"}
        if field.choices is not None:
            item["enum"] = [c.value for c in field.choices]
        schema: JsonSchema = {"type": "array", "items": item, "uniqueItems": True}
        most = field.options.get("max_items")
        return schema | {"maxItems": most} if most is not None else schema
