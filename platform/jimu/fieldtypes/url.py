"""Web addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext, Resolved
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.numbers import shown
from jimu.fieldtypes.text import TEXT_OPERATORS, clean_text
from jimu.messages import Text

MAX_URL = 2000
_BARE_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?([/?#].*)?")


class Url(FieldType):
    name = "url"
    label = Text({"en": "Web address", "zh-CN": "网址", "zh-TW": "網址"})
    help = "A link: http, https or mailto, nothing else."
    kind = Kind.TEXT
    widget = "url"
    operators = TEXT_OPERATORS

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        return Resolved(Kind.TEXT, length=MAX_URL)

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> str:
        text = clean_text(value, single_line=True)
        if len(text) > MAX_URL:
            raise wrong(
                "too_long",
                "This text has {length} characters; at most {max} are allowed.",
                length=len(text),
                max=MAX_URL,
            )
        try:
            parts = urlsplit(text)
            is_link = not re.search(r"[\s<>\"\\]", text) and (
                (parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0)
                or (parts.scheme == "mailto" and "@" in parts.path)
            )
        except ValueError:
            is_link = False
        if not is_link:
            raise wrong(
                "not_a_url",
                "{value} is not a web address. Write it as {example}.",
                value=shown(value),
                example="https://example.com",
            )
        scheme, rest = text.split(":", 1)
        return f"{scheme.lower()}:{rest}"

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> str:
        """``example.com`` is read as ``https://example.com``."""
        return self.load_value(f"https://{text}" if _BARE_HOST.fullmatch(text) else text, field, context)

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return re.sub(r"^(https?://(www\.)?|mailto:)", "", value).rstrip("/")

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "string", "pattern": "^(https?|mailto):", "maxLength": MAX_URL}
