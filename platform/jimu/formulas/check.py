"""From a source to a checked ``Formula``: parse, whitelist, type, sum up. Never raises; all problems are
diagnostics.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from jimu.diagnostics import Diagnostic, Place, has_errors
from jimu.formulas.builtin import has_sql
from jimu.formulas.checker import Checker
from jimu.formulas.conversion import call, constant, truth
from jimu.formulas.folding import folded
from jimu.formulas.formula import Formula
from jimu.formulas.limits import MAX_INLINED, MAX_SOURCE
from jimu.formulas.operators import TRUTH
from jimu.formulas.parse import parse
from jimu.formulas.problems import Problems, Refused
from jimu.formulas.signature import REGISTRY
from jimu.formulas.tree import ActorField, Call, Field, Node, walk
from jimu.formulas.types import BLANK, BOOLEAN, KnowsCalendars, Scope, Type

_NOWHERE = Place()
_PIECE = re.compile(r"\{\{|\}\}|\{[^{}]*\}|[^{}]+|[{}]")


def check(
    source: str,
    scope: Scope,
    object: str,
    expected: Type | None = None,
    place: Place = _NOWHERE,
) -> tuple[Formula | None, list[Diagnostic]]:
    """The formula in ``source`` as it stands on ``object``, or None and what is wrong with it; never raises.

    ``expected``: the type that it must have (a condition takes any: not blank and not zero is true). Places of
    diagnostics count from ``place``; without one, the column counts the characters of ``source`` from 1.
    """
    problems = Problems(source, place, _calendars(scope))
    parsed = parse(source, problems)
    if parsed is None:
        return None, problems.found
    try:
        tree = Checker(parsed, scope, object, problems).check(parsed.body)
        tree = _as_expected(tree, expected, problems)
        formula = build_formula(source, object, tree, problems)
    except Refused:
        return None, problems.found
    return (None if has_errors(problems.found) else formula), problems.found


def _calendars(scope: Scope) -> Collection[str] | None:
    return scope.calendars if isinstance(scope, KnowsCalendars) else None


def _as_expected(tree: Node, expected: Type | None, problems: Problems) -> Node:
    if tree.type == BOOLEAN or expected == BOOLEAN:
        tree = truth(tree)
        # A field of type boolean may be blank; a formula of type boolean never is.
        return call(TRUTH, [tree], tree.offset) if tree.nullable else tree
    if expected is None or tree.type == BLANK or tree.type == expected:
        return tree
    if tree.type.name == expected.name and (expected.object is None or tree.type.object is None):
        return tree
    raise problems.refuse(
        "wrong_type",
        0,
        "This gives a value of type {found}; needed is {expected}.",
        found=str(tree.type),
        expected=str(expected),
    )


def build_formula(source: str, object: str, tree: Node, problems: Problems) -> Formula:
    """Sum up what the tree reads. Raises Refused when the formula fields in it make it too large."""
    tree = folded(tree)
    paths, reads, size, python_only, uses_actor, uses_moment = set(), set(), 0, None, False, False
    deterministic = True
    for node in walk(tree):
        size += 1
        if isinstance(node, Field):
            paths.add(node.path)
            size += getattr(node.symbol.formula, "size", 0)
            deterministic = deterministic and node.symbol.deterministic
            if node.type.name == "references" and python_only is None:
                python_only = node.path[-1]
            inner = node.symbol.formula
            uses_actor = uses_actor or getattr(inner, "uses_actor", False)
            reads |= {"clock"} if getattr(inner, "uses_clock", False) else set()
            uses_moment = uses_moment or getattr(inner, "uses_moment", False)
            python_only = python_only or getattr(inner, "python_only", None)
        elif isinstance(node, ActorField):
            uses_actor = True
        elif isinstance(node, Call):
            reads |= node.signature.reads
            uses_moment = uses_moment or ("clock" in node.signature.reads and "day" not in node.signature.reads)
            if python_only is None and not has_sql(node.signature):
                python_only = node.signature.name
    if size > MAX_INLINED:
        raise problems.refuse("too_large", 0, "With the formula fields that it reads, the formula is too long.")
    return Formula(
        source,
        object,
        tree,
        tree.type,
        frozenset(paths),
        deterministic and not reads and not uses_actor,
        uses_actor,
        "clock" in reads,
        uses_moment,
        "prior" in reads,
        python_only,
        size,
    )


def check_template(
    source: str,
    scope: Scope,
    object: str,
    place: Place = _NOWHERE,
) -> tuple[Formula | None, list[Diagnostic]]:
    """The text formula of a template like ``{name} · {code}``: formulas in braces, shown as texts; ``{{`` is a brace.

    Blank pieces are left out, and a lookup shows the title of what it points at.
    """
    problems = Problems(source, place, _calendars(scope))
    if len(source) > MAX_SOURCE:
        problems.add("too_large", 0, "The template is too long.")
        return None, problems.found
    parts: list[Node] = []
    offset = 0
    for piece in _PIECE.findall(source):
        if piece in ("{", "}"):
            problems.add("syntax", offset, "A brace is not closed, or not opened; {{{{ stands for a brace.")
        elif piece.startswith("{") and piece != "{{":
            parts += _template_piece(piece[1:-1], offset + 1, problems, scope, object)
        else:
            text = {"{{": "{", "}}": "}"}.get(piece, piece)
            parts.append(constant(text, offset))
        offset += len(piece)
    if has_errors(problems.found):
        return None, problems.found
    tree = call(REGISTRY.by_key["concat"], parts, 0)
    try:
        return build_formula(source, object, tree, problems), problems.found
    except Refused:
        return None, problems.found


def _template_piece(source: str, offset: int, problems: Problems, scope: Scope, object: str) -> list[Node]:
    inner = Problems(source, problems.place, problems.calendars)
    parsed = parse(source, inner)
    try:
        if parsed is None:
            raise Refused
        tree = Checker(parsed, scope, object, inner).check(parsed.body)
        return [_shown(tree, scope, inner)]
    except Refused:
        return []
    finally:
        start = problems.place.column or 1
        for found in inner.found:
            place = Place(
                found.place.file, found.place.line, start + offset + found.place.column - (inner.place.column or 1)
            )
            problems.found.append(Diagnostic(found.code, found.message, place, suggestion=found.suggestion))


def _shown(tree: Node, scope: Scope, problems: Problems) -> Node:
    """``tree`` as a text."""
    from jimu.formulas.overloads import resolve

    if isinstance(tree, Field) and tree.type.name == "reference" and tree.type.object:
        title = scope.find(tree.type.object, "title")
        if title is not None:
            return Field(title.type, tree.offset, None, True, (*tree.path, "title"), title)
    return tree if tree.type.name == "text" else resolve(REGISTRY.functions["text"], [tree], tree.offset, problems)
