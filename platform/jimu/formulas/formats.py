"""The patterns of ``text(value, pattern)``: ``#,##0.00`` for numbers, ``yyyy-mm-dd hh:mi`` for days and times.

A pattern is read once into parts; the Python evaluator and the SQL compilers render the same parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from jimu.formulas.numbers import Number, absolute, canonical, multiply, round_half_up

_NUMBER = re.compile(r"(?P<group>#,##)?0(?:\.(?P<places>0{1,12}))?(?P<percent>%)?")
_DATE_PARTS = ("yyyy", "yy", "mm", "dd", "hh", "mi", "ss", "q")
_OTHER_LETTER = re.compile("[a-zA-PRSUVX-Z]")  # T, W and Q may stand as themselves: 2024-01-31T08:00, Q1
_DATE = re.compile("|".join(_DATE_PARTS))


@dataclass(frozen=True, slots=True)
class NumberPattern:
    places: int
    grouped: bool
    percent: bool


@lru_cache(maxsize=256)
def number_pattern(pattern: str) -> NumberPattern | None:
    """The parts of ``0``, ``0.00``, ``#,##0.00`` or one of them with ``%``; None: it is no such pattern."""
    match = _NUMBER.fullmatch(pattern)
    if match is None:
        return None
    return NumberPattern(len(match["places"] or ""), bool(match["group"]), bool(match["percent"]))


@lru_cache(maxsize=256)
def day_pattern(pattern: str) -> tuple[tuple[bool, str], ...] | None:
    """(is a part, text) for each piece of ``yyyy-mm-dd``; None: it holds no part, or other letters
    (T, W and Q may stand in it as themselves)."""
    pieces: list[tuple[bool, str]] = []
    at = 0
    for match in _DATE.finditer(pattern):
        if match.start() > at:
            pieces.append((False, pattern[at : match.start()]))
        pieces.append((True, match[0]))
        at = match.end()
    if at < len(pattern):
        pieces.append((False, pattern[at:]))
    literal = "".join(text for is_part, text in pieces if not is_part)
    has_parts = any(is_part for is_part, _ in pieces)
    return tuple(pieces) if has_parts and len(pattern) <= 100 and not _OTHER_LETTER.search(literal) else None


def format_number(value: Number, pattern: str) -> str | None:
    parts = number_pattern(pattern)
    if parts is None:
        return None
    shown: Number | None = multiply(value, 100) if parts.percent else value
    if shown is not None:
        shown = round_half_up(shown, parts.places)
    if shown is None:
        return None
    whole, _, fraction = canonical(absolute(shown)).partition(".")
    if parts.grouped:
        whole = f"{int(whole):,}"
    text = whole + ("." + fraction.ljust(parts.places, "0") if parts.places else "")
    return f"{'-' if shown < 0 else ''}{text}{'%' if parts.percent else ''}"


def format_day(value: date | datetime | time, pattern: str) -> str | None:
    """``value`` (a datetime: naive, local) by ``pattern``; a part that the value does not have is 0."""
    pieces = day_pattern(pattern)
    if pieces is None:
        return None
    return "".join(_part(value, text) if is_part else text for is_part, text in pieces)


def _part(value: date | datetime | time, part: str) -> str:
    if part == "q":
        return str((getattr(value, "month", 1) - 1) // 3 + 1)
    if part == "yy":
        return f"{getattr(value, 'year', 0) % 100:02}"
    name = {"yyyy": "year", "mm": "month", "dd": "day", "hh": "hour", "mi": "minute", "ss": "second"}[part]
    return f"{getattr(value, name, 0):0{4 if part == 'yyyy' else 2}}"
