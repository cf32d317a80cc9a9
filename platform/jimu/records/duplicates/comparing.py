"""How far two values agree: each is made comparable once (``comparable``), then pairs are scored.

``comparable`` gives '' for a blank, which agrees with nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rapidfuzz.distance import Levenshtein

from jimu.definitions.care import FUZZY, DuplicateRuleDef, MatchDef
from jimu.records.duplicates import normal

_SAME_SOUND = 0.95
_LONGEST = 120  # characters of a text whose likeness is looked at
Comparable = Mapping[str, str]  # the rule's field → its value made comparable


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a rule compares: ``country`` is where phone numbers without a prefix are from."""

    rule: DuplicateRuleDef
    country: str | None = None

    def comparable(self, values: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, str]:
        """The values of a record whose ``fields`` (rule's field → its own) take part."""
        return {
            part.field: self._one(part, values.get(fields[part.field])) if part.field in fields else ""
            for part in self.rule.match
        }

    def _one(self, part: MatchDef, value: Any) -> str:
        if value is None or value == "":
            return ""
        if not isinstance(value, str):
            return _plain(value)
        more = self.rule.leave_out
        match part.how:
            case "exact":
                return normal.exact(value)
            case "normalised" | "pinyin":
                return normal.name(value, more)
            case "fuzzy":
                return normal.sorted_name(value, more)[:_LONGEST]
            case "phone":
                return normal.phone(value, self.country)
            case "email":
                return normal.email(value)
            case "domain":
                return normal.domain(value)
        raise AssertionError(part.how)

    def score(self, one: Comparable, other: Comparable) -> tuple[float, dict[str, float]] | None:
        """The rule's score (0 to 1) and that of each field that had a say; None: they do not match."""
        scores: dict[str, float] = {}
        total = weights = 0.0
        for part in self.rule.match:
            a, b = one[part.field], other[part.field]
            blank = not a or not b
            found = 0.0 if blank else part_score(part, a, b)
            if not part.optional and found < part.least:
                return None
            if blank:
                continue
            scores[part.field] = found
            total += part.weight * found
            weights += part.weight
        score = total / weights
        return (score, scores) if score >= self.rule.least else None


def part_score(part: MatchDef, a: str, b: str) -> float:
    """The same whichever comes first."""
    if a == b:
        return 1.0
    if part.how == FUZZY:
        return float(Levenshtein.normalized_similarity(a, b, score_cutoff=part.least if not part.optional else None))
    if part.how == "pinyin" and sounds(a) == sounds(b):
        return _SAME_SOUND
    return 0.0


def sounds(text: str) -> str:
    return normal.sound(text)


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)
