"""What the field types for official numbers share: letters and digits of any width and case, gaps left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from jimu.fieldtypes.base import FieldSpec, FieldType, JsonSchema, LoadContext, Resolved
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind


class OfficialNumber(FieldType):
    """A text of fixed length whose last place checks the others. ``check`` raises FieldError."""

    kind = Kind.TEXT
    operators = ("contains", "starts_with", "eq", "ne", "in", "blank", "not_blank")
    length = 18
    pattern = ""

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        return Resolved(Kind.TEXT, length=self.length, options=self.own_options(raw), search=True)

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> str:
        if not isinstance(value, str):
            raise wrong("not_text", "This must be text.")
        number = normalised(value)
        self.check(number, context)
        return number

    def check(self, number: str, context: LoadContext) -> None:
        raise NotImplementedError

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "string", "pattern": self.pattern}


def normalised(text: str) -> str:
    """Full-width letters made narrow, small ones big; spaces and hyphens go."""
    narrow = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in narrow if not letter.isspace() and letter not in "-‐‑–—")
