"""Text of several lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from jimu.fieldtypes.base import JsonSchema
from jimu.fieldtypes.text import LENGTHS, TEXT_OPERATORS, Text, length_option
from jimu.messages import Text as Label


class LongText(Text):
    name = "long_text"
    label = Label({"en": "Long text", "zh-CN": "长文本", "zh-TW": "長文字"})
    help = "Text of any number of lines."
    widget = "textarea"
    operators = TEXT_OPERATORS
    single_line = False
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        "max_length": length_option(32_000, 1_000_000),
        **LENGTHS,
        "rows": {
            "type": "integer",
            "minimum": 2,
            "maximum": 40,
            "default": 5,
            "description": "The height of the form field in lines.",
        },
    }
