"""A checked formula as plain JSON for the page, which evaluates it while one types: the pure and common part of the
language. What is not part of it has no such form, and the server is asked instead; it judges in any case.

``web/frontend/js/formulas.js`` reads the form; a test holds the two to the same results.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from jimu.formulas.formula import Formula
from jimu.formulas.limits import NUMBER_LIMIT
from jimu.formulas.tree import Call, Constant, Field, Node

# ["field", name] · ["text" | "date" | "boolean", value] · ["number", "12.50"] · ["blank"] · [key, …arguments]
PageTree = list[Any]

_READ = frozenset({"text", "number", "boolean", "date", "texts"})
_CONSTANTS = _READ - {"texts"}
_ORDERED = frozenset({"number", "date"})
_ORDERINGS = frozenset({"less", "less_equal", "greater", "greater_equal", "between"})
_ARITHMETIC = frozenset({"number_add", "number_subtract", "number_multiply"})
_PLAIN = frozenset({
    "equal", "not_equal", "and", "or", "not", "truth", "in", "if", "case", "coalesce", "is_blank", "not_blank",
    "includes", "includes_any", "contains", "starts_with", "ends_with", "number_negate", "number_plus",
})


def page_tree(formula: Formula, fields: Collection[str]) -> PageTree | None:
    """``formula`` for the page, which knows the values of ``fields``; None if the server has to be asked."""
    if not formula.deterministic or not all(len(path) == 1 and path[0] in fields for path in formula.paths):
        return None
    return _written(formula.tree)


def _written(node: Node) -> PageTree | None:
    if isinstance(node, Constant):
        return _constant(node)
    if isinstance(node, Field):
        return ["field", node.path[0]] if node.type.name in _READ or node.type.name == "reference" else None
    if not isinstance(node, Call) or not _is_plain(node):
        return None
    args = [_written(arg) for arg in node.args]
    return None if None in args else [node.key, *args]


def _constant(node: Constant) -> PageTree | None:
    if node.value is None:
        return ["blank"]
    if node.type.name not in _CONSTANTS:
        return None
    if isinstance(node.value, date):
        return ["date", node.value.isoformat()]
    return [node.type.name, node.value if isinstance(node.value, bool | str) else f"{node.value:f}"]


def _is_plain(node: Call) -> bool:
    """Whether the page can do it exactly: texts are put into order by the server, and so are numbers rounded."""
    if node.key in _ORDERINGS:
        return all(arg.type.name in _ORDERED for arg in node.args)
    if node.key in _ARITHMETIC:
        return _is_exact(node)
    return node.key in _PLAIN


def _is_exact(node: Call) -> bool:
    shapes = [arg.shape for arg in node.args]
    if node.shape is None or None in shapes or node.shape.bound >= NUMBER_LIMIT * 10**node.shape.scale:
        return False
    scales = [shape.scale for shape in shapes if shape]
    return node.shape.scale >= (sum(scales) if node.key == "number_multiply" else max(scales))
