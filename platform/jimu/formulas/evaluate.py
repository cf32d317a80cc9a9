"""Evaluation in Python: the fast compiled way used everywhere, and the reference way through simpleeval."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from jimu.formulas.formula import Formula, Get
from jimu.formulas.limits import MAX_TEXT
from jimu.formulas.numbers import round_half_up
from jimu.formulas.reference import evaluate_source
from jimu.formulas.types import Environment


def evaluate(formula: Formula, get: Get, environment: Environment) -> Any:
    """The formula's value on the record whose fields ``get`` gives; a boolean formula gives True or False, never
    None.
    """
    return formula.compiled(get, environment)


def evaluate_reference(formula: Formula, get: Get, environment: Environment) -> Any:
    """The same value, computed by simpleeval from the source. Slow; the tests hold ``evaluate`` and SQL to it."""
    return evaluate_source(formula, get, environment)


def fit(value: Any, kind: str, scale: int = 0) -> Any:
    """What a formula field of ``kind`` and ``scale`` holds when its formula gave ``value`` (see docs/formulas.md,
    Fields).

    Numbers are rounded half up to ``scale`` places and blank beyond 18 digits; texts beyond 100,000 characters are
    blank.
    """
    if value is None:
        return None
    if kind in ("decimal", "integer"):
        return _fit_number(value, scale if kind == "decimal" else 0, kind == "integer")
    if kind == "text" and len(value) > MAX_TEXT:
        return None
    return value


def _fit_number(value: int | Decimal, scale: int, whole: bool) -> int | Decimal | None:
    rounded = round_half_up(value, scale)
    limit = 10 ** (18 - scale)
    if rounded is None or not -limit < rounded < limit:
        return None
    return int(rounded) if whole else Decimal(rounded)
