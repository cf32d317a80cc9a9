"""Which money the conditions of a flow compare. Amounts of different currencies are different things: a flow says in
which one its conditions are, or the condition asks for the currency itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jimu.formulas.formula import Formula
from jimu.formulas.tree import Call, Constant, Field, walk

_COMPARISONS = frozenset({"less", "less_equal", "greater", "greater_equal"})


def compared_money(formula: Any) -> Iterator[tuple[str, ...]]:
    """The paths that the formula holds against a number other than zero, or against other fields."""
    if not isinstance(formula, Formula):
        return
    for node in walk(formula.tree):
        if not (isinstance(node, Call) and node.key in _COMPARISONS):
            continue
        if any(isinstance(a, Constant) and a.value == 0 for a in node.args):
            continue
        for argument in node.args:
            yield from (found.path for found in walk(argument) if isinstance(found, Field))
