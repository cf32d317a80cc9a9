"""Choices, blanks and lists of texts."""

from __future__ import annotations

from typing import Any

from jimu.formulas import shapes
from jimu.formulas.operators import IN
from jimu.formulas.signature import define, signature
from jimu.formulas.tree import Shape


def choose(*parts: Any) -> Any:
    """``condition, value, condition, value …, otherwise``."""
    for index in range(0, len(parts) - 1, 2):
        if parts[index]:
            return parts[index + 1]
    return parts[-1] if len(parts) % 2 else None


def case(value: Any, *parts: Any) -> Any:
    """``value, match, result, match, result …, otherwise``."""
    for index in range(0, len(parts) - 1, 2):
        if parts[index] == value:
            return parts[index + 1]
    return parts[-1] if len(parts) % 2 else None


def first_of(*values: Any) -> Any:
    return next((v for v in values if v is not None), None)


def is_between(value: Any, low: Any, high: Any) -> bool:
    return value is not None and low is not None and high is not None and low <= value <= high


FUNCTIONS = (
    define(
        "if_",
        "logic",
        "The value after the first condition that is true; at the end, what holds otherwise.",
        signature("*parts: any -> T", choose, "if", takes_blanks=True),
        examples=[("if_(2 > 1, 'yes', 'no')", "yes"), ("if_(False, 1, True, 2, 3)", 2)],
    ),
    define(
        "case",
        "logic",
        "Compares the value with each match; gives the result of the first equal one, else the last value.",
        signature("value: any, *parts: any -> T", case, "case", takes_blanks=True),
        examples=[("case('b', 'a', 1, 'b', 2, 0)", 2)],
    ),
    define(
        "coalesce",
        "logic",
        "The first value that is not blank.",
        signature("*values: T -> T", first_of, takes_blanks=True, shape=shapes.common),
        examples=[("coalesce(None, 5)", 5)],
    ),
    define(
        "is_blank",
        "logic",
        "Whether the value is blank.",
        signature("value: any -> boolean", lambda v: v is None, takes_blanks=True, may_be_blank=False),
        examples=[("is_blank(trim(' '))", True)],
    ),
    define(
        "not_blank",
        "logic",
        "Whether the value is not blank.",
        signature("value: any -> boolean", lambda v: v is not None, takes_blanks=True, may_be_blank=False),
        examples=[("not_blank(0)", True)],
    ),
    define(
        "one_of",
        "logic",
        "Whether the value equals one of the others; the same as ``value in (…)``.",
        signature("value: T, *others: T -> boolean", IN.evaluate, "in", takes_blanks=True, may_be_blank=False),
        examples=[("one_of('a', 'a', 'b')", True)],
    ),
    define(
        "between",
        "logic",
        "Whether the value is from ``low`` to ``high``, both included.",
        signature("value: T, low: T, high: T -> boolean", is_between, takes_blanks=True, may_be_blank=False),
        examples=[("between(5, 1, 5)", True)],
    ),
    define(
        "includes",
        "list",
        "Whether the list (a multiple choice, tags) has the value; the same as ``value in list``.",
        signature(
            "list: texts, value: text -> boolean",
            lambda xs, v: bool(xs) and v in xs,
            takes_blanks=True,
            may_be_blank=False,
        ),
    ),
    define(
        "includes_any",
        "list",
        "Whether the list has at least one of the values.",
        signature(
            "list: texts, value: text, *values: text -> boolean",
            lambda xs, *vs: any(v in (xs or ()) for v in vs),
            takes_blanks=True,
            may_be_blank=False,
        ),
    ),
    define(
        "includes_all",
        "list",
        "Whether the list has every one of the values.",
        signature(
            "list: texts, value: text, *values: text -> boolean",
            lambda xs, *vs: all(v in (xs or ()) for v in vs),
            takes_blanks=True,
            may_be_blank=False,
        ),
    ),
    define(
        "count",
        "list",
        "How many entries the list has; 0 for blank.",
        signature(
            "list: texts -> number",
            lambda xs: len(xs or ()),
            takes_blanks=True,
            may_be_blank=False,
            shape=Shape(0, 10**9),
        ),
        signature(
            "list: references -> number",
            lambda xs: len(xs or ()),
            "count_references",
            takes_blanks=True,
            may_be_blank=False,
            shape=Shape(0, 10**9),
            python_only=True,
        ),
    ),
)
