"""Text to tokens, for the index and for queries.

Words (runs of letters) are folded to lower case without accents and found by prefix; Chinese, Japanese kana and
Korean runs are cut into pairs of characters, and the last character alone, so that any part of a run is found;
digits written with spaces, dashes or brackets between them are joined, and every suffix of at least three is a
token, so that any fragment is found by prefix. Where ``suffixes`` is set, words give their suffixes too (marked), so
that a part of a word can be looked up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_IS_CJK = re.compile(rf"[{_CJK}]")
_PHONE = re.compile(r"\+?\d(?:[\s().-]{0,2}\d){4,24}(?!\d)")
_HAS_NUMBER = re.compile(r"\d\D{0,2}\d\D{0,2}\d\D{0,2}\d\D{0,2}\d")
_NOT_DIGITS = re.compile(r"\D+")
# Digits, and letters with so few digits between them that these are no phone number.
_PIECES = re.compile(r"\d+|[^\W\d_]+(?:\d{1,4}[^\W\d_]+)*")
LONGEST_WORD = 24        # longer ones are cut, in the index and in queries alike
SHORTEST_PART = 3        # of a word or number that is found from its middle
SHORTEST_START = 2       # of one that is looked up by its beginning: half of all records have what begins with a letter
PART_MARK = "0p"         # before a part of a word, so that a search for beginnings of words does not find it
TITLE_WORD_MARK = "0w"   # before tokens of a title, where columns of the index cannot tell them
TITLE_MARK = "0t"        # before a whole title squeezed into one token: no word begins with a digit and goes on with t


@dataclass(frozen=True, slots=True)
class Term:
    """What a query looks for: a token, or all tokens that begin with it; ``inside``: parts of words too."""

    text: str
    prefix: bool
    inside: bool = False


def fold(text: str) -> str:
    """Compatibility characters made plain, lower case, accents off."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold()
    if plain.isascii() or not any(unicodedata.decomposition(c) for c in plain):
        return plain
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))


def tokens(text: str, suffixes: bool = False) -> list[str]:
    """The tokens of ``text`` for the index; a word that comes twice may give its tokens twice."""
    folded = fold(text)
    found: list[str] = []
    if _HAS_NUMBER.search(folded):
        for match in _PHONE.finditer(folded):
            found += _suffixes(_NOT_DIGITS.sub("", match.group()))
        folded = _PHONE.sub(" ", folded)
    for run in _RUNS.findall(folded):
        found += _run_tokens(run, suffixes)
    return found


@lru_cache(maxsize=65536)
def _run_tokens(run: str, suffixes: bool) -> tuple[str, ...]:
    if _IS_CJK.match(run):
        return (*(run[i : i + 2] for i in range(len(run) - 1)), run[-1])
    if run.isdecimal():
        return tuple(_suffixes(run))
    parts = _suffixes(run)[1:] if suffixes else []
    return (run[:LONGEST_WORD], *(PART_MARK + part for part in parts))


def title_token(title: str) -> str:
    """A title squeezed into one token, for finding titles that begin with what was typed; '' if nothing is left."""
    squeezed = "".join(_RUNS.findall(fold(title)))
    return TITLE_MARK + squeezed[:LONGEST_WORD] if squeezed else ""


def query_terms(text: str) -> list[Term]:
    """What must all be found for ``text`` to match; empty: nothing can be looked for."""
    folded = fold(text)
    found: dict[Term, None] = {}
    rest = folded
    for match in _PHONE.finditer(folded):
        digits = _NOT_DIGITS.sub("", match.group())
        found[Term(digits[:LONGEST_WORD], True)] = None
        rest = rest.replace(match.group(), " ")
    for match in _RUNS.finditer(rest):
        run = match.group()
        if not _IS_CJK.match(run):
            found[Term(run[:LONGEST_WORD], True)] = None
        elif len(run) == 1:
            found[Term(run, True)] = None
        else:
            found.update({Term(run[i : i + 2], False): None for i in range(len(run) - 1)})
    return list(found)


def part_terms(text: str) -> list[Term]:
    """Terms that every text containing ``text`` literally (in any case) must have when ``suffixes`` were indexed.

    What is too short to be looked up is left out; empty: the index cannot help.
    """
    found: dict[Term, None] = {}
    folded = fold(text)
    last = ""
    for match in _RUNS.finditer(folded):
        run = match.group()
        if not _IS_CJK.match(run):
            found.update(dict.fromkeys(_piece_terms(run, follows=match.start() > 0, last=last)))
        elif len(run) == 1:
            found[Term(run, True)] = None
        else:
            found.update({Term(run[i : i + 2], False): None for i in range(len(run) - 1)})
        last = run[-1]
    return list(found)


def _piece_terms(run: str, *, follows: bool, last: str) -> Iterator[Term]:
    """``run`` in pieces, since a phone number may have taken the digits at either end of it into a token of theirs.

    A piece that something comes before begins a token, and may be shorter; ``last``: the letter or digit before. Digits
    begin one only behind a letter: behind others, or none, the number may have begun further in front.
    """
    for piece in _PIECES.finditer(run):
        text = piece.group()[:LONGEST_WORD]
        is_number = text[0].isdecimal()
        begins = piece.start() == 0 and (bool(last) and not last.isdecimal() if is_number else follows)
        if text.isascii() and len(text) >= (SHORTEST_START if begins else SHORTEST_PART):
            yield Term(text, True, inside=not begins)


def _suffixes(run: str) -> list[str]:
    if len(run) <= LONGEST_WORD:
        return [run, *(run[start:] for start in range(1, len(run) - SHORTEST_PART + 1))]
    return [run[start : start + LONGEST_WORD] for start in range(len(run) - SHORTEST_PART + 1)]
