"""Single-line text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

import re2

from jimu.fieldtypes.base import FieldSpec, FieldType, JsonSchema, LoadContext, OptionProblem, Resolved
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.masking import Masked, mask_text
from jimu.messages import Message
from jimu.messages import Text as Label

TEXT_OPERATORS = ("contains", "starts_with", "eq", "ne", "in", "blank", "not_blank")
_CONTROLS = {c: None for c in (*range(32), 127) if c not in (9, 10, 13)}
LENGTHS: Mapping[str, JsonSchema] = {
    "min_length": {"type": "integer", "minimum": 1, "description": "The fewest characters allowed."},
    "pattern": {"type": "string", "description": "A regular expression (RE2) that the whole text must match."},
    "pattern_message": {
        "$ref": "#/$defs/label",
        "description": "What the person is told when the text does not match the pattern.",
    },
    "pinyin": {
        "type": "boolean",
        "default": False,
        "description": "Searched by the pinyin and the initials of Chinese names too.",
    },
}


def length_option(default: int, most: int) -> JsonSchema:
    return {
        "type": "integer",
        "minimum": 1,
        "maximum": most,
        "default": default,
        "description": f"The most characters allowed ({default} when not given).",
    }


def clean_text(value: Any, *, single_line: bool) -> str:
    """``value`` in Unicode NFC without control characters and outer white space; raises FieldError if it is no text."""
    if not isinstance(value, str):
        raise wrong("not_text", "This must be text.")
    if value.isascii() and value.isprintable():  # the usual case, fast
        return str(value.strip())
    try:
        value.encode()
    except UnicodeEncodeError:
        raise wrong("not_text", "This text holds a broken character.") from None
    value = unicodedata.normalize("NFC", value).translate(_CONTROLS)
    if single_line:
        value = " ".join(value.split("\n")).replace("\r", "").replace("\t", " ")
        return str(value.strip())
    return str(value.replace("\r\n", "\n").replace("\r", "\n").strip())


def check_length(text: str, most: int | None, least: int | None = None) -> None:
    """Raises FieldError when ``text`` has more or fewer characters than allowed."""
    if most is not None and len(text) > most:
        raise wrong(
            "too_long", "This text has {length} characters; at most {max} are allowed.", length=len(text), max=most
        )
    if least is not None and len(text) < least:
        raise wrong("too_short", "This text needs at least {min} characters.", min=least)


@cache
def compiled(pattern: str) -> Any:
    """The RE2 pattern (linear time, whatever the text); raises re2.error."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


def check_pattern(text: str, field: FieldSpec) -> None:
    """Raises FieldError, with the field's own words if it has some, when ``text`` is not of the pattern."""
    pattern = field.options.get("pattern")
    if not pattern or compiled(pattern).fullmatch(text):
        return
    own = field.options.get("pattern_message")
    if own:
        raise wrong("bad_format", "{text}", text=Label.of(own))
    raise wrong("bad_format", "This does not have the expected form.")


def pattern_problems(options: Mapping[str, Any]) -> tuple[OptionProblem, ...]:
    pattern = options.get("pattern")
    if pattern is None:
        lone = OptionProblem("lone_message", Message("pattern_message is there, but no pattern."), "pattern_message")
        return (lone,) if "pattern_message" in options else ()
    try:
        compiled(pattern)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        return (
            OptionProblem(
                "bad_pattern", Message("This is no regular expression: {reason}.", {"reason": reason}), "pattern"
            ),
        )
    return ()


class Text(FieldType):
    name = "text"
    label = Label({"en": "Text", "zh-CN": "文本", "zh-TW": "文字"})
    help = "One line of text."
    kind = Kind.TEXT
    widget = "text"
    operators = TEXT_OPERATORS
    single_line = True
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {"max_length": length_option(255, 4000), **LENGTHS}

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        options = self.own_options(raw)
        problems = pattern_problems(options)
        if options.get("min_length", 0) > options["max_length"]:
            problems += (OptionProblem("bad_bounds", Message("min_length is above max_length."), "min_length"),)
        return Resolved(Kind.TEXT, length=options["max_length"], options=options, problems=problems)

    def mask_value(self, value: Any, field: FieldSpec) -> Masked:
        return mask_text(str(value))

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> str:
        text = clean_text(value, single_line=self.single_line)
        if text:
            check_length(text, field.length, field.options.get("min_length"))
            check_pattern(text, field)
        return text

    def fit(self, value: Any, field: FieldSpec) -> str | None:
        return str(value)[: field.length] if value else None

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        schema: JsonSchema = {"type": "string"}
        if field.length:
            schema["maxLength"] = field.length
        if field.options.get("min_length"):
            schema["minLength"] = field.options["min_length"]
        return schema


class Title(Text):
    """The title every record has, computed from its object's title template."""

    name = "title"
    is_internal = True
    help = "The record's title."
