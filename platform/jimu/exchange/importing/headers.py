"""Which field a column header means: by name, by label in any language, and by likeness as a suggestion."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from jimu.definitions.model import FieldDef, ObjectDef

LIKENESS = 78.0
"""Out of 100: from here on a header is near enough to a name or label to be suggested."""

_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``likeness`` 100: the header is the field's name or label, whatever the case and the marks between its words."""

    header: str
    field: str
    likeness: float


def is_importable(field: FieldDef) -> bool:
    """True if a file can give the field a value."""
    if field.retired or field.is_computed or field.name in ("title", "version"):
        return False
    return not field.system or field.name in ("id", "owner", "record_type")


def match_headers(headers: Sequence[str], object: ObjectDef) -> dict[str, str]:
    """Header -> field for every header that is exactly a field's name, its label in some language or another text by
    which it is known; each field once.
    """
    names = _spellings(object.active_fields)
    found: dict[str, str] = {}
    for header in headers:
        field = names.get(folded(header))
        if field and field not in found.values():
            found[header] = field
    return found


def suggest_headers(headers: Iterable[str], object: ObjectDef) -> list[Suggestion]:
    """The field that each header most likely means, exact ones first; a header that is like none is left out."""
    every = _spellings(f for f in object.active_fields if is_importable(f))
    # A field called ``at`` is like a part of half of all headers.
    spellings = {text: name for text, name in every.items() if len(text) > 3 or not text.isascii()}
    suggestions: list[Suggestion] = []
    for header in headers:
        best = process.extractOne(folded(header), list(spellings), scorer=fuzz.WRatio, score_cutoff=LIKENESS)
        if best:
            suggestions.append(Suggestion(header, spellings[best[0]], float(best[1])))
    suggestions.sort(key=lambda s: -s.likeness)
    taken: set[str] = set()
    result = []
    for suggestion in suggestions:
        if suggestion.field not in taken:
            taken.add(suggestion.field)
            result.append(suggestion)
    return result


def nearest_header(header: str, headers: Sequence[str]) -> str | None:
    """The one of ``headers`` that ``header`` was probably meant to be."""
    by_fold: Mapping[str, str] = {folded(h): h for h in headers}
    best = process.extractOne(folded(header), list(by_fold), scorer=fuzz.ratio, score_cutoff=60.0)
    return by_fold[best[0]] if best else None


def folded(text: str) -> str:
    """``text`` without case, width, marks and space; Chinese stays."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


def _spellings(fields: Iterable[FieldDef]) -> dict[str, str]:
    """Folded names, labels and what else they are known as -> field; the first of these kinds wins, and an own field
    over a system field.
    """
    fields = sorted(fields, key=lambda f: f.system)
    spellings: dict[str, str] = {}
    for field in fields:
        spellings.setdefault(folded(field.name), field.name)
    for field in fields:
        for label in field.label.by_locale.values():
            spellings.setdefault(folded(label), field.name)
    for field in fields:
        for text in field.known_as:
            spellings.setdefault(folded(text), field.name)
    spellings.pop("", None)
    return spellings
