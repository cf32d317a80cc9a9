"""SQLite: numbers are whole multiples of ``10**-scale``, the scale being known for every node from its shape.

Where the largest value that a node can have fits into 64 bits, plain SQL arithmetic is used; elsewhere ``jimu_…``
functions (see ``storage.sqlite_functions``) work on such integers, which are texts of digits when they do not fit.
Functions of the language without a form of their own here are called through ``jimu_call``, that is: by their
Python evaluator.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import gcd
from typing import Any

import orjson
import sqlalchemy as sa

from jimu.fieldtypes.kinds import Kind
from jimu.formulas import characters, numbers
from jimu.formulas.limits import NUMBER_LIMIT, PLACES
from jimu.formulas.shapes import decimal_places_of_inverse
from jimu.formulas.tree import Call, Constant, Field, Node, Shape
from jimu.formulas.types import Type
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
_OPERATORS = {"equal": "=", "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">="}
_MIRRORED = {
    "equal": "equal",
    "less": "greater",
    "less_equal": "greater_equal",
    "greater": "less",
    "greater_equal": "less_equal",
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
            units = None if found.value is None else native(numbers.units(_plain(found.value), scale))
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
            left, right, key = right, left, _MIRRORED[key]
        constant = self.known(right)
        if constant is not None and constant.value is not None and isinstance(left, Field):
            return self._beside_constant(key, left, constant)
        scale = max(s.scale for s in _shapes(left, right))
        a, b = self.number(left, scale), self.number(right, scale)
        if is_native(*(s.rescaled(scale) for s in _shapes(left, right))):
            return _compare(a, key, b)
        return _compare(sa.func.jimu_compare(a, b, type_=sa.BigInteger()), key, whole(0))

    def _beside_constant(self, key: str, field: Field, constant: Constant) -> Condition:
        """A field beside a constant: the column stays plain, the constant is brought to its scale."""
        shape = field.shape or Shape(0, 0)
        value = _plain(constant.value)
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
            scale = max(s.scale for s in _shapes(left, right))
            return _test(self.number(left, scale), "IS", self.number(right, scale))
        return _test(self.value(left), "IS", self.value(right))

    def alike(self, node: Node, whole: Node) -> Element:
        return self.number(node, whole.shape.scale) if whole.shape and node.shape else self.value(node)

    # Functions.

    def fallback(self, node: Call) -> Element:
        if node.signature.python_only:
            raise NotInSql(node.signature.name)
        codes = [_code(a) for a in node.args]
        specification = "|".join((node.key, _code(node), *codes))
        environment = describe_environment(self.environment) if node.signature.environment else ""
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


def _plain(value: Any) -> int | Decimal:
    """A number, or a duration's seconds."""
    if isinstance(value, timedelta):
        return value // timedelta(seconds=1)
    found: int | Decimal = value
    return found


def _shapes(*nodes: Node) -> list[Shape]:
    return [n.shape or Shape(0, 0) for n in nodes]


def _compare(left: Element, key: str, right: Element) -> Condition:
    return _test(left, _OPERATORS[key], right)


def _test(left: Element, operator: str, right: Element) -> Condition:
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


# Builders: functions for which plain SQL is faster than a call.


def _added(operator: str) -> Callable[[SqliteCompiler, Call], Element]:
    def build(compiler: SqliteCompiler, node: Call) -> Element:
        shape = node.shape or Shape(0, 0)
        a, b = (compiler.number(x, shape.scale) for x in node.args)
        if is_native(shape, *(s.rescaled(shape.scale) for s in _shapes(*node.args))):
            return operate(a, operator, b)
        name = "jimu_add" if operator == "+" else "jimu_subtract"
        return getattr(sa.func, name)(a, b, shape.scale, type_=sa.BigInteger())  # type: ignore[no-any-return]

    return build


def _multiplied(compiler: SqliteCompiler, node: Call) -> Element:
    a, b = _shapes(*node.args)
    raw = Shape(a.scale + b.scale, a.bound * b.bound)
    left, right = compiler.values(node.args)
    if is_native(raw, a, b) and raw.scale <= PLACES:
        return operate(left, "*", right)
    shape = node.shape or raw
    return sa.func.jimu_multiply(left, right, raw.scale - shape.scale, shape.scale, type_=sa.BigInteger())


def _divided(compiler: SqliteCompiler, node: Call) -> Element:
    dividend, divisor = node.args
    shape, (a, b) = node.shape or Shape(PLACES, 0), _shapes(*node.args)
    if isinstance(divisor, Constant) and divisor.value and shape.bound < NUMBER_LIMIT * 10**shape.scale:
        units = numbers.units(_plain(divisor.value), b.scale)
        places = decimal_places_of_inverse(abs(units))
        exponent = shape.scale - a.scale + b.scale
        if places is not None and exponent >= 0 and a.scale + places - b.scale <= shape.scale:
            common = gcd(10**exponent, units)
            up, down = 10**exponent // common, units // common
            if is_native(a, Shape(0, a.bound * up)):
                element = compiler.number(dividend, a.scale)
                element = element if up == 1 else operate(element, "*", whole(up))
                return element if down == 1 else operate(element, "/", whole(down))
    return sa.func.jimu_divide(
        compiler.number(dividend, a.scale),
        a.scale,
        compiler.number(divisor, b.scale),
        b.scale,
        shape.scale,
        type_=sa.BigInteger(),
    )


def _negated(compiler: SqliteCompiler, node: Call) -> Element:
    element = compiler.value(node.args[0])
    if is_native(*_shapes(node)):
        return operate(whole(0), "-", element)
    return sa.func.jimu_multiply(element, -1, 0, _shapes(node)[0].scale, type_=sa.BigInteger())


def _rounded(compiler: SqliteCompiler, node: Call) -> Element:
    digits = int(node.args[1].value) if len(node.args) > 1 and isinstance(node.args[1], Constant) else 0
    shape = _shapes(node.args[0])[0]
    if 0 <= shape.scale <= digits:
        return compiler.value(node.args[0])
    if digits >= 0:
        return compiler._rescaled(compiler.value(node.args[0]), shape, digits)
    return compiler.fallback(node)


def _same_text(compiler: SqliteCompiler, node: Call) -> Element:
    return compiler.value(node.args[0])


def _concat(compiler: SqliteCompiler, node: Call) -> Element:
    parts = [
        sa.func.coalesce(v, sa.literal("", sa.Text())) if compiler.is_nullable(a) else v
        for a, v in zip(node.args, compiler.values(node.args), strict=True)
    ]
    joined = parts[0]
    for part in parts[1:]:
        joined = operate(joined, "||", part, sa.Text())
    return sa.func.nullif(joined, sa.literal("", sa.Text()), type_=sa.Text()) if node.nullable else joined


def _mapped(name: str) -> Callable[[SqliteCompiler, Call], Element]:
    return lambda compiler, node: getattr(sa.func, name)(compiler.value(node.args[0]), type_=sa.Text())


def _contains(compiler: SqliteCompiler, node: Call) -> Element:
    text, part = node.args
    found = compiler.known(part)
    if found is None:
        return compiler.fallback(node)
    if found.value is None:
        return sa.false()
    wanted = characters.lower(found.value)
    lower = sa.func.lower if characters.folds_like_ascii(wanted) else sa.func.jimu_lower
    place = sa.func.instr(lower(compiler.value(text)), sa.literal(wanted, sa.Text()), type_=sa.BigInteger())
    return place > whole(0)


def _edge(pattern: Callable[[str], str]) -> Callable[[SqliteCompiler, Call], Element]:
    """``starts_with`` and ``ends_with`` of a constant: LIKE, which ignores the case of ASCII letters."""

    def build(compiler: SqliteCompiler, node: Call) -> Element:
        text, part = node.args
        found = compiler.known(part)
        if found is None or not found.value or not characters.folds_like_ascii(characters.lower(found.value)):
            return compiler.fallback(node)
        escaped = "".join("\\" + c if c in "\\%_" else c for c in found.value)
        return compiler.value(text).like(sa.literal(pattern(escaped), sa.Text()), escape="\\")

    return build


def _length(compiler: SqliteCompiler, node: Call) -> Element:
    return sa.func.coalesce(sa.func.length(compiler.value(node.args[0])), whole(0), type_=sa.BigInteger())


def _days_apart(compiler: SqliteCompiler, node: Call) -> Element:
    later, earlier = compiler.values(node.args if node.key == "date_subtract_date" else node.args[::-1])
    return sa.cast(sa.func.julianday(later) - sa.func.julianday(earlier), sa.Integer)


def _part_of_day(start: int, length: int) -> Callable[[SqliteCompiler, Call], Element]:
    def build(compiler: SqliteCompiler, node: Call) -> Element:
        day = compiler.value(node.args[0])
        return sa.cast(sa.func.substr(day, start, length), sa.Integer)

    return build


def _start_of(compiler: SqliteCompiler, node: Call) -> Element:
    day, unit = compiler.value(node.args[0]), node.args[1]
    kept = {"month": (8, "01"), "year": (5, "01-01")}.get(unit.value if isinstance(unit, Constant) else "")
    if kept is None:
        return compiler.fallback(node)
    return operate(sa.func.substr(day, 1, kept[0], type_=sa.Text()), "||", sa.literal(kept[1], sa.Text()), sa.Text())


def _includes(compiler: SqliteCompiler, node: Call) -> Element:
    values, wanted = compiler.value(node.args[0]), compiler.value(node.args[1])
    entries = sa.func.json_each(values).table_valued("value")
    return sa.exists(sa.select(sa.literal_column("1")).select_from(entries).where(entries.c.value == wanted))


SqliteCompiler.builders = {
    "number_add": _added("+"),
    "number_subtract": _added("-"),
    "number_multiply": _multiplied,
    "number_divide": _divided,
    "duration_ratio": _divided,
    "number_negate": _negated,
    "duration_negate": _negated,
    "number_plus": _same_text,
    "round": _rounded,
    "concat": _concat,
    "text_same": _same_text,
    "date_same": _same_text,
    "lower": _mapped("jimu_lower"),
    "upper": _mapped("jimu_upper"),
    "contains": _contains,
    "starts_with": _edge(lambda p: p + "%"),
    "ends_with": _edge(lambda p: "%" + p),
    "len": _length,
    "date_subtract_date": _days_apart,
    "days_between": _days_apart,
    "year": _part_of_day(1, 4),
    "month": _part_of_day(6, 2),
    "day": _part_of_day(9, 2),
    "start_of": _start_of,
    "includes": _includes,
}
