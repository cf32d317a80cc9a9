"""SQLite: functions of the language for which plain SQL is faster than a call of Python."""

from __future__ import annotations

from collections.abc import Callable
from math import gcd

import sqlalchemy as sa

from jimu.formulas import characters, numbers
from jimu.formulas.limits import NUMBER_LIMIT, PLACES
from jimu.formulas.shapes import decimal_places_of_inverse
from jimu.formulas.tree import Call, Constant, Shape
from jimu.storage.expressions.compiler import Element
from jimu.storage.expressions.sqlite import SqliteCompiler, is_native, operate, plain, shapes, whole

Builder = Callable[[SqliteCompiler, Call], Element]


def _added(operator: str) -> Builder:
    def build(compiler: SqliteCompiler, node: Call) -> Element:
        shape = node.shape or Shape(0, 0)
        a, b = (compiler.number(x, shape.scale) for x in node.args)
        if is_native(shape, *(s.rescaled(shape.scale) for s in shapes(*node.args))):
            return operate(a, operator, b)
        name = "jimu_add" if operator == "+" else "jimu_subtract"
        return getattr(sa.func, name)(a, b, shape.scale, type_=sa.BigInteger())  # type: ignore[no-any-return]

    return build


def _multiplied(compiler: SqliteCompiler, node: Call) -> Element:
    a, b = shapes(*node.args)
    raw = Shape(a.scale + b.scale, a.bound * b.bound)
    left, right = compiler.values(node.args)
    if is_native(raw, a, b) and raw.scale <= PLACES:
        return operate(left, "*", right)
    shape = node.shape or raw
    return sa.func.jimu_multiply(left, right, raw.scale - shape.scale, shape.scale, type_=sa.BigInteger())


def _divided(compiler: SqliteCompiler, node: Call) -> Element:
    dividend, divisor = node.args
    shape, (a, b) = node.shape or Shape(PLACES, 0), shapes(*node.args)
    if isinstance(divisor, Constant) and divisor.value and shape.bound < NUMBER_LIMIT * 10**shape.scale:
        units = numbers.units(plain(divisor.value), b.scale)
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
    if is_native(*shapes(node)):
        return operate(whole(0), "-", element)
    return sa.func.jimu_multiply(element, -1, 0, shapes(node)[0].scale, type_=sa.BigInteger())


def _rounded(compiler: SqliteCompiler, node: Call) -> Element:
    digits = int(node.args[1].value) if len(node.args) > 1 and isinstance(node.args[1], Constant) else 0
    shape = shapes(node.args[0])[0]
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


def _mapped(name: str) -> Builder:
    return lambda compiler, node: getattr(sa.func, name)(compiler.value(node.args[0]), type_=sa.Text())


def _contains(compiler: SqliteCompiler, node: Call) -> Element:
    text, part = node.args
    found = compiler.known(part)
    if found is None:
        return compiler.fallback(node)
    if found.value is None:
        return sa.false()
    wanted = characters.lower(found.value)
    if characters.folds_like_ascii(wanted):
        return _like(compiler.value(text), "%" + _escaped(wanted) + "%")
    lowered = sa.func.jimu_lower(compiler.value(text))
    return sa.func.instr(lowered, sa.literal(wanted, sa.Text()), type_=sa.BigInteger()) > whole(0)


def _escaped(text: str) -> str:
    return "".join("\\" + c if c in "\\%_" else c for c in text)


def _like(value: Element, pattern: str) -> Element:
    """LIKE ignores the case of ASCII letters, and of no others."""
    return value.like(sa.literal(pattern, sa.Text()), escape="\\")


def _edge(pattern: Callable[[str], str]) -> Builder:
    """``starts_with`` and ``ends_with`` of a constant."""

    def build(compiler: SqliteCompiler, node: Call) -> Element:
        text, part = node.args
        found = compiler.known(part)
        if found is None or not found.value or not characters.folds_like_ascii(characters.lower(found.value)):
            return compiler.fallback(node)
        return _like(compiler.value(text), pattern(_escaped(found.value)))

    return build


def _length(compiler: SqliteCompiler, node: Call) -> Element:
    return sa.func.coalesce(sa.func.length(compiler.value(node.args[0])), whole(0), type_=sa.BigInteger())


def _days_apart(compiler: SqliteCompiler, node: Call) -> Element:
    later, earlier = compiler.values(node.args if node.key == "date_subtract_date" else node.args[::-1])
    return sa.cast(sa.func.julianday(later) - sa.func.julianday(earlier), sa.Integer)


def _part_of_day(start: int, length: int) -> Builder:
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


BUILDERS: dict[str, Builder] = {
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
