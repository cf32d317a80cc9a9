"""How large and how fine a number can be, worked out before there is one: what lets the SQL compiler use plain
integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from jimu.formulas import numbers
from jimu.formulas.limits import NUMBER_LIMIT, PLACES
from jimu.formulas.tree import Constant, Shape

if TYPE_CHECKING:
    from jimu.formulas.tree import Node

_NONE = Shape(0, 0)


def of(node: Node) -> Shape:
    return node.shape or _NONE


def limited(shape: Shape) -> Shape:
    """``shape`` after the places that are kept and the limit of all numbers have been applied."""
    if shape.scale > PLACES:
        shape = shape.rescaled(PLACES)
    return Shape(shape.scale, min(shape.bound, NUMBER_LIMIT * 10**shape.scale))


def common(nodes: Sequence[Node]) -> Shape:
    """Wide and fine enough for the values of all ``nodes``."""
    scale = max((of(n).scale for n in nodes), default=0)
    return Shape(scale, max((of(n).rescaled(scale).bound for n in nodes), default=0))


def added(args: Sequence[Node]) -> Shape:
    scale = max(of(a).scale for a in args)
    return limited(Shape(scale, sum(of(a).rescaled(scale).bound for a in args)))


def multiplied(args: Sequence[Node]) -> Shape:
    a, b = of(args[0]), of(args[1])
    return limited(Shape(a.scale + b.scale, a.bound * b.bound))


def divided(args: Sequence[Node]) -> Shape:
    """A quotient; by a constant it has a bound of its own, and by 10, 100 … few places."""
    a, divisor = of(args[0]), args[1]
    if isinstance(divisor, Constant) and divisor.value:
        # The value itself: a constant that was worked out may be far from what its shape allows.
        b, units = of(divisor), _units(divisor)
        places = decimal_places_of_inverse(units)
        # a / (units/10**scale) = a * 10**scale / units
        scale = PLACES if places is None else min(PLACES, max(0, a.scale + places - b.scale))
        bound = a.bound * 10 ** (scale + b.scale) // (units * 10**a.scale) + 1
        return limited(Shape(scale, bound))
    # The smallest divisor that is not 0 is one unit of its scale.
    return limited(Shape(PLACES, a.bound * 10 ** (PLACES + of(divisor).scale) // 10**a.scale + 1))


def _units(constant: Constant) -> int:
    """The size of a number or duration in units of its shape's scale."""
    value = constant.value
    if isinstance(value, timedelta):
        return abs(value // timedelta(seconds=1))
    return abs(numbers.units(value, of(constant).scale))


def decimal_places_of_inverse(number: int) -> int | None:
    """The decimal places of ``1/number``; None if they never end."""
    twos = fives = 0
    while number % 2 == 0:
        number, twos = number // 2, twos + 1
    while number % 5 == 0:
        number, fives = number // 5, fives + 1
    return max(twos, fives) if number == 1 else None


def floor_divided(args: Sequence[Node]) -> Shape:
    a, b = of(args[0]), of(args[1])
    return limited(Shape(0, a.bound * 10**b.scale // 10**a.scale + 1))


def remainder(args: Sequence[Node]) -> Shape:
    scale = max(of(a).scale for a in args)
    return Shape(scale, of(args[1]).rescaled(scale).bound)


def first(args: Sequence[Node]) -> Shape:
    return of(args[0])


def whole(args: Sequence[Node]) -> Shape:
    """A number rounded to whole ones, in any direction."""
    shape = of(args[0])
    return limited(Shape(0, shape.bound // 10**shape.scale + 1))


def rounded(args: Sequence[Node]) -> Shape:
    digits = args[1].value if len(args) > 1 and isinstance(args[1], Constant) else 0
    shape = of(args[0])
    if digits >= shape.scale:
        return shape
    if digits >= 0:
        return limited(shape.rescaled(int(digits)))
    return limited(Shape(0, shape.bound // 10**shape.scale + 10 ** int(-digits)))


def between(low: int, high: int) -> Shape:
    return Shape(0, max(abs(low), abs(high)))
