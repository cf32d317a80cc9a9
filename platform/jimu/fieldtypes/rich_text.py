"""Formatted text: HTML, sanitised when it comes in (nh3), so that what is stored is safe to show."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any, ClassVar

import nh3

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext, Resolved
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.text import check_length, clean_text, length_option
from jimu.messages import Text

_TAGS = {
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "i",
    "img",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)
_BREAKS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-4]|/blockquote|hr)[^>]*>")
_MARKUP = re.compile(r"<[^>]*>")


def sanitised(markup: str) -> str:
    """``markup`` with nothing in it that runs: also for values that were stored as another type, or computed."""
    return _CLEANER.clean(markup)


def plain(markup: str) -> str:
    """The text of sanitised ``markup``, a line for each block."""
    text = html.unescape(_MARKUP.sub("", _BREAKS.sub("\n", markup)))
    return "\n".join(line for line in (part.strip() for part in text.splitlines()) if line)


class RichText(FieldType):
    name = "rich_text"
    label = Text({"en": "Formatted text", "zh-CN": "富文本", "zh-TW": "格式化文字"})
    help = "Text with headings, lists, links, tables and images; kept as sanitised HTML."
    kind = Kind.TEXT
    widget = "rich_text"
    operators = ("contains", "blank", "not_blank")
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {"max_length": length_option(100_000, 1_000_000)}

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        options = self.own_options(raw)
        return Resolved(Kind.TEXT, length=options["max_length"], options=options)

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> str | None:
        given = clean_text(value, single_line=False)
        check_length(given, 2 * (field.length or 1_000_000))
        markup = sanitised(given)
        check_length(markup, field.length)
        return markup if plain(markup) or "<img" in markup else None

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> Any:
        """Plain text, as from a spreadsheet, keeps its lines and its angle brackets."""
        if not re.search(r"</?[a-zA-Z][^>]*>", text):
            text = "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in text.splitlines() if line.strip())
        return self.load_value(text, field, context)

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return plain(value)

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        schema: JsonSchema = {"type": "string", "contentMediaType": "text/html"}
        return schema | {"maxLength": field.length} if field.length else schema
