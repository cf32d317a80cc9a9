"""Evaluating the parts of a tree that read no record.

What depends on nothing at all becomes a constant when the formula is checked; what depends on the moment or the
actor is turned into one bound parameter by the SQL compilers.
"""

from __future__ import annotations

from typing import Any

from jimu.formulas.compile import actor_value
from jimu.formulas.conversion import call, constant
from jimu.formulas.limits import MAX_CONSTANT
from jimu.formulas.tree import ActorField, Call, Constant, Field, Node, walk
from jimu.formulas.types import Environment


def reads_record(node: Node) -> bool:
    """Whether the value of ``node`` depends on the record, or on other records, as rates are."""
    return any(isinstance(n, Field) or (isinstance(n, Call) and "rates" in n.signature.reads) for n in walk(node))


def evaluate_free(node: Node, environment: Environment) -> Any:
    """The value of a node that does not read the record."""
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, ActorField):
        return actor_value(environment, node.name)
    if not isinstance(node, Call):
        raise TypeError(node)
    args = [evaluate_free(a, environment) for a in node.args]
    if not node.signature.takes_blanks and any(a is None for a in args):
        return None
    return node.signature.evaluate(environment, *args) if node.signature.environment else node.signature.evaluate(*args)


def folded(node: Node) -> Node:
    """``node`` with everything in it that is constant worked out."""
    if not isinstance(node, Call) or node.key == "prior":
        return node
    args = [folded(a) for a in node.args]
    if any(a is not b for a, b in zip(args, node.args, strict=True)):
        node = call(node.signature, args, node.offset, node.type)
    signature = node.signature
    if signature.reads or signature.environment or not all(isinstance(a, Constant) for a in args):
        return node
    value = evaluate_free(node, Environment())
    too_long = isinstance(value, str) and len(value) > MAX_CONSTANT
    return node if too_long else constant(value, node.offset, node.type)
