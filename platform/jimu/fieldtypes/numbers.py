"""Reading numbers: exact decimals from JSON and from what people type.

Used by the number types only. A binary float is taken through its shortest repr, so 0.1 is one tenth.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

from jimu.fieldtypes.errors import wrong

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_CHINESE_UNITS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_CURRENCY_SIGNS = re.compile(
    r"^(CNY|RMB|USD|EUR|GBP|JPY|HKD|TWD|NT\$|HK\$|US\$|[$€£¥₩₹])\s*|\s*(CNY|RMB|USD|EUR|GBP|JPY|HKD|TWD|元|圆|€|£|\$)$",
    re.IGNORECASE,
)
_MINUS = str.maketrans({"−": "-", "–": "-", "﹣": "-"})
_GROUPERS = " \u00a0\u202f'’_"


def exact(value: object) -> Decimal:
    """The decimal that ``value`` (int, float, Decimal or JSON number text) says; raises FieldError."""
    if isinstance(value, bool):
        raise not_a_number(value)
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, str):
        text = value.strip()
        if not text.isascii() or not _PLAIN.fullmatch(text):
            raise not_a_number(value)
        value = Decimal(text)
    if not isinstance(value, Decimal) or not value.is_finite():
        raise not_a_number(value)
    return value


def read_number(text: str, decimal_mark: str = ".") -> Decimal:
    """The number a person or a file wrote; raises FieldError.

    Full-width digits, currency signs, thousands groups (only in whole groups of three, or of four), (1.00) for minus,
    and the Chinese units 万 and 亿 are understood.
    """
    given = text
    text = unicodedata.normalize("NFKC", text).translate(_MINUS).strip()
    negative = text.startswith("(") and text.endswith(")")
    text = text[1:-1].strip() if negative else text
    sign = ""
    if text[:1] in "+-":
        sign, text = text[:1], text[1:].strip()
    text = _CURRENCY_SIGNS.sub("", text).strip()
    if not sign and text[:1] in ("+", "-"):
        sign, text = text[:1], text[1:].strip()
    unit = _CHINESE_UNITS.get(text[-1:], 1)
    text = text[:-1].strip() if unit != 1 else text
    text = _ungroup(text, decimal_mark, given)
    if not text.isascii() or not _PLAIN.fullmatch(text) or text[:1] in ("+", "-"):
        raise not_a_number(given)
    try:
        number = Decimal(sign + text) * unit
    except InvalidOperation:
        raise not_a_number(given) from None
    return -number if negative else number


def _ungroup(text: str, decimal_mark: str, given: str) -> str:
    """``text`` with a point as decimal mark and without thousands groups."""
    grouper = "," if decimal_mark == "." else "."
    whole, mark, rest = text.partition(decimal_mark)
    if grouper in rest or decimal_mark in rest:
        raise not_a_number(given)
    found = {c for c in whole if c == grouper or c in _GROUPERS}
    if len(found) > 1:
        raise not_a_number(given)
    if found:
        first, *groups = whole.split(found.pop())
        if (
            not first
            or any(len(g) != len(groups[0]) for g in groups)
            or len(groups[0]) not in (3, 4)
            or len(first) > len(groups[0])
        ):
            raise not_a_number(given)
        whole = first + "".join(groups)
    return whole + ("." if mark else "") + rest


def round_half_up(value: Decimal, scale: int) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        return value.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)


def not_a_number(value: object) -> Exception:
    return wrong("not_a_number", "{value} is not a number.", value=shown(value))


def shown(value: object) -> str:
    """A short form of a refused value, for its message."""
    text = value if isinstance(value, str) else repr(value)
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"
