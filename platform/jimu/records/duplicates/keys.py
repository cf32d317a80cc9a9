"""Keys by which like records find each other without looking at all of them.

A record lies under its *own* keys; whoever looks for its like asks for the *wanted* keys. Where two records match, the
wanted keys of the one hold an own key of the other: nothing is missed, and what is found too much is scored away.

Fields that must be equal are one part of every key. Likeness is found by the pigeonhole principle (Li, Deng, Wang,
Feng: Pass-Join, VLDB 2012): a text is cut into one segment more than there may be edits, so one segment of it stands
unchanged in any like text, near the same place. Texts are told apart by their length, so a long common beginning
(上海…, China …) leads to few others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extract

from jimu.definitions.care import FUZZY, DuplicateRuleDef, MatchDef
from jimu.records.duplicates.comparing import Comparable, sounds

# To be raised when values are made comparable in another way: all keys are made anew then.
VERSION = 1
_EPSILON = 1e-9
Segments = Callable[[str, float], Iterator[str]]


@dataclass(frozen=True)
class Keys:
    """The keys of one rule."""

    equal: tuple[MatchDef, ...]
    like: MatchDef | None

    @classmethod
    def of(cls, rule: DuplicateRuleDef) -> Keys:
        must = [part for part in rule.match if not part.optional]
        return cls(tuple(part for part in must if part.how != FUZZY), next((p for p in must if p.how == FUZZY), None))

    def own(self, values: Comparable) -> list[int]:
        """Under which a record lies; none if a field that must agree is blank."""
        return self._keys(values, own_segments)

    def wanted(self, values: Comparable) -> list[int]:
        """Under which its like lie."""
        return self._keys(values, wanted_segments)

    def text(self, values: Comparable) -> str:
        """By which likeness is judged; '' for a rule without."""
        return values[self.like.field] if self.like is not None else ""

    def like_ids(self, text: str, texts: Mapping[int, str]) -> Iterable[int]:
        """Those of ``texts`` (id → text) that are like ``text``; all, for a rule that asks for no likeness."""
        if self.like is None:
            return texts
        scorer, least = Levenshtein.normalized_similarity, self.like.least
        return [found[2] for found in extract(text, texts, scorer=scorer, score_cutoff=least, limit=None)]

    def _keys(self, values: Comparable, segments: Segments) -> list[int]:
        parts = [_equal(part, values[part.field]) for part in self.equal]
        if not all(parts):
            return []
        begin = "\x1f".join(parts)
        if self.like is None:
            return [_number(begin)]
        text = values[self.like.field]
        return list({_number(f"{begin}\x1e{piece}") for piece in segments(text, self.like.least)}) if text else []


def _equal(part: MatchDef, value: str) -> str:
    return sounds(value) if part.how == "pinyin" else value


def most_edits(length: int, least: float) -> int:
    """So many edits may lie between a text of ``length`` and one that is alike by ``least``, of whatever length."""
    return floor((1 - least) * floor(length / least + _EPSILON) + _EPSILON)


@lru_cache(maxsize=4096)
def _cuts(length: int, least: float) -> tuple[tuple[int, int], ...]:
    """(position, length) of the segments: as even as can be, the longer ones last."""
    pieces = min(most_edits(length, least) + 1, length)
    short, longer = divmod(length, pieces)
    made, at = [], 0
    for i in range(pieces):
        size = short + (i >= pieces - longer)
        made.append((at, size))
        at += size
    return tuple(made)


def own_segments(text: str, least: float) -> Iterator[str]:
    length = len(text)
    for i, (at, size) in enumerate(_cuts(length, least)):
        yield f"{length}:{i}:{text[at : at + size]}"


def wanted_segments(text: str, least: float) -> Iterator[str]:
    """The pieces that a like text may have as its segments: for each length that it may have, each segment, each
    place where it may stand in ``text`` (the multi-match-aware window of Pass-Join).
    """
    own = len(text)
    for length in range(max(1, ceil(own * least - _EPSILON)), floor(own / least + _EPSILON) + 1):
        cuts = _cuts(length, least)
        edits, shift = len(cuts) - 1, own - length
        for i, (at, size) in enumerate(cuts):
            first = max(0, at - i, at + shift - (edits - i))
            last = min(own - size, at + i, at + shift + (edits - i))
            for start in range(first, last + 1):
                yield f"{length}:{i}:{text[start : start + size]}"


def _number(text: str) -> int:
    """64 bits with a sign, as databases keep them."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def rule_number(rule: DuplicateRuleDef, country: str | None) -> int:
    """Stands for all that the keys of a rule hang on; another number, and its keys are made anew."""
    parts = [VERSION, rule.object, rule.name, country, sorted(rule.leave_out)]
    parts += [(part.field, part.how, part.least) for part in rule.match if not part.optional]
    parts += [(across.object, sorted(across.fields.items())) for across in rule.across]
    return _number(repr(parts)) & 0x7FFFFFFF
