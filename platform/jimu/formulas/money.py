"""How ``convert`` is written in short: the currency of a field of money goes without saying, and so does today.

Called by the checker, which knows the fields; the function itself takes all four values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jimu.formulas.conversion import call
from jimu.formulas.problems import Problems
from jimu.formulas.signature import REGISTRY
from jimu.formulas.tree import Constant, Field, Node

CurrencyOf = Callable[[Field], Node | None]


def completed(args: Sequence[Node], currency_of: CurrencyOf, offset: int, problems: Problems) -> list[Node]:
    """``args`` of a call of ``convert`` as amount, from, to and day."""
    found = list(args)
    if len(found) == 2 or (len(found) == 3 and not _is_text(found[2])):
        source = currency_of(found[0]) if isinstance(found[0], Field) else None
        if source is None:
            raise problems.refuse(
                "unknown_money",
                found[0].offset,
                "In which currency the amount is cannot be told: write it, as in convert(amount, 'USD', 'CNY').",
            )
        found.insert(1, source)
    if len(found) == 3:
        found.append(call(REGISTRY.functions["today"].signatures[0], [], offset))
    target = found[2] if len(found) == 4 else None
    if isinstance(target, Constant) and not _is_code(target.value):
        raise problems.refuse("unknown_money", target.offset, "{name} is no currency code.", name=str(target.value))
    return found


def _is_text(node: Node) -> bool:
    """A text that is no day: ``'2026-01-31'`` is one where a day is wanted."""
    return node.type.name == "text" and not (isinstance(node, Constant) and not _is_code(node.value))


def _is_code(value: object) -> bool:
    return isinstance(value, str) and len(value) == 3 and value.isascii() and value.isupper()
