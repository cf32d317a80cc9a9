"""Numbers given to records in sequence: OPP-{yyyy}{mm}-{0000}.

The counter starts again when a part of the date in the pattern changes: ``{yyyy}`` each year, with ``{mm}`` each
month, with ``{dd}`` each day. The day is the one in the workspace's time zone. ``sequence_key`` names the counter for
the store.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, ClassVar

from jimu.fieldtypes.base import FieldSpec, FieldType, JsonSchema, LoadContext, OptionProblem, Resolved
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.text import TEXT_OPERATORS, clean_text
from jimu.messages import Message, Text

_PLACE = re.compile(r"\{([^{}]*)\}")
_DATE_PLACES = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d"}
MAX_NUMBER_TEXT = 80


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed pattern. ``pieces``: literal texts, strftime codes and, at ``number_at``, the digits of the counter."""

    pieces: tuple[str, ...]
    number_at: int
    digits: int
    period: str  # "", "%Y", "%Y-%m" or "%Y-%m-%d": when the counter starts again

    def render(self, number: int, day: date) -> str:
        """The text of ``number`` on ``day``; a number with more digits than the pattern is written out whole."""
        return "".join(
            str(number).zfill(self.digits)
            if i == self.number_at
            else day.strftime(p)
            if p in _DATE_PLACES.values()
            else p
            for i, p in enumerate(self.pieces)
        )

    def sequence_key(self, object: str, field: str, day: date) -> str:
        return f"{object}.{field}:{day.strftime(self.period)}" if self.period else f"{object}.{field}"


@cache
def parse_pattern(text: str) -> Pattern:
    """Raises ValueError with what is wrong, in English (``resolve`` turns it into a problem)."""
    pieces: list[str] = []
    number_at, digits, places = -1, 0, set()
    for i, piece in enumerate(_PLACE.split(text)):
        if i % 2 == 0:
            if "{" in piece or "}" in piece or "%" in piece:
                raise ValueError("a brace is not closed, or there is a percent sign")
            pieces.append(piece)
        elif piece and set(piece) == {"0"}:
            if number_at >= 0:
                raise ValueError("there are two counters")
            number_at, digits = len(pieces), len(piece)
            pieces.append("")
        elif piece in _DATE_PLACES:
            places.add(piece)
            pieces.append(_DATE_PLACES[piece])
        else:
            raise ValueError(f"{{{piece}}} is neither {{0000}} nor one of {{yyyy}}, {{yy}}, {{mm}}, {{dd}}")
    if number_at < 0:
        raise ValueError("there is no counter such as {0000}")
    if ("mm" in places and not places & {"yyyy", "yy"}) or ("dd" in places and "mm" not in places):
        raise ValueError("a month needs its year and a day its month, or numbers would come twice")
    period = "%Y-%m-%d" if "dd" in places else "%Y-%m" if "mm" in places else "%Y" if places else ""
    return Pattern(tuple(pieces), number_at, digits, period)


class Autonumber(FieldType):
    name = "autonumber"
    label = Text({"en": "Automatic number", "zh-CN": "自动编号", "zh-TW": "自動編號"})
    help = "A number given when the record is created and never changed."
    kind = Kind.TEXT
    widget = "none"
    operators = TEXT_OPERATORS
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        "format": {
            "type": "string",
            "default": "{00000}",
            "maxLength": 60,
            "description": "Text, {yyyy} {yy} {mm} {dd}, and {0000}: the counter, with at least so many digits.",
        },
        "start": {"type": "integer", "minimum": 0, "default": 1, "description": "The first number."},
        "gapless": {
            "type": "boolean",
            "default": False,
            "description": "No holes, even when a creation fails; creations then wait for each other.",
        },
    }

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        options = self.own_options(raw)
        problems: tuple[OptionProblem, ...] = ()
        try:
            parse_pattern(options["format"])
        except ValueError as error:
            problems = (
                OptionProblem(
                    "bad_pattern",
                    Message("This is no pattern for numbers: {reason}.", {"reason": str(error)}),
                    "format",
                ),
            )
        return Resolved(
            Kind.TEXT, length=MAX_NUMBER_TEXT, options=options, search=True, read_only=True, problems=problems
        )

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> str:
        """Only imports and seeds may give a number; ``records`` refuses it elsewhere."""
        text = clean_text(value, single_line=True)
        if len(text) > MAX_NUMBER_TEXT:
            raise wrong(
                "too_long",
                "This text has {length} characters; at most {max} are allowed.",
                length=len(text),
                max=MAX_NUMBER_TEXT,
            )
        return text

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "string", "maxLength": MAX_NUMBER_TEXT, "readOnly": True}
