"""Functions on numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from jimu.formulas import numbers, shapes
from jimu.formulas.numbers import Number
from jimu.formulas.signature import define, signature


def smallest(*values: Any) -> Any:
    return min((v for v in values if v is not None), default=None)


def largest(*values: Any) -> Any:
    return max((v for v in values if v is not None), default=None)


def rounded(value: Number, digits: Number = 0) -> Number | None:
    return numbers.round_half_up(value, numbers.truncate(digits))


FUNCTIONS = (
    define(
        "abs",
        "number",
        "The number without its sign.",
        signature("number: number -> number", numbers.absolute, shape=shapes.first, may_be_blank=False),
        examples=[("abs(-2)", 2)],
    ),
    define(
        "round",
        "number",
        "Rounded to ``digits`` places (0 if not given, -2: to hundreds), halves away from zero.",
        signature("number: number, digits?: number! -> number", rounded, shape=shapes.rounded),
        examples=[("round(2.345, 2)", Decimal("2.35")), ("round(-2.5)", -3), ("round(1250, -2)", 1300)],
    ),
    define(
        "floor",
        "number",
        "The greatest whole number that is not greater.",
        signature("number: number -> number", numbers.floor, shape=shapes.whole, may_be_blank=False),
        examples=[("floor(-1.5)", -2)],
    ),
    define(
        "ceil",
        "number",
        "The smallest whole number that is not smaller.",
        signature("number: number -> number", numbers.ceiling, shape=shapes.whole, may_be_blank=False),
        examples=[("ceil(1.2)", 2)],
    ),
    define(
        "int trunc",
        "number",
        "The whole part, towards zero.",
        signature("number: number -> number", numbers.truncate, shape=shapes.whole, may_be_blank=False),
        examples=[("int(-1.5)", -1)],
    ),
    define(
        "sign",
        "number",
        "1, 0 or -1.",
        signature(
            "number: number -> number", lambda n: (n > 0) - (n < 0), shape=shapes.between(-1, 1), may_be_blank=False
        ),
        examples=[("sign(-3)", -1)],
    ),
    define(
        "mod",
        "number",
        "What is left of ``a`` after taking ``b`` as often as it goes; the same as ``a % b``.",
        signature("a: number, b: number -> number", numbers.modulo, "number_modulo", shape=shapes.remainder),
        examples=[("mod(7, 3)", 1), ("mod(-1, 3)", 2), ("mod(1, 0)", None)],
    ),
    define(
        "min",
        "number",
        "The smallest of the values (numbers, days, times …) that are not blank.",
        signature("*values: T -> T", smallest, takes_blanks=True, shape=shapes.common),
        examples=[("min(3, None, 2)", 2)],
    ),
    define(
        "max",
        "number",
        "The greatest of the values that are not blank.",
        signature("*values: T -> T", largest, takes_blanks=True, shape=shapes.common),
        examples=[("max(3, None, 2)", 3)],
    ),
)
