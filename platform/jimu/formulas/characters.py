"""Texts, character by character: case and white space, defined here so that every database agrees with Python.

Case is mapped one character to one character, for the scripts that have case up to Armenian, the extended Latin and
Greek letters and the full-width Latin ones; ``ß`` stays ``ß``. Unicode's longer mappings are left out, since
databases differ.
"""

from __future__ import annotations

WHITE_SPACE = (
    " \t\n\r\f\v\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)

# The ranges whose letters have case here. Also the character class of the PostgreSQL compiler's fast path.
CASED_RANGES: tuple[tuple[int, int], ...] = ((0xB5, 0x587), (0x1E00, 0x1FFF), (0xFF21, 0xFF5A))
_ASCII = range(0x41, 0x7B)


def _pairs(upper: bool) -> dict[int, int]:
    found: dict[int, int] = {}
    for start, end in ((_ASCII.start, _ASCII.stop - 1), *CASED_RANGES):
        for code in range(start, end + 1):
            mapped = chr(code).upper() if upper else chr(code).lower()
            if len(mapped) == 1 and ord(mapped) != code and (ord(mapped) < 0x80) == (code < 0x80):
                found[code] = ord(mapped)
    return found


TO_LOWER = _pairs(upper=False)
TO_UPPER = _pairs(upper=True)
_FOLDED = frozenset(TO_LOWER.values()) - frozenset(_ASCII)


def lower(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(TO_LOWER)


def upper(text: str) -> str:
    return text.upper() if text.isascii() else text.translate(TO_UPPER)


def folds_like_ascii(text: str) -> bool:
    """True if only ASCII letters can match the (lower-case) ``text`` when case is ignored."""
    return text.isascii() or not any(ord(c) in _FOLDED or ord(c) in TO_LOWER for c in text)


def trim(text: str) -> str | None:
    return text.strip(WHITE_SPACE) or None
