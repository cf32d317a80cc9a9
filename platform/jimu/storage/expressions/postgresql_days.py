"""PostgreSQL: functions on days. Steps are checked before they are made: nothing raises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from jimu.formulas.calendar import FIRST_DAY, LAST_DAY, WorkCalendar
from jimu.formulas.functions.days import today
from jimu.formulas.functions.working import named_calendar, workdays_of
from jimu.formulas.limits import MAX_DAYS, MAX_WORKDAYS
from jimu.formulas.tree import Call, Constant, Node
from jimu.storage.expressions.compiler import Condition, Element
from jimu.storage.expressions.postgresql import (
    DATE,
    INTEGER,
    LOCAL,
    NUMERIC,
    PostgresqlCompiler,
    day,
    function,
    number,
    operate,
    test,
    text,
    when,
    whole,
)

Builder = Callable[[PostgresqlCompiler, Call], Element]


def extract(part: str, value: Element) -> Element:
    return sa.cast(sa.extract(part, value), NUMERIC)


def integer(value: Element) -> Element:
    return sa.cast(value, INTEGER)


def trunc(value: Element) -> Element:
    return function("trunc", value, type=NUMERIC)


def _moved(compiler: PostgresqlCompiler, start: Node, days: Element, sign: str = "+") -> Element:
    """``start`` and a number of days more (or less), NULL where that leads out of the calendar."""

    def body(d: Element, n: Element) -> Element:
        low, high = operate(day(FIRST_DAY), "-", d, INTEGER), operate(day(LAST_DAY), "-", d, INTEGER)
        return when(n.between(low, high), operate(d, "+", integer(n), DATE))

    steps = trunc(days)
    if sign == "-":
        steps = operate(number(0), "-", steps)
    return compiler.let([compiler.value(start), steps], body)


def _add_days(sign: str) -> Builder:
    return lambda compiler, node: _moved(compiler, node.args[0], compiler.value(node.args[1]), sign)


def _add_duration(sign: str) -> Builder:
    def build(compiler: PostgresqlCompiler, node: Call) -> Element:
        seconds = sa.cast(compiler.value(node.args[1]), NUMERIC)
        return _moved(compiler, node.args[0], function("div", seconds, number(86_400), type=NUMERIC), sign)

    return build


def _apart(compiler: PostgresqlCompiler, node: Call) -> Element:
    later, earlier = compiler.values(node.args if node.key == "date_subtract_date" else node.args[::-1])
    return sa.cast(operate(later, "-", earlier, INTEGER), NUMERIC)


def make_date(year: Element, month: Element, dom: Element) -> Element:
    """The day, or NULL if there is none such; takes whole numbers."""
    leap = sa.or_(
        sa.and_(
            test(operate(year, "%", number(4)), "=", number(0)), test(operate(year, "%", number(100)), "<>", number(0))
        ),
        test(operate(year, "%", number(400)), "=", number(0)),
    )
    longest = sa.case(
        (month.in_([number(m) for m in (4, 6, 9, 11)]), number(30)),
        (test(month, "=", number(2)), sa.case((leap, number(29)), else_=number(28))),
        else_=number(31),
    )
    exists = sa.and_(
        year.between(number(1), number(9999)), month.between(number(1), number(12)), dom.between(number(1), longest)
    )
    return when(exists, function("make_date", integer(year), integer(month), integer(dom), type=DATE))


def _date_from_parts(compiler: PostgresqlCompiler, node: Call) -> Element:
    return compiler.let([trunc(v) for v in compiler.values(node.args)], make_date)


def _date_from_text(compiler: PostgresqlCompiler, node: Call) -> Element:
    def body(v: Element) -> Element:
        # A part that is no number must not be cast: the CASE around keeps that from happening.
        parts = [sa.cast(function("substr", v, whole(a), whole(n)), NUMERIC) for a, n in ((1, 4), (6, 2), (9, 2))]
        return when(test(v, "~", text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")), make_date(*parts))

    return compiler.let([compiler.value(node.args[0])], body)


def _date_of(compiler: PostgresqlCompiler, node: Call) -> Element:
    return sa.cast(compiler.local(compiler.value(node.args[0])), DATE)


def part(name: str) -> Builder:
    return lambda compiler, node: extract(name, compiler.value(node.args[0]))


def part_of_moment(name: str) -> Builder:
    return lambda compiler, node: function(
        "floor", extract(name, compiler.local(compiler.value(node.args[0]))), type=NUMERIC
    )


def _add_months(factor: int) -> Builder:
    def build(compiler: PostgresqlCompiler, node: Call) -> Element:
        def body(d: Element, n: Element) -> Element:
            months = operate(n, "*", number(factor)) if factor != 1 else n
            index = operate(
                operate(operate(extract("year", d), "*", number(12)), "+", extract("month", d)), "+", months
            )
            interval = sa.func.make_interval(whole(0), integer(months), type_=pg.INTERVAL())
            moved = sa.cast(operate(sa.cast(d, LOCAL), "+", interval, LOCAL), DATE)
            # In months from the year 0, January being 1.
            inside = sa.and_(n.between(number(-MAX_DAYS), number(MAX_DAYS)), index.between(number(13), number(120_000)))
            return when(inside, moved)

        return compiler.let([compiler.value(node.args[0]), trunc(compiler.value(node.args[1]))], body)

    return build


def _months(a: Element, b: Element) -> Element:
    """Whole months from ``a`` to ``b``, if ``b`` is not earlier."""
    years = operate(operate(extract("year", b), "-", extract("year", a)), "*", number(12))
    months = operate(years, "+", operate(extract("month", b), "-", extract("month", a)))
    early = test(extract("day", b), "<", extract("day", a))
    return operate(months, "-", sa.case((early, number(1)), else_=number(0)))


def _between(a: Element, b: Element) -> Element:
    return sa.case((test(b, ">=", a), _months(a, b)), (test(b, "<", a), operate(number(0), "-", _months(b, a))))


def _months_between(compiler: PostgresqlCompiler, node: Call) -> Element:
    return compiler.let(compiler.values(node.args), _between)


def _years(a: Element, b: Element) -> Element:
    return function("div", _between(a, b), number(12), type=NUMERIC)


def _years_between(compiler: PostgresqlCompiler, node: Call) -> Element:
    return compiler.let(compiler.values(node.args), _years)


def _age(compiler: PostgresqlCompiler, node: Call) -> Element:
    now = day(today(compiler.environment) or LAST_DAY)
    return compiler.let([compiler.value(node.args[0])], lambda d: _years(d, now))


def _unit(node: Node) -> str:
    return str(node.value) if isinstance(node, Constant) else "day"


def _start(unit: str, value: Element) -> Element:
    return sa.cast(function("date_trunc", text(unit), sa.cast(value, LOCAL), type=LOCAL), DATE)


def _start_of(compiler: PostgresqlCompiler, node: Call) -> Element:
    unit, value = _unit(node.args[1]), compiler.value(node.args[0])
    return value if unit == "day" else _start(unit, value)


def _end_of(compiler: PostgresqlCompiler, node: Call) -> Element:
    unit, value = _unit(node.args[1]), compiler.value(node.args[0])
    if unit == "day":
        return value
    if unit == "week":
        last = operate(_start(unit, value), "+", whole(6), DATE)
        return compiler.let([last], lambda d: when(test(d, "<=", day(LAST_DAY)), d))
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    interval = sa.func.make_interval(whole(0), whole(months), type_=pg.INTERVAL())
    following = sa.cast(operate(sa.cast(_start(unit, value), LOCAL), "+", interval, LOCAL), DATE)
    return operate(following, "-", whole(1), DATE)


def _fiscal_year(compiler: PostgresqlCompiler, node: Call) -> Element:
    first = compiler.value(node.args[1])

    def body(d: Element) -> Element:
        earlier = sa.case((test(extract("month", d), "<", first), number(1)), else_=number(0))
        return operate(extract("year", d), "-", earlier)

    return compiler.let([compiler.value(node.args[0])], body)


def _fiscal_quarter(compiler: PostgresqlCompiler, node: Call) -> Element:
    month = extract("month", compiler.value(node.args[0]))
    since = function(
        "mod", operate(operate(month, "-", compiler.value(node.args[1])), "+", number(12)), number(12), type=NUMERIC
    )
    return operate(function("div", since, number(3), type=NUMERIC), "+", number(1))


# Workdays: Monday to Friday by arithmetic, exceptions by binary search in two sorted arrays.


def _days(values: list[date]) -> Element:
    return sa.literal(values, pg.ARRAY(DATE))


def _calendar(compiler: PostgresqlCompiler, node: Call) -> WorkCalendar | None:
    return workdays_of(compiler.environment, named_calendar(node))


def _worked_until(calendar: WorkCalendar, d: Element) -> Element:
    """The number of workdays up to and with ``d`` since the beginning of the calendar."""
    index = operate(operate(d, "-", day(FIRST_DAY), INTEGER), "+", whole(1), INTEGER)
    weeks = operate(operate(index, "/", whole(7), INTEGER), "*", whole(5), INTEGER)
    rest = function("least", operate(index, "%", whole(7), INTEGER), whole(5), type=INTEGER)
    count = operate(weeks, "+", rest, INTEGER)
    for operator, days in (("-", calendar.free), ("+", calendar.worked)):
        if days:
            count = operate(count, operator, function("width_bucket", d, _days(days), type=INTEGER), INTEGER)
    return when(d.is_not(None), count)


def _workdays_between(compiler: PostgresqlCompiler, node: Call) -> Element:
    calendar = _calendar(compiler, node)
    if calendar is None:
        return sa.cast(sa.null(), NUMERIC)

    def body(a: Element, b: Element) -> Element:
        return sa.cast(operate(_worked_until(calendar, b), "-", _worked_until(calendar, a), INTEGER), NUMERIC)

    return compiler.let(compiler.values(node.args[:2]), body)


def _worked(calendar: WorkCalendar, d: Element) -> Condition:
    free, worked = _days(calendar.free), _days(calendar.worked)
    weekend = test(extract("isodow", d), ">", number(5))
    return sa.case(
        (d.is_(None), sa.null()),
        (weekend, test(d, "=", sa.func.any(worked))),
        else_=sa.not_(test(d, "=", sa.func.any(free))),
    )


def _is_workday(compiler: PostgresqlCompiler, node: Call) -> Element:
    calendar = _calendar(compiler, node)
    if calendar is None:
        return sa.cast(sa.null(), sa.Boolean())
    return compiler.let([compiler.value(node.args[0])], lambda d: _worked(calendar, d))


def _add_workdays(compiler: PostgresqlCompiler, node: Call) -> Element:
    """The n-th workday, looked for in as many days as it can take at most."""
    calendar = _calendar(compiler, node)
    if calendar is None:
        return sa.cast(sa.null(), DATE)
    exceptions = len(calendar.free) + 7

    def body(d: Element, n: Element) -> Element:
        size = function("abs", n, type=INTEGER)
        most = operate(
            operate(operate(size, "*", whole(7), INTEGER), "/", whole(5), INTEGER), "+", whole(exceptions), INTEGER
        )
        sign = integer(function("sign", sa.cast(n, NUMERIC), type=NUMERIC))
        steps = sa.func.generate_series(whole(1), most, type_=INTEGER).table_valued("step").render_derived()
        room = function(
            "greatest",
            sa.case(
                (test(n, ">", whole(0)), operate(day(LAST_DAY), "-", d, INTEGER)),
                else_=operate(d, "-", day(FIRST_DAY), INTEGER),
            ),
            whole(0),
            type=INTEGER,
        )
        candidate = operate(d, "+", operate(sign, "*", steps.c.step, INTEGER), DATE)
        found = (
            sa.select(candidate)
            .select_from(steps)
            .where(test(steps.c.step, "<=", room), _worked(calendar, candidate))
            .order_by(steps.c.step)
            .offset(operate(size, "-", whole(1), INTEGER))
            .limit(whole(1))
            .scalar_subquery()
        )
        return sa.case((test(n, "=", whole(0)), d), (test(size, "<=", whole(MAX_WORKDAYS)), found))

    count = compiler.integer(node.args[1], low=-MAX_WORKDAYS - 1, high=MAX_WORKDAYS + 1)
    return compiler.let([compiler.value(node.args[0]), count], body)


DAYS: dict[str, Builder] = {
    "date_add": _add_days("+"),
    "date_subtract": _add_days("-"),
    "date_add_duration": _add_duration("+"),
    "date_subtract_duration": _add_duration("-"),
    "date_subtract_date": _apart,
    "days_between": _apart,
    "date_of": _date_of,
    "date_from_text": _date_from_text,
    "date_from_parts": _date_from_parts,
    "year": part("year"),
    "quarter": part("quarter"),
    "month": part("month"),
    "week": part("week"),
    "day": part("day"),
    "weekday": part("isodow"),
    "day_of_year": part("doy"),
    "add_months": _add_months(1),
    "add_years": _add_months(12),
    "months_between": _months_between,
    "years_between": _years_between,
    "age": _age,
    "start_of": _start_of,
    "end_of": _end_of,
    "fiscal_year": _fiscal_year,
    "fiscal_quarter": _fiscal_quarter,
    "is_workday": _is_workday,
    "workdays_between": _workdays_between,
    "add_workdays": _add_workdays,
}
