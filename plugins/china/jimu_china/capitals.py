"""Amounts in capitals (大写), as cheques, contracts and invoices want them.

After the People's Bank's rules for filling in bills (正确填写票据和结算凭证的基本规定): zeros between other digits are
written as one 零, 整 stands after 元 when neither 角 nor 分 follow. The text is made by writing out every
digit with its unit and then applying ``_RULES`` in order; PostgreSQL applies the very same rules.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from jimu.formulas.signature import define, signature

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = "仟佰拾万仟佰拾亿仟佰拾万仟佰拾元角分"
LIMIT = 10**16
_RULES: tuple[tuple[str, str], ...] = (
    ("^(零[仟佰拾万亿元角分])+", ""),      # nothing before the first digit that counts
    ("零[仟佰拾]", "零"),
    ("零+万", "万零"), ("零+亿", "亿零"),    # a unit belongs to the digits before the zeros
    ("亿零*万", "亿零"),                   # no digit between the two: there are no 万
    ("零+元", "元零"),
    ("零+", "零"),
    ("零角零分$", ""), ("零角", "零"), ("零分$", ""), ("零+", "零"), ("零$", ""),
    ("元$", "元整"),
    ("^$", "零元整"),
)  # fmt: skip


def amount_in_capitals(amount: Decimal | int) -> str | None:
    """The amount, rounded to 分, in capitals: 1054 -> 壹仟零伍拾肆元整. None from 10**16 on."""
    cents = int((abs(Decimal(amount)) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if cents >= LIMIT * 100:
        return None
    text = "".join(_DIGITS[int(digit)] + unit for digit, unit in zip(str(cents).zfill(18), _UNITS, strict=True))
    for pattern, replacement in _RULES:
        text = re.sub(pattern, replacement, text)
    return "负" + text if amount < 0 and cents else text


def _postgresql(amount: Any) -> Any:
    """The same in SQL."""
    from sqlalchemy import BigInteger, Numeric, Text, case, cast, func, literal, literal_column

    cents = cast(func.round(func.abs(cast(amount, Numeric)) * 100), Numeric)
    digits = func.lpad(cast(cast(case((cents < LIMIT * 100, cents)), BigInteger), Text), 18, "0")
    text: Any = literal("")
    for i, unit in enumerate(_UNITS):
        digit = func.translate(func.substr(digits, i + 1, 1), literal_column("'0123456789'"), literal(_DIGITS))
        text = text.concat(digit).concat(literal(unit))
    for pattern, replacement in _RULES:
        text = func.regexp_replace(text, literal(pattern), literal(replacement), literal("g"))
    return case((func.sign(cast(amount, Numeric)) * cents < 0, literal("负").concat(text)), else_=text)


AMOUNT_IN_CAPITALS = define(
    "amount_in_capitals",
    "china",
    "The amount of yuan in Chinese capitals, rounded to 分; blank from 10,000 万亿 on.",
    signature("amount: number -> text", amount_in_capitals, postgresql=_postgresql),
    examples=[("amount_in_capitals(1054)", "壹仟零伍拾肆元整"), ("amount_in_capitals(0.5)", "伍角")],
)
