"""Functions on money: what a currency is worth on a day, and an amount in another currency.

Rates are the workspace's own records; ``Environment.rates`` brings them, SQL reads them where it stands. What one unit
is worth in the workspace's own currency is all that is known, so between two others it goes over that one.
"""

from __future__ import annotations

from datetime import date

from babel.numbers import get_currency_precision

from jimu.formulas import numbers
from jimu.formulas.limits import NUMBER_LIMIT
from jimu.formulas.numbers import Number
from jimu.formulas.signature import define, signature
from jimu.formulas.tree import Constant, Node, Shape
from jimu.formulas.types import Environment

RATE_PLACES = 10
RATE_SHAPE = Shape(RATE_PLACES, 10**18 - 1)


def digits_of(code: str) -> int:
    """The places after the point in which amounts of a currency are written: 2, of yen 0."""
    return int(get_currency_precision(code))


def exchange_rate(environment: Environment, code: str | None, day: date | None) -> Number | None:
    if code is None or code == environment.currency:
        return 1
    return None if day is None else environment.rates(code, day)


def convert(
    environment: Environment, amount: Number | None, source: str | None, target: str | None, day: date | None
) -> Number | None:
    if amount is None or target is None:
        return None
    if source == target:
        return numbers.round_half_up(amount, digits_of(target))
    have, want = exchange_rate(environment, source, day), exchange_rate(environment, target, day)
    if have is None or want is None:
        return None
    product = numbers.multiply(amount, have)
    found = None if product is None else numbers.divide(product, want)
    return None if found is None else numbers.round_half_up(found, digits_of(target))


def _converted(args: object) -> Shape:
    target: Node = args[2]  # type: ignore[index]
    places = digits_of(target.value) if isinstance(target, Constant) and target.value else 2
    return Shape(places, NUMBER_LIMIT * 10**places)


FUNCTIONS = (
    define(
        "exchange_rate",
        "number",
        "What one unit of the currency is worth in the workspace's own on the day; blank if no rate is known.",
        signature(
            "currency: text, day: date -> number",
            exchange_rate,
            environment=True,
            takes_blanks=True,
            reads={"rates"},
            shape=RATE_SHAPE,
        ),
    ),
    define(
        "convert",
        "number",
        "The amount in another currency at the rate of the day (today if not given), rounded to the digits of that "
        "currency; blank if a rate is missing. ``convert(amount, 'CNY')`` takes the currency of the field ``amount``; "
        "else it is named: ``convert(amount, 'USD', 'CNY')``.",
        signature(
            "amount: number, from: text, to: text!, day: date -> number",
            convert,
            environment=True,
            takes_blanks=True,
            reads={"rates"},
            shape=_converted,
        ),
    ),
)
