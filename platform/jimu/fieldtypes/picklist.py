"""One option out of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext
from jimu.fieldtypes.choices import OPTION_KEYS, check_choice, find_choice, is_retired, label_of, retired_choice
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Text


class Picklist(FieldType):
    name = "picklist"
    label = Text({"en": "Picklist", "zh-CN": "单选", "zh-TW": "單選"})
    help = "One option out of a list; the list may depend on another picklist."
    kind = Kind.TEXT
    widget = "select"
    operators = ("eq", "ne", "in", "blank", "not_blank")
    has_choices = True
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        **OPTION_KEYS,
        "display": {
            "type": "string",
            "enum": ["select", "radio", "steps"],
            "default": "select",
            "description": "How the form shows it.",
        },
    }

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> str:
        chosen = check_choice(field, value)
        if is_retired(field, chosen) and not context.keeps_retired:
            raise retired_choice(chosen)
        return chosen

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> str:
        return self.load_value(find_choice(field, text), field, context)

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return label_of(field, value, context.locale)

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        if field.choices is None:
            return {"type": "string"}
        return {"type": "string", "enum": [c.value for c in field.choices]}


class RecordTypeField(Picklist):
    """The variant of its object that a record is; its options are the object's record types."""

    name = "record_type"
    label = Text({"en": "Record type", "zh-CN": "记录类型", "zh-TW": "記錄類型"})
    help = "The record type, out of those of the object."
    is_internal = True
