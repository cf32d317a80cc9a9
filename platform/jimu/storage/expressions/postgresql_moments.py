"""PostgreSQL: functions on moments, times of day and durations. Steps are checked before they are made."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from jimu.formulas.limits import MAX_SECONDS
from jimu.formulas.tree import Call, Shape
from jimu.storage.expressions.compiler import Element
from jimu.storage.expressions.postgresql import (
    BIG,
    LOCAL,
    MOMENT,
    NUMERIC,
    TIME,
    PostgresqlCompiler,
    day,
    divided,
    function,
    number,
    operate,
    text,
    when,
    whole,
)
from jimu.storage.expressions.postgresql_days import Builder, extract, integer, part, part_of_moment, trunc

_LAST_SECOND = number(Decimal("253402300799.999999"))  # 9999-12-31T23:59:59.999999Z, seconds since 1970
_FIRST_SECOND = number(-62_135_596_800)  # 0001-01-01T00:00:00Z


def _moment_moved(sign: str) -> Builder:
    def build(compiler: PostgresqlCompiler, node: Call) -> Element:
        def body(m: Element, s: Element) -> Element:
            moved = operate(extract("epoch", m), sign, sa.cast(s, NUMERIC))
            seconds: Element = sa.cast(s, sa.Double())
            zero = whole(0)
            interval = sa.func.make_interval(zero, zero, zero, zero, zero, zero, seconds, type_=pg.INTERVAL())
            return when(moved.between(_FIRST_SECOND, _LAST_SECOND), operate(m, sign, interval, MOMENT))

        return compiler.let(compiler.values(node.args), body)

    return build


def _moments_apart(compiler: PostgresqlCompiler, node: Call) -> Element:
    later, earlier = (extract("epoch", v) for v in compiler.values(node.args))
    return sa.cast(trunc(operate(later, "-", earlier)), BIG)


def _within(value: Element, type: str = "seconds") -> Element:
    return when(
        value.between(number(-MAX_SECONDS), number(MAX_SECONDS)), sa.cast(function("round", value, type=NUMERIC), BIG)
    )


def _duration_sum(operator: str) -> Builder:
    def build(compiler: PostgresqlCompiler, node: Call) -> Element:
        a, b = (sa.cast(v, NUMERIC) for v in compiler.values(node.args))
        return compiler.let([operate(a, operator, b)], _within)

    return build


def _duration_multiply(compiler: PostgresqlCompiler, node: Call) -> Element:
    values = [sa.cast(v, NUMERIC) for v in compiler.values(node.args)]
    return compiler.let([operate(values[0], "*", values[1])], _within)


def _duration_divide(compiler: PostgresqlCompiler, node: Call) -> Element:
    a, b = (sa.cast(v, NUMERIC) for v in compiler.values(node.args))
    return compiler.let([divided(compiler, a, b, Shape(0, 0))], _within)


def _length(seconds: int) -> Builder:
    def build(compiler: PostgresqlCompiler, node: Call) -> Element:
        return compiler.let([operate(compiler.value(node.args[0]), "*", number(seconds))], _within)

    return build


def _measured(seconds: int) -> Builder:
    def build(compiler: PostgresqlCompiler, node: Call) -> Element:
        value = sa.cast(compiler.value(node.args[0]), NUMERIC)
        return value if seconds == 1 else divided(compiler, value, number(seconds), Shape(0, 0))

    return build


def _moment_from_local(compiler: PostgresqlCompiler, node: Call) -> Element:
    at = compiler.value(node.args[1]) if len(node.args) > 1 else None

    def body(d: Element) -> Element:
        local = sa.cast(d, LOCAL) if at is None else operate(d, "+", at, LOCAL)
        inside = d.between(day(date(1, 1, 2)), day(date(9999, 12, 30)))
        return when(inside, function("timezone", compiler.zone(), local, type=MOMENT))

    return compiler.let([compiler.value(node.args[0])], body)


def _time_of(compiler: PostgresqlCompiler, node: Call) -> Element:
    local = compiler.local(compiler.value(node.args[0]))
    return sa.cast(function("date_trunc", text("second"), local, type=LOCAL), TIME)


def _time_from_parts(compiler: PostgresqlCompiler, node: Call) -> Element:
    def body(h: Element, m: Element, s: Element) -> Element:
        exists = sa.and_(
            h.between(number(0), number(23)), m.between(number(0), number(59)), s.between(number(0), number(59))
        )
        return when(exists, function("make_time", integer(h), integer(m), sa.cast(s, sa.Double()), type=TIME))

    parts = [trunc(v) for v in compiler.values(node.args)]
    return compiler.let(parts if len(parts) == 3 else [*parts, number(0)], body)


MOMENTS: dict[str, Builder] = {
    "moment_add": _moment_moved("+"),
    "moment_subtract": _moment_moved("-"),
    "moment_subtract_moment": _moments_apart,
    "duration_add": _duration_sum("+"),
    "duration_subtract": _duration_sum("-"),
    "duration_multiply": _duration_multiply,
    "multiply_duration": _duration_multiply,
    "duration_divide": _duration_divide,
    "days": _length(86_400),
    "hours": _length(3_600),
    "minutes": _length(60),
    "seconds": _length(1),
    "in_days": _measured(86_400),
    "in_hours": _measured(3_600),
    "in_minutes": _measured(60),
    "in_seconds": _measured(1),
    "moment_from_local": _moment_from_local,
    "time_of": _time_of,
    "time_from_parts": _time_from_parts,
    "hour": part("hour"),
    "minute": part("minute"),
    "second": part("second"),
    "hour_of_moment": part_of_moment("hour"),
    "minute_of_moment": part_of_moment("minute"),
    "second_of_moment": part_of_moment("second"),
}
