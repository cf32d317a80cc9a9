"""The reference evaluator: simpleeval over the checked tree, one plain call per node.

It uses nothing of what makes the compiled function fast: no static sizes, no blank analysis, no inlining. Every
function and operator is called by name, with the rule for blanks around it. The compiled function and the SQL are
held to its results by the tests.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import simpleeval

from jimu.formulas.compile import actor_value
from jimu.formulas.formula import Formula, Get
from jimu.formulas.signature import Signature
from jimu.formulas.tree import ActorField, Call, Constant, Field, Node
from jimu.formulas.types import Environment


def evaluate_source(formula: Formula, get: Get, environment: Environment) -> Any:
    """The formula's value by simpleeval."""
    expression, leaves, signatures = _lowered(formula)
    names = {name: _leaf(node, get, environment) for name, node in leaves.items()}
    functions = {name: partial(_apply, signature, environment) for name, signature in signatures.items()}
    evaluator = simpleeval.SimpleEval(operators={}, functions=functions, names=names)
    return evaluator.eval("", previously_parsed=expression)


@lru_cache(maxsize=512)
def _lowered(formula: Formula) -> tuple[ast.expr, dict[str, Node], dict[str, Signature]]:
    """The tree as calls of named functions on named leaves."""
    leaves: dict[str, Node] = {}
    signatures: dict[str, Signature] = {}

    def lower(node: Node) -> ast.expr:
        if not isinstance(node, Call):
            name = f"leaf{len(leaves)}"
            leaves[name] = node
            return ast.Name(name, ast.Load())
        if node.key == "if" and len(node.args) == 3:
            condition, then, otherwise = (lower(a) for a in node.args)
            return ast.IfExp(condition, then, otherwise)
        signatures[node.key] = node.signature
        return ast.Call(ast.Name(node.key, ast.Load()), [lower(a) for a in node.args], [])

    return lower(formula.tree), leaves, signatures


def _leaf(node: Node, get: Get, environment: Environment) -> Any:
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, ActorField):
        return actor_value(environment, node.name)
    return get(node.path) if isinstance(node, Field) else None


def _apply(signature: Signature, environment: Environment, *args: Any) -> Any:
    if not signature.takes_blanks and any(a is None for a in args):
        return None
    evaluate: Callable[..., Any] = signature.evaluate
    return evaluate(environment, *args) if signature.environment else evaluate(*args)
