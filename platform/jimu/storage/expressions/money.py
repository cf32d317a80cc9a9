"""Rates and conversions as SQL, for both databases: a subquery finds the rate, arithmetic is that of the language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from jimu.formulas.conversion import call, constant
from jimu.formulas.functions.money import RATE_SHAPE, digits_of
from jimu.formulas.operators import EQUAL, OPERATORS
from jimu.formulas.signature import REGISTRY
from jimu.formulas.tree import Call, Constant, Node
from jimu.formulas.types import NUMBER
from jimu.storage.expressions.compiler import Compiler, Element

RATES = "exchange_rate"


def _rate(compiler: Any, node: Call) -> Element:
    code, day = compiler.values(node.args)
    one = compiler.bind(1, Constant(NUMBER, node.offset, RATE_SHAPE, False, 1))
    table = compiler.scope.beside(RATES)
    currency, since, rate, deleted = (
        table.column((name,))[0] for name in ("currency", "valid_from", "rate", "deleted_at")
    )
    found = (
        sa.select(rate)
        .select_from(table.from_clause())
        .where(currency == code, since <= day, deleted.is_(None))
        .order_by(since.desc())
        .limit(sa.literal_column("1"))
        .scalar_subquery()
    )
    own = sa.or_(code.is_(None), code == sa.literal(compiler.environment.currency, sa.Text()))
    return sa.case((own, one), else_=found)


def _converted(compiler: Compiler, node: Call) -> Element:
    amount, source, target, day = node.args
    code = target.value if isinstance(target, Constant) else None
    if code is None:
        return compiler.bind(None, node)
    places = constant(digits_of(code), node.offset)

    def rate(currency: Node) -> Node:
        return call(REGISTRY.by_key["exchange_rate"], [currency, day], node.offset)

    def rounded(value: Node) -> Node:
        return call(REGISTRY.by_key["round"], [value, places], node.offset)

    product = call(OPERATORS["*"][0], [amount, rate(source)], node.offset)
    quotient = call(OPERATORS["/"][0], [product, rate(target)], node.offset)
    same = compiler.condition(call(EQUAL, [source, target], node.offset))
    plain, exchanged = (_in_places(compiler, rounded(value), node) for value in (amount, quotient))
    return sa.case((same, plain), else_=exchanged)


def _in_places(compiler: Any, value: Node, whole: Node) -> Element:
    found: Element = compiler.alike(value, whole)
    return found


MONEY: dict[str, Callable[[Any, Call], Element]] = {"exchange_rate": _rate, "convert": _converted}
