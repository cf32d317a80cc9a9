"""Exact numbers: the arithmetic of formulas, on int and Decimal, in one bounded context.

A product or quotient keeps 12 decimal places, rounded half away from zero; a number of 10**60 or more is blank. Every
function takes non-blank numbers and gives a number or None; ints stay ints where they can.
"""

from __future__ import annotations

from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

from jimu.formulas.limits import NUMBER_LIMIT, PLACES

Number = int | Decimal

# Wide enough for the exact product of two numbers below the limit with 12 places each.
EXACT = Context(
    prec=160,
    rounding=ROUND_HALF_UP,
    Emax=MAX_EMAX,
    Emin=MIN_EMIN,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
_LONG = Context(
    prec=250,
    rounding=ROUND_HALF_UP,
    Emax=MAX_EMAX,
    Emin=MIN_EMIN,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
_QUANTUM = Decimal(1).scaleb(-PLACES)
_UNITS = tuple(Decimal(1).scaleb(-places) for places in range(31))


def bounded(value: Number) -> Number | None:
    """``value``, or None when it is out of range."""
    return value if -NUMBER_LIMIT < value < NUMBER_LIMIT else None


def kept(value: Decimal) -> Decimal | None:
    """``value`` rounded to the places that are kept, or None when it is out of range."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -PLACES:
        value = value.quantize(_QUANTUM, ROUND_HALF_UP, EXACT)
    return value if -NUMBER_LIMIT < value < NUMBER_LIMIT else None


def add(a: Number, b: Number) -> Number | None:
    return bounded(EXACT.add(a, b))


def subtract(a: Number, b: Number) -> Number | None:
    return bounded(EXACT.subtract(a, b))


def multiply(a: Number, b: Number) -> Number | None:
    return kept(EXACT.multiply(a, b))


def negate(a: Number) -> Number:
    return -a if isinstance(a, int) else a.copy_negate() if a else a


def absolute(a: Number) -> Number:
    """Like ``abs``, which would round a Decimal to the current context."""
    return abs(a) if isinstance(a, int) else a.copy_abs()


def units(value: Number, scale: int) -> int:
    """``value * 10**scale`` for a value with at most ``scale`` places."""
    return int(EXACT.scaleb(Decimal(value), scale)) if isinstance(value, Decimal) else value * 10**scale


def places(value: Number) -> int:
    """The number of decimal places that ``value`` needs."""
    if isinstance(value, int):
        return 0
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= 0:
        return 0
    trimmed = value.normalize(EXACT).as_tuple().exponent
    return max(0, -trimmed) if isinstance(trimmed, int) else 0


def from_units(value: int, scale: int) -> Number:
    """``value / 10**scale``, exactly."""
    return EXACT.scaleb(Decimal(value), -scale) if scale else value


def divide_half_up(a: int, b: int) -> int:
    """The whole number nearest to ``a / b``, halves away from zero. ``b`` is not 0."""
    quotient = (2 * abs(a) + abs(b)) // (2 * abs(b))
    return quotient if (a < 0) == (b < 0) else -quotient


def divide(a: Number, b: Number) -> Number | None:
    """``a / b`` to 12 places; blank when ``b`` is 0."""
    if not b:
        return None
    scale = max(places(a), places(b))
    return bounded(from_units(divide_half_up(units(a, scale) * 10**PLACES, units(b, scale)), PLACES))


def quick_divide(a: Number, b: Number) -> Number | None:
    """Like ``divide``, for the compiled path: a quotient to 250 digits is far enough from any tie to be rounded
    again.
    """
    if not b:
        return None
    return bounded(_LONG.divide(a, b).quantize(_QUANTUM, ROUND_HALF_UP, _LONG))


def inverse(value: Number) -> Decimal:
    """``1/value``, exact for values whose inverse ends."""
    return _LONG.divide(1, value)


def floor_divide(a: Number, b: Number) -> Number | None:
    """The greatest whole number not above ``a / b``; blank when ``b`` is 0."""
    if not b:
        return None
    scale = max(places(a), places(b))
    return bounded(units(a, scale) // units(b, scale))


def modulo(a: Number, b: Number) -> Number | None:
    """``a - b * (a // b)``: has the sign of ``b``; blank when ``b`` is 0."""
    if not b:
        return None
    scale = max(places(a), places(b))
    return from_units(units(a, scale) % units(b, scale), scale)


def round_half_up(value: Number, digits: int = 0) -> Number | None:
    """``value`` to ``digits`` decimal places (negative: tens, hundreds …), halves away from zero."""
    if digits >= 0:
        if isinstance(value, int) or places(value) <= digits:
            return value
        return value.quantize(_UNITS[digits], ROUND_HALF_UP, EXACT)
    unit = 10**-digits
    scale = places(value)
    return bounded(divide_half_up(units(value, scale), unit * 10**scale) * unit)


def floor(value: Number) -> int:
    return value if isinstance(value, int) else int(value.to_integral_value(ROUND_FLOOR, EXACT))


def ceiling(value: Number) -> int:
    return -floor(-value if isinstance(value, int) else value.copy_negate())


def truncate(value: Number) -> int:
    return int(value)


def canonical(value: Number) -> str:
    """The shortest exact decimal text: ``1250``, ``-0.5``, ``0``."""
    if isinstance(value, int):
        return str(value)
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
