"""Naming a value in SQL, so that an expression can use it several times and it is computed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from jimu.storage.expressions.compiler import Element


class Let(FunctionElement[Any]):
    """``(SELECT body FROM (SELECT a AS a0, b AS a1 OFFSET 0) AS name)``; clauses: name, body, then the values."""

    inherit_cache = True


@compiles(Let)
def _render_let(element: Let, compiler: Any, **kw: Any) -> str:
    name, body, *values = (compiler.process(clause, **kw) for clause in element.clauses)
    named = ", ".join(f"{value} AS a{index}" for index, value in enumerate(values))
    # OFFSET 0 keeps the planner from putting the values in again wherever they are named.
    return f"(SELECT {body} FROM (SELECT {named} OFFSET 0) AS {name})"  # noqa: S608 - compiled SQL, parameters inside


def is_simple(element: Element) -> bool:
    """Whether naming the element several times costs nothing."""
    return isinstance(element, sa.ColumnClause | sa.BindParameter) or (
        isinstance(element, sa.Cast) and is_simple(element.clause)
    )


def let(values: Sequence[Element], body: Callable[..., Element], name: str) -> Element:
    """``body`` of the values, each computed once. ``name`` must differ from that of every other ``let`` around it."""
    if all(is_simple(v) for v in values):
        return body(*values)
    named: list[Element] = []
    given: list[Element] = []
    for value in values:
        if is_simple(value):
            named.append(value)
        else:
            named.append(sa.literal_column(f"{name}.a{len(given)}", value.type))
            given.append(value)
    result = body(*named)
    found = Let(sa.literal_column(name), result, *given)
    found.type = result.type
    return found
