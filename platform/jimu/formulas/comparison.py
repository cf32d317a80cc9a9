"""Comparisons and ``in``: bringing both sides to one type, and checking the constants that picklists know."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from jimu.diagnostics import nearest
from jimu.formulas.conversion import call, choices_of, moment_of, read_constant, retyped, unified
from jimu.formulas.operators import EQUAL, GREATER, GREATER_EQUAL, IN, IN_REFERENCES, LESS, LESS_EQUAL, NOT, NOT_EQUAL
from jimu.formulas.problems import Problems
from jimu.formulas.signature import REGISTRY
from jimu.formulas.tree import ActorField, Constant, Node
from jimu.formulas.types import BLANK, TEXTS
from jimu.messages import Message

ORDERED = {"text", "number", "date", "datetime", "time", "duration"}
EQUATED = ORDERED | {"boolean", "reference"}
SIGNATURES = {
    ast.Eq: EQUAL,
    ast.NotEq: NOT_EQUAL,
    ast.Lt: LESS,
    ast.LtE: LESS_EQUAL,
    ast.Gt: GREATER,
    ast.GtE: GREATER_EQUAL,
}


def compare(operator: ast.cmpop, left: Node, right: Node, problems: Problems) -> Node:
    """``left < right`` and the like."""
    signature = SIGNATURES[type(operator)]
    ordering = signature not in (EQUAL, NOT_EQUAL)
    if not ordering and (is_blank(left) or is_blank(right)):
        tested = right if is_blank(left) else left
        return call(REGISTRY.by_key["is_blank" if signature is EQUAL else "not_blank"], [tested], left.offset)
    pair = same_type([left, right], ordering)
    if pair is None or unified(pair) not in (BLANK, *(n.type for n in pair)):
        raise _incomparable(left, right, problems)
    left, right = pair
    kind = (unified(pair) or BLANK).name
    if kind not in (ORDERED if ordering else EQUATED) | {"blank"}:
        raise problems.refuse(
            "wrong_type", left.offset, "Values of type {type} cannot be compared this way.", type=kind
        )
    check_choice(left, right, problems)
    check_choice(right, left, problems)
    return call(signature, pair, left.offset)


def _incomparable(left: Node, right: Node, problems: Problems) -> Exception:
    names = {left.type.name, right.type.name}
    hint = None
    if names == {"date", "datetime"}:
        hint = Message("Write date(…) around the moment.")
    elif "texts" in names and "text" in names:
        hint = Message("Write 'value' in list.")
    return problems.refuse(
        "wrong_type",
        right.offset,
        "{left} and {right} cannot be compared.",
        hint=hint,
        left=str(left.type),
        right=str(right.type),
    )


def is_blank(node: Node) -> bool:
    return isinstance(node, Constant) and node.value is None


def same_type(nodes: Sequence[Node], ordering: bool = False) -> list[Node] | None:
    """``nodes`` brought to one type; ``ordering``: beside a moment a day means its beginning. None: they differ."""
    if (same := unified(nodes)) is not None:
        return [retyped(n, same) for n in nodes]
    names = {n.type.name for n in nodes}
    wanted = next((n.type for n in nodes if n.type.name not in ("text", "blank")), None)
    if "datetime" in names:
        wanted = next(n.type for n in nodes if n.type.name == "datetime")
    if wanted is None:
        return None
    out = []
    for node in nodes:
        if node.type.name == wanted.name or node.type == BLANK:
            out.append(retyped(node, wanted))
        elif ordering and wanted.name == "datetime" and node.type.name == "date":
            out.append(moment_of(node))
        else:
            read = read_constant(node, wanted)
            if read is None:
                return None
            out.append(read)
    return out if unified(out) is not None else None


def check_choice(field: Node, value: Node, problems: Problems) -> None:
    """A constant beside a picklist must be one of its values."""
    choices = choices_of(field)
    if choices is None or not isinstance(value, Constant) or not isinstance(value.value, str) or value.value in choices:
        return
    problems.add(
        "unknown_choice", value.offset, "There is no choice {value}.", nearest(value.value, choices), value=value.value
    )


def membership(item: Node, values: Sequence[Node] | Node, negated: bool, problems: Problems) -> Node:
    """``item in (x, y)`` or ``item in list``."""
    if isinstance(values, Node):
        found = _in_list(item, values, problems)
    else:
        same = same_type([item, *values])
        kind = (unified(same) or BLANK).name if same else ""
        if same is None or kind not in EQUATED | {"blank"}:
            raise problems.refuse(
                "wrong_type", item.offset, "What is left of in and the values on its right are of different types."
            )
        for value in same[1:]:
            check_choice(same[0], value, problems)
        found = call(IN, same, item.offset)
    return call(NOT, [found], item.offset) if negated else found


def _in_references(item: Node, values: ActorField, problems: Problems) -> Node:
    """``owner in user.subordinates``: a lookup among the people, departments or records that are the actor's."""
    fits = values.type.object is None or item.type.object in (None, values.type.object)
    if item.type.name != "reference" or not fits:
        raise problems.refuse(
            "wrong_type", item.offset, "user.{name} holds {type}, not {found}.",
            name=values.name, type=str(values.type), found=str(item.type),
        )
    return call(IN_REFERENCES, [item, values], item.offset)


def _in_list(item: Node, values: Node, problems: Problems) -> Node:
    if isinstance(values, ActorField) and values.type.name == "references":
        return _in_references(item, values, problems)
    if values.type != TEXTS:
        hint = Message("Write contains(text, part).") if values.type.name == "text" else None
        raise problems.refuse(
            "wrong_type", values.offset, "in needs a list on its right, not {type}.", hint=hint, type=str(values.type)
        )
    if item.type.name not in ("text", "blank"):
        raise problems.refuse("wrong_type", item.offset, "The list holds texts, not {type}.", type=str(item.type))
    check_choice(values, item, problems)
    return call(REGISTRY.by_key["includes"], [values, item], item.offset)
