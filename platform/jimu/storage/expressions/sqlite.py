"""SQLite: numbers are whole multiples of ``10**-scale``, the scale being known for every node from its shape.

Where the largest value that a node can have fits into 64 bits, plain SQL arithmetic is used; elsewhere ``jimu_…``
functions (see ``storage.sqlite_functions``) work on such integers, which are texts of digits when they do not fit.
Functions of the language without a form of their own here are called through ``jimu_call``, that is: by their
Python evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson
import sqlalchemy as sa

from jimu.fieldtypes.kinds import Kind
from jimu.formulas import numbers
from jimu.formulas.functions.working import named_calendar
from jimu.formulas.tree import Call, Constant, Field, Node, Shape
from jimu.formulas.types import Type
from jimu.storage.expressions.comparisons import MIRRORED, OPERATORS
from jimu.storage.expressions.compiler import Compiler, Condition, Element, NotInSql
from jimu.storage.expressions.scope import SqlValue
from jimu.storage.schema import Column
from jimu.storage.sqlite_functions import CODES, describe_environment

MAX_NATIVE = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "text": sa.Text(),
    "date": sa.Text(),
    "time": sa.Text(),
    "texts": sa.Text(),
    "json": sa.Text(),
}


def sql_type(type: Type) -> sa.types.TypeEngine[Any]:
    return _TYPES.get(type.name, sa.BigInteger())


def encode(value: Any, scale: int = 0) -> Any:
    """A Python value as SQLite's columns hold it."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | Decimal):
        return native(numbers.units(value, scale))
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds")
    if isinstance(value, timedelta):
        return value // timedelta(seconds=1)
    if isinstance(value, list | tuple):
        return orjson.dumps(list(value)).decode() if value else None
    return value


def native(units: int) -> int | str:
    """A whole number as an integer where it fits, else as digits."""
    return units if -MAX_NATIVE <= units <= MAX_NATIVE else str(units)


def is_native(*shapes: Shape) -> bool:
    return all(s.bound <= MAX_NATIVE for s in shapes)


def is_simple(element: Element) -> bool:
    """Whether naming the element twice costs nothing."""
    return isinstance(element, sa.Column | sa.BindParameter | sa.ColumnClause)


def operate(left: Element, operator: str, right: Element, type: sa.types.TypeEngine[Any] | None = None) -> Element:
    return left.op(operator, return_type=type or sa.BigInteger())(right)


def whole(value: int) -> Element:
    return sa.literal(value, sa.BigInteger())


class SqliteCompiler(Compiler):
    """See the module."""

    def bind(self, value: Any, node: Node) -> Element:
        scale = node.shape.scale if node.shape else 0
        return sa.literal(None if value is None else encode(value, scale), sql_type(node.type))

    def among(self, element: Element, ids: Sequence[int]) -> Condition:
        values = sa.func.json_each(sa.literal(orjson.dumps(list(ids)).decode(), sa.Text())).table_valued("value")
        return element.in_(sa.select(values.c.value))

    def strict_boolean(self, element: Element, *, nullable: bool = True) -> Element:
        return sa.func.coalesce(element, whole(0), type_=sa.BigInteger()) if nullable else element

    def as_boolean(self, element: Element) -> Condition:
        return element == whole(1)

    def column(self, element: Element, column: Column, node: Field) -> Element:
        if node.shape is not None and node.type.name == "number" and node.shape.scale != column.scale:
            return self._rescaled(element, Shape(column.scale, 10**18 - 1), node.shape.scale)
        return element

    inlined = column

    # Numbers.

    def number(self, node: Node, scale: int) -> Element:
        """The node's value in units of ``10**-scale``, which is at least as fine as its own."""
        shape = node.shape or Shape(0, 0)
        found = self.known(node)
        if found is not None:
            units = None if found.value is None else native(numbers.units(plain(found.value), scale))
            return sa.literal(units, sa.BigInteger())
        return self._rescaled(self.value(node), shape, scale)

    def _rescaled(self, element: Element, shape: Shape, scale: int) -> Element:
        """``element`` of ``shape`` in units of ``10**-scale``, rounded half up where that is coarser."""
        if scale == shape.scale:
            return element
        if scale > shape.scale:
            factor = 10 ** (scale - shape.scale)
            if is_native(shape.rescaled(scale)):
                return operate(element, "*", whole(factor))
            return sa.func.jimu_multiply(element, native(factor), 0, scale, type_=sa.BigInteger())
        return sa.func.jimu_round(element, shape.scale - scale, type_=sa.BigInteger())

    def compared(self, key: str, left: Node, right: Node) -> Condition:
        if left.type.name not in ("number", "duration"):
            return _compare(self.value(left), key, self.value(right))
        if self.known(left) is not None and self.known(right) is None:
            left, right, key = right, left, MIRRORED[key]
        constant = self.known(right)
        if constant is not None and constant.value is not None and isinstance(left, Field):
            return self._beside_constant(key, left, constant)
        scale = max(s.scale for s in shapes(left, right))
        a, b = self.number(left, scale), self.number(right, scale)
        if is_native(*(s.rescaled(scale) for s in shapes(left, right))):
            return _compare(a, key, b)
        return _compare(sa.func.jimu_compare(a, b, type_=sa.BigInteger()), key, whole(0))

    def _beside_constant(self, key: str, field: Field, constant: Constant) -> Condition:
        """A field beside a constant: the column stays plain, the constant is brought to its scale."""
        shape = field.shape or Shape(0, 0)
        value = plain(constant.value)
        scale = max(shape.scale, numbers.places(value))
        exact, step = numbers.units(value, scale), 10 ** (scale - shape.scale)
        units, rest = divmod(exact, step)
        column = self.value(field)
        if rest and key == "equal":
            return sa.false()
        if rest:
            # Between two values that the column can have: below it or from the next one on.
            key = {"less": "less_equal", "greater_equal": "greater"}.get(key, key)
        units = max(-MAX_NATIVE, min(MAX_NATIVE, units))
        return _compare(column, key, whole(units))

    def same(self, left: Node, right: Node) -> Condition:
        if left.type.name in ("number", "duration"):
            scale = max(s.scale for s in shapes(left, right))
            return test(self.number(left, scale), "IS", self.number(right, scale))
        return test(self.value(left), "IS", self.value(right))

    def alike(self, node: Node, whole: Node) -> Element:
        return self.number(node, whole.shape.scale) if whole.shape and node.shape else self.value(node)

    # Functions.

    def fallback(self, node: Call) -> Element:
        if node.signature.python_only:
            raise NotInSql(node.signature.name)
        codes = [_code(a) for a in node.args]
        specification = "|".join((node.key, _code(node), *codes))
        asked = node.signature.environment
        environment = describe_environment(self.environment, named_calendar(node)) if asked else ""
        return sa.func.jimu_call(
            sa.literal(specification, sa.Text()),
            sa.literal(environment, sa.Text()),
            *self.values(node.args),
            type_=sql_type(node.type),
        )

    # What a statement wants.

    def selected(self, node: Node) -> SqlValue:
        element = self.value(node)
        order = element
        if node.shape is not None and not is_native(node.shape):
            order = sa.func.jimu_sort_key(element, type_=sa.Text())
        return SqlValue(element, order, loader(node.type.name, node.shape.scale if node.shape else 0))

    def selected_column(self, node: Node, kind: Kind, scale: int) -> SqlValue:
        element = self.fitted(node, kind, scale)
        return SqlValue(element, element, loader("number" if kind is Kind.DECIMAL else node.type.name, scale))

    def fitted(self, node: Node, kind: Kind, scale: int) -> Element:
        if kind in (Kind.DECIMAL, Kind.INTEGER):
            wanted = scale if kind is Kind.DECIMAL else 0
            shape = node.shape or Shape(0, 0)
            if shape.scale <= wanted and shape.rescaled(wanted).bound < 10**18:
                return self.number(node, wanted)
            if self.known(node) is not None:
                shape = Shape(max(shape.scale, wanted), shape.bound)
            return sa.func.jimu_fit(self.number(node, shape.scale), shape.scale, wanted, type_=sa.BigInteger())
        if kind is Kind.TEXT:
            element = self.value(node)
            if isinstance(node, Field | Constant):
                return element
            return sa.func.jimu_fit_text(element, type_=sa.Text())
        return self.value(node)


def plain(value: Any) -> int | Decimal:
    """A number, or a duration's seconds."""
    if isinstance(value, timedelta):
        return value // timedelta(seconds=1)
    found: int | Decimal = value
    return found


def shapes(*nodes: Node) -> list[Shape]:
    return [n.shape or Shape(0, 0) for n in nodes]


def _compare(left: Element, key: str, right: Element) -> Condition:
    return test(left, OPERATORS[key], right)


def test(left: Element, operator: str, right: Element) -> Condition:
    # The high precedence puts conditions on either side in brackets.
    return left.op(operator, precedence=15, is_comparison=True, return_type=sa.Boolean())(right)


def _code(node: Node) -> str:
    if node.type.name == "number":
        return f"n{node.shape.scale if node.shape else 0}"
    return CODES[node.type.name]


def loader(type: str, scale: int) -> Callable[[Any], Any]:
    """A function from what SQLite holds to the Python value."""
    loaders: dict[str, Callable[[Any], Any]] = {
        "number": lambda v: numbers.from_units(int(v), scale),
        "boolean": bool,
        "date": date.fromisoformat,
        "datetime": lambda v: _EPOCH + timedelta(microseconds=v),
        "time": time.fromisoformat,
        "duration": lambda v: timedelta(seconds=int(v)),
        "texts": orjson.loads,
    }
    load = loaders.get(type)
    return (lambda v: v) if load is None else (lambda v: None if v is None else load(v))
