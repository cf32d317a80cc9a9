"""E-mail addresses."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from email_validator import EmailNotValidError, validate_email

from jimu.fieldtypes.base import FieldSpec, FieldType, JsonSchema, LoadContext, Resolved
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.numbers import shown
from jimu.fieldtypes.text import TEXT_OPERATORS
from jimu.messages import Text

MAX_EMAIL = 254


class Email(FieldType):
    name = "email"
    label = Text({"en": "E-mail", "zh-CN": "邮箱", "zh-TW": "電子郵件"})
    help = "An e-mail address; checked for its form, its domain lower-cased."
    kind = Kind.TEXT
    widget = "email"
    operators = TEXT_OPERATORS

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        return Resolved(Kind.TEXT, length=MAX_EMAIL)

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> str:
        if not isinstance(value, str):
            raise wrong("not_text", "This must be text.")
        try:
            found = validate_email(value.strip(), check_deliverability=False, globally_deliverable=False)
        except EmailNotValidError:
            raise wrong("not_an_email", "{value} is not an e-mail address.", value=shown(value)) from None
        return found.normalized

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> str:
        """Also takes ``mailto:``, full-width letters and ``Ann Lee <ann@example.com>``."""
        plain = unicodedata.normalize("NFKC", text).strip()
        if plain.endswith(">") and "<" in plain:
            plain = plain[plain.rindex("<") + 1 : -1]
        return self.load_value(plain.removeprefix("mailto:"), field, context)

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "string", "format": "idn-email", "maxLength": MAX_EMAIL}
