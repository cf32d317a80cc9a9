"""Reads record ids in formulas: 13 characters of Crockford base32 (``fieldtypes.ids`` writes them, and is above
this floor).
"""

from __future__ import annotations

_VALUES = {c: i for i, c in enumerate("0123456789ABCDEFGHJKMNPQRSTVWXYZ")} | {"I": 1, "L": 1, "O": 0}


def decode_id(text: str) -> int | None:
    """The id that ``text`` says; None if it is none."""
    values = [_VALUES.get(c) for c in text.upper()] if text.isascii() else []
    if len(values) != 13:
        return None
    number = 0
    for value in values:
        if value is None:
            return None
        number = number << 5 | value
    return number if number < 1 << 63 else None
