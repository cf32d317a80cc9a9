"""Record ids as people and programs outside see them: 13 characters of Crockford base32, upper case, sorted like the
number.

An id is a positive 64-bit integer inside; a JSON number would lose its last digits in a browser. Crockford's alphabet
leaves out I, L, O and U; when read, case does not count, I and L mean 1, and O means 0
(https://www.crockford.com/base32.html).
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 13
MAX_ID = (1 << 63) - 1
PATTERN = f"^[{ALPHABET}]{{{LENGTH}}}$"

_PAIRS = tuple(a + b for a in ALPHABET for b in ALPHABET)
_VALUES = {c: i for i, c in enumerate(ALPHABET)}
_VALUES |= {c.lower(): i for c, i in _VALUES.items()}
_VALUES |= {"I": 1, "i": 1, "L": 1, "l": 1, "O": 0, "o": 0}


def encode_id(id: int) -> str:
    """The 13 characters for ``id`` (0 to 2**63-1); raises ValueError outside that range."""
    if not 0 <= id <= MAX_ID:
        raise ValueError(f"{id} is no record id")
    pairs = _PAIRS
    return (
        ALPHABET[id >> 60]
        + pairs[id >> 50 & 1023]
        + pairs[id >> 40 & 1023]
        + pairs[id >> 30 & 1023]
        + pairs[id >> 20 & 1023]
        + pairs[id >> 10 & 1023]
        + pairs[id & 1023]
    )


def decode_id(text: str) -> int:
    """The number that ``encode_id`` wrote; raises ValueError when ``text`` is no id."""
    if len(text) != LENGTH:
        raise ValueError(f"{text!r} is no record id")
    id = 0
    for char in text:
        value = _VALUES.get(char)
        if value is None:
            raise ValueError(f"{text!r} is no record id")
        id = id << 5 | value
    if id > MAX_ID:
        raise ValueError(f"{text!r} is no record id")
    return id
