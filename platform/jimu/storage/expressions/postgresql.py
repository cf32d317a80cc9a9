"""PostgreSQL: numbers are numeric, days dates, moments timestamptz; every function of the language has a builder.

A value that an expression needs several times is named with ``let``. What could raise (a date that does not exist,
a step out of the calendar) is guarded by CASE, which evaluates only the branch that it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from jimu.fieldtypes.kinds import Kind
from jimu.formulas import numbers
from jimu.formulas.calendar import END_OF_MOMENTS, FIRST_MOMENT
from jimu.formulas.limits import MAX_TEXT, NUMBER_LIMIT, PLACES
from jimu.formulas.tree import Call, Constant, Field, Node, Shape
from jimu.formulas.types import Type
from jimu.storage.expressions.comparisons import MIRRORED, OPERATORS
from jimu.storage.expressions.compiler import Compiler, Condition, Element, NotInSql
from jimu.storage.expressions.let import let
from jimu.storage.expressions.scope import SqlValue
from jimu.storage.schema import Column

NUMERIC = sa.Numeric()
INTEGER = sa.Integer()
BIG = sa.BigInteger()
TEXT = sa.Text()
DATE = sa.Date()
MOMENT = pg.TIMESTAMP(timezone=True)
LOCAL = pg.TIMESTAMP(timezone=False)
TIME = pg.TIME(precision=0)
_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "text": TEXT,
    "number": NUMERIC,
    "boolean": sa.Boolean(),
    "date": DATE,
    "datetime": MOMENT,
    "time": TIME,
    "duration": BIG,
    "reference": BIG,
    "texts": pg.ARRAY(TEXT),
    "json": pg.JSONB(),
}


def sql_type(type: Type) -> sa.types.TypeEngine[Any]:
    return _TYPES.get(type.name, TEXT)


def operate(left: Element, operator: str, right: Element, type: sa.types.TypeEngine[Any] = NUMERIC) -> Element:
    return left.op(operator, return_type=type)(right)


def test(left: Element, operator: str, right: Element) -> Condition:
    # The high precedence puts conditions on either side in brackets.
    return left.op(operator, precedence=15, is_comparison=True, return_type=sa.Boolean())(right)


def number(value: int | Decimal) -> Element:
    return sa.literal(Decimal(value), NUMERIC)


def whole(value: int) -> Element:
    return sa.literal(value, INTEGER)


def text(value: str) -> Element:
    return sa.literal(value, TEXT)


def day(value: date) -> Element:
    return sa.literal(value, DATE)


def function(name: str, *args: Element, type: sa.types.TypeEngine[Any] = TEXT) -> Element:
    found: Element = getattr(sa.func, name)(*args, type_=type)
    return found


def when(condition: Condition, value: Element) -> Element:
    """``value`` where the condition is true, else NULL."""
    return sa.case((condition, value))


def filled(value: Element) -> Element:
    """The empty text made blank."""
    return sa.func.nullif(value, text(""), type_=TEXT)


class PostgresqlCompiler(Compiler):
    """See the module."""

    def let(self, values: list[Element], body: Callable[..., Element]) -> Element:
        """Each value computed once, see ``let``."""
        # Numbered by the work done so far, which only grows within one statement's expression.
        self.work[0] += 1
        return let(values, body, f"v{self.work[0]}")

    def bind(self, value: Any, node: Node) -> Element:
        if value is None:
            return sa.cast(sa.null(), sql_type(node.type))
        if isinstance(value, timedelta):
            return sa.literal(value // timedelta(seconds=1), BIG)
        if node.type.name == "number":
            return number(value)
        return sa.literal(value, sql_type(node.type))

    def among(self, element: Element, ids: Sequence[int]) -> Condition:
        return element == sa.any_(sa.literal(list(ids), pg.ARRAY(BIG)))

    def column(self, element: Element, column: Column, node: Field) -> Element:
        return sa.cast(element, NUMERIC) if column.kind is Kind.INTEGER else element

    inlined = column

    def compared(self, key: str, left: Node, right: Node) -> Condition:
        if left.type.name in ("number", "duration"):
            if self.known(left) is not None and self.known(right) is None:
                left, right, key = right, left, MIRRORED[key]
            found = self.known(right)
            if found is not None and isinstance(left, Field):
                return self._beside_constant(key, left, found)
        a, b = self.value(left), self.value(right)
        if left.type.name == "text" and key != "equal":
            a = sa.collate(a, "C")
        return test(a, OPERATORS[key], b)

    def _beside_constant(self, key: str, field: Field, constant: Constant) -> Condition:
        """A whole-number column stays plain beside a constant, so that its index can be used."""
        value = constant.value
        if isinstance(value, timedelta):
            value = value // timedelta(seconds=1)
        element, column = self.scope.column(field.path)
        if element is None or column.kind not in (Kind.INTEGER, Kind.DURATION):
            return test(self.value(field), OPERATORS[key], number(value))
        low = numbers.floor(value)
        if low != value:
            if key == "equal":
                return sa.false()
            key = {"less": "less_equal", "greater_equal": "greater"}.get(key, key)
        return test(element, OPERATORS[key], sa.literal(max(-(2**63) + 1, min(2**63 - 1, low)), BIG))

    def same(self, left: Node, right: Node) -> Condition:
        return self.value(left).is_not_distinct_from(self.value(right))

    def fallback(self, node: Call) -> Element:
        builder = node.signature.postgresql
        if builder is None:
            raise NotInSql(node.signature.name)
        found: Element = builder(*self.values(node.args))
        return found

    # Conversions that builders need.

    def integer(self, node: Node, low: int = 0, high: int = MAX_TEXT * 1000) -> Element:
        """The whole part of a number as an integer, no smaller than ``low`` and no larger than ``high``."""
        found = self.known(node)
        if found is not None and found.value is not None:
            return whole(max(low, min(high, numbers.truncate(found.value))))

        def body(v: Element) -> Element:
            bounded = function("greatest", function("trunc", v, type=NUMERIC), number(low), type=NUMERIC)
            bounded = function("least", bounded, number(high), type=NUMERIC)
            # least and greatest leave out NULLs: a blank must stay blank.
            return when(v.is_not(None), sa.cast(bounded, INTEGER))

        return self.let([self.value(node)], body)

    def zone(self) -> Element:
        return text(self.environment.zone.key)

    def local(self, moment: Element) -> Element:
        """The wall-clock time of a moment; NULL on the calendar's first and last day, as in ``formulas.calendar``."""
        first, end = sa.literal(FIRST_MOMENT, MOMENT), sa.literal(END_OF_MOMENTS, MOMENT)
        return self.let(
            [moment],
            lambda m: when(
                sa.and_(test(m, ">=", first), test(m, "<", end)), function("timezone", self.zone(), m, type=LOCAL)
            ),
        )

    def limited(self, value: Element, shape: Shape | None) -> Element:
        """``value``, or NULL when it is out of the range of numbers."""
        if shape is not None and shape.bound < NUMBER_LIMIT * 10**shape.scale:
            return value
        limit = number(NUMBER_LIMIT)
        return self.let([value], lambda v: when(test(function("abs", v, type=NUMERIC), "<", limit), v))

    # What a statement wants.

    def selected(self, node: Node) -> SqlValue:
        element = self.value(node)
        return SqlValue(element, self._ordering(element, node.type), loader(node.type.name))

    def _ordering(self, element: Element, type: Type) -> Element:
        return sa.collate(element, "C") if type.name == "text" else element

    def selected_column(self, node: Node, kind: Kind, scale: int) -> SqlValue:
        element = self.fitted(node, kind, scale)
        return SqlValue(element, self._ordering(element, node.type), loader(node.type.name))

    def fitted(self, node: Node, kind: Kind, scale: int) -> Element:
        if kind in (Kind.DECIMAL, Kind.INTEGER):
            return self._fitted_number(node, scale if kind is Kind.DECIMAL else 0, kind)
        element = self.value(node)
        if kind is Kind.TEXT and not isinstance(node, Field | Constant):

            def body(v: Element) -> Element:
                return when(test(function("char_length", v, type=INTEGER), "<=", whole(MAX_TEXT)), v)

            return self.let([element], body)
        return element

    def _fitted_number(self, node: Node, scale: int, kind: Kind) -> Element:
        type = BIG if kind is Kind.INTEGER else sa.Numeric(18, scale)
        shape = node.shape or Shape(0, 0)
        value = self.value(node)
        if shape.scale > scale:
            value = function("round", value, whole(scale), type=NUMERIC)
        if shape.rescaled(scale).bound < 10**18:
            return sa.cast(value, type)
        limit = number(Decimal(10) ** (18 - scale))
        return self.let([value], lambda v: when(test(function("abs", v, type=NUMERIC), "<", limit), sa.cast(v, type)))


def loader(type: str) -> Callable[[Any], Any]:
    """A function from what the driver gives to the Python value."""
    if type == "duration":
        return lambda v: None if v is None else timedelta(seconds=int(v))
    if type == "texts":
        return lambda v: v or None
    return lambda v: v


# Builders for arithmetic.


def _added(operator: str) -> Callable[[PostgresqlCompiler, Call], Element]:
    def build(compiler: PostgresqlCompiler, node: Call) -> Element:
        a, b = compiler.values(node.args)
        return compiler.limited(operate(a, operator, b), node.shape)

    return build


def _multiplied(compiler: PostgresqlCompiler, node: Call) -> Element:
    a, b = compiler.values(node.args)
    product = operate(a, "*", b)
    if sum(x.shape.scale for x in node.args if x.shape) > PLACES:
        product = function("round", product, whole(PLACES), type=NUMERIC)
    return compiler.limited(product, node.shape)


def divided(compiler: PostgresqlCompiler, a: Element, b: Element, shape: Shape | None) -> Element:
    """The quotient to 12 places, halves away from zero: by whole-number division, which is exact."""

    def body(a: Element, b: Element) -> Element:
        absolute = [function("abs", x, type=NUMERIC) for x in (a, b)]
        doubled = operate(operate(absolute[0], "*", number(2 * 10**PLACES)), "+", absolute[1])
        units = function("div", doubled, operate(number(2), "*", absolute[1]), type=NUMERIC)
        signs = operate(function("sign", a, type=NUMERIC), "*", function("sign", b, type=NUMERIC))
        quotient = operate(operate(signs, "*", units), "*", number(Decimal(1).scaleb(-PLACES)))
        return when(test(b, "<>", number(0)), quotient)

    return compiler.limited(compiler.let([a, b], body), shape)


def _divided(compiler: PostgresqlCompiler, node: Call) -> Element:
    dividend, divisor = node.args
    found = compiler.known(divisor)
    value = found.value if found is not None else None
    if (
        value is not None
        and isinstance(value, int | Decimal)
        and value
        and found is not None
        and found.shape
        and dividend.shape
    ):
        inverse = numbers.inverse(value)
        if numbers.places(inverse) <= 30 and inverse * value == 1:
            quotient = operate(compiler.value(dividend), "*", number(inverse))
            if dividend.shape.scale + numbers.places(inverse) > PLACES:
                quotient = function("round", quotient, whole(PLACES), type=NUMERIC)
            return compiler.limited(quotient, node.shape)
    a, b = (
        sa.cast(v, NUMERIC) if x.type.name == "duration" else v
        for x, v in zip(node.args, compiler.values(node.args), strict=True)
    )
    return divided(compiler, a, b, node.shape)


def modulo(a: Element, b: Element) -> Element:
    inner = function("mod", a, b, type=NUMERIC)
    return function("mod", operate(inner, "+", b), b, type=NUMERIC)


def _modulo(compiler: PostgresqlCompiler, node: Call) -> Element:
    return compiler.let(compiler.values(node.args), lambda a, b: when(test(b, "<>", number(0)), modulo(a, b)))


def _floor_divided(compiler: PostgresqlCompiler, node: Call) -> Element:
    def body(a: Element, b: Element) -> Element:
        quotient = function("div", operate(a, "-", modulo(a, b)), b, type=NUMERIC)
        return when(test(b, "<>", number(0)), quotient)

    return compiler.limited(compiler.let(compiler.values(node.args), body), node.shape)


def _negated(compiler: PostgresqlCompiler, node: Call) -> Element:
    type = sql_type(node.type)
    return operate(sa.literal(Decimal(0) if type is NUMERIC else 0, type), "-", compiler.value(node.args[0]), type)


def _numeric(name: str) -> Callable[[PostgresqlCompiler, Call], Element]:
    return lambda compiler, node: function(name, compiler.value(node.args[0]), type=NUMERIC)


def _rounded(compiler: PostgresqlCompiler, node: Call) -> Element:
    digits = int(node.args[1].value) if len(node.args) > 1 and isinstance(node.args[1], Constant) else 0
    rounded = function("round", compiler.value(node.args[0]), whole(digits), type=NUMERIC)
    return compiler.limited(rounded, node.shape) if digits < 0 else rounded


def _extreme(name: str) -> Callable[[PostgresqlCompiler, Call], Element]:
    def build(compiler: PostgresqlCompiler, node: Call) -> Element:
        values = compiler.values(node.args)
        if node.type.name == "text":
            values = [sa.collate(v, "C") for v in values]
        return function(name, *values, type=sql_type(node.type))

    return build


def same(compiler: PostgresqlCompiler, node: Call) -> Element:
    """The builder of functions that change nothing."""
    return compiler.value(node.args[0])


ARITHMETIC: dict[str, Callable[[PostgresqlCompiler, Call], Element]] = {
    "number_add": _added("+"),
    "number_subtract": _added("-"),
    "number_multiply": _multiplied,
    "number_divide": _divided,
    "duration_ratio": _divided,
    "number_modulo": _modulo,
    "number_floor_divide": _floor_divided,
    "number_negate": _negated,
    "duration_negate": _negated,
    "number_plus": same,
    "abs": _numeric("abs"),
    "floor": _numeric("floor"),
    "ceil": _numeric("ceil"),
    "int": _numeric("trunc"),
    "sign": _numeric("sign"),
    "round": _rounded,
    "min": _extreme("least"),
    "max": _extreme("greatest"),
    "text_same": same,
    "date_same": same,
}
