"""Yes or no."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.numbers import shown
from jimu.messages import Message, Text

_TRUE = frozenset({"true", "t", "yes", "y", "1", "on", "x", "✓", "✔", "是", "对", "對", "有", "真"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "off", "✗", "✘", "否", "不是", "错", "錯", "无", "無", "假"})


class Boolean(FieldType):
    name = "boolean"
    label = Text({"en": "Yes/no", "zh-CN": "是/否", "zh-TW": "是/否"})
    help = "Yes or no."
    kind = Kind.BOOLEAN
    widget = "checkbox"
    operators = ("eq", "blank", "not_blank")

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> bool:
        if value is True or value is False:
            return value
        raise wrong("not_boolean", "This must be true or false.")

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> bool:
        word = unicodedata.normalize("NFKC", text).casefold()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise wrong("not_boolean", "{value} means neither yes nor no.", value=shown(text))

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return context.say(Message("Yes") if value else Message("No"))

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "boolean"}
