"""Measures by group: exact sums and averages, dates bucketed in a time zone."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from time import perf_counter_ns
from typing import Any

import sqlalchemy as sa

from jimu.fieldtypes.kinds import Kind
from jimu.formulas.types import Environment
from jimu.storage.branches import (
    AS_IS,
    Branches,
    Reading,
    RuleCompiler,
    Way,
    each_of,
    find_branches,
    way_of_total,
)
from jimu.storage.codecs import value_decoder
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection
from jimu.storage.errors import UnknownColumn
from jimu.storage.expressions import Prefixed, as_column_value
from jimu.storage.filters import FilterCompiler, state_condition
from jimu.storage.guards import Guards
from jimu.storage.observed import Tally
from jimu.storage.observing import aggregate_shape
from jimu.storage.query import Aggregate, Group, Measure, Sort
from jimu.storage.schema import Column
from jimu.storage.scope import SelectScope
from jimu.storage.shapes import ShapeReader
from jimu.storage.statements import Prepared
from jimu.storage.zone_offsets import local_day

_Element = sa.ColumnElement[Any]
_PLACES = Decimal(1).scaleb(-12)
_BUCKETS = ("year", "quarter", "month", "week", "day")


@dataclass(frozen=True, slots=True)
class _Answer:
    """A compiled aggregate. Each ``out``: the name, how many SQL columns it takes, and what makes the value of them."""

    prepared: Prepared
    outs: tuple[tuple[str, int, Callable[..., Any]], ...]
    tally: Tally


def aggregate_rows(connection: Connection, cache: StatementCache, aggregate: Aggregate) -> list[dict[str, Any]]:
    """See ``Transaction.aggregate``."""
    found = find_branches(aggregate.filter)
    how = AS_IS if found is None else way_of_total(
        connection, cache, aggregate.object, found, aggregate.environment)
    reader = ShapeReader(cache.catalog, aggregate.environment)
    key = (how, _shape(reader, aggregate))
    answer: _Answer = cache.get(key, reader.cacheable, lambda: _build(cache, aggregate, found, how))
    params = answer.prepared.params({f"p{i}": v for i, v in enumerate(reader.values)})
    started = perf_counter_ns()
    rows = connection.rows(answer.prepared.text, params)
    answer.tally.add(perf_counter_ns() - started)
    answers = []
    for row in rows:
        made, at = {}, 0
        for name, width, load in answer.outs:
            made[name] = load(*row[at : at + width])
            at += width
        answers.append(made)
    return answers


def aggregate_statement(cache: StatementCache, aggregate: Aggregate) -> tuple[str, Any]:
    """The SQL of an aggregate and the driver's parameters, to be explained."""
    reader = ShapeReader(cache.catalog, aggregate.environment)
    reader.key(aggregate.filter, aggregate.object)
    prepared = _build(cache, aggregate, None, AS_IS).prepared
    return prepared.text, prepared.params({f"p{i}": v for i, v in enumerate(reader.values)})


def _shape(reader: ShapeReader, aggregate: Aggregate) -> Hashable:
    paths = [m.path for m in aggregate.measures if m.path] + [g.path for g in aggregate.groups]
    zone = aggregate.environment.zone.key if any(g.bucket for g in aggregate.groups) else None
    return ("aggregate", aggregate.object, reader.key(aggregate.filter, aggregate.object), tuple(aggregate.measures),
            Guards(aggregate.guards, aggregate.environment).key(reader),
            tuple(aggregate.groups), tuple(aggregate.order), aggregate.having_limit, zone,
            tuple(reader.path_key(aggregate.object, p) for p in paths))


def group_name(group: Group) -> str:
    return group.name or ".".join(group.path)


def measure_name(measure: Measure) -> str:
    return measure.name or (f"{measure.function}_{'_'.join(measure.path)}" if measure.path else measure.function)


def _condition(
    cache: StatementCache, aggregate: Aggregate, scope: SelectScope, found: Branches | None, how: Reading
) -> sa.ColumnElement[bool]:
    """The filter: the ids of few rows that its parts lead to, or a look at each row."""
    if found is None:
        return FilterCompiler(aggregate.environment).condition(aggregate.filter, scope)
    if how.way is Way.APART and how.first is None:
        parts = [each_of(cache, aggregate, found.rule, n) for n in range(len(found.rule.filters))]
        return scope.own("id").in_(sa.union_all(*parts))  # type: ignore[no-any-return]
    return RuleCompiler(aggregate.environment, found, how, cache).condition(aggregate.filter, scope)


def _build(cache: StatementCache, aggregate: Aggregate, found: Branches | None, how: Reading) -> _Answer:
    scope = SelectScope(cache.catalog, aggregate.object)
    if aggregate.guards:
        scope.guards = Guards(aggregate.guards, aggregate.environment)
    condition = _condition(cache, aggregate, scope, found, how)
    outs: list[tuple[str, int, Callable[..., Any]]] = []
    elements: list[_Element] = []
    places: dict[str, int] = {}
    spread: list[Any] = []
    for group in aggregate.groups:
        element, load, values = _group(cache, scope, group, aggregate.environment)
        spread += [] if values is None else [values]
        places[group_name(group)] = len(elements)
        elements.append(element)
        outs.append((group_name(group), 1, load))
    for measure in aggregate.measures:
        parts, make = _measure(cache, scope, measure, aggregate.environment)
        places[measure_name(measure)] = len(elements)
        elements += parts
        outs.append((measure_name(measure), len(parts), make))
    labelled = [element.label(f"c{place}") for place, element in enumerate(elements)]
    # Groups by position: a formula's parameters are not the same twice for the database.
    positions: list[_Element] = [sa.literal_column(str(place + 1)) for place in range(len(aggregate.groups))]
    source = scope.from_clause()
    for values in spread:
        source = source.outerjoin(values, sa.true())
    grouped = sa.select(*labelled).select_from(source).where(
        *state_condition(scope, "alive"), condition).group_by(*positions).subquery()
    statement = sa.select(*grouped.c).order_by(*_order(aggregate, places, grouped))
    prepared = cache.prepare(statement.limit(sa.literal_column(str(int(aggregate.having_limit)))))
    return _Answer(prepared, tuple(outs), cache.observations.tally(aggregate_shape(cache.catalog, aggregate)))


def _order(aggregate: Aggregate, places: dict[str, int], grouped: Any) -> list[Any]:
    """As asked, else by the groups; blanks last."""
    ordering: list[Any] = []
    for sort in aggregate.order or [Sort((group_name(g),)) for g in aggregate.groups]:
        name = ".".join(sort.path)
        if name not in places:
            raise UnknownColumn(aggregate.object, name)
        element = grouped.c[f"c{places[name]}"]
        ordering += [element.is_(None), element.desc() if sort.descending else element]
    return ordering


def _element(scope: SelectScope, path: tuple[str, ...], environment: Environment) -> tuple[_Element, Column]:
    with scope.guarding():
        element, column = scope.column(path)
        if element is None and column.expression is not None and len(path) > 1:
            seen_from = Prefixed(scope, path[:-1])
            value = as_column_value(column.expression, seen_from, environment, column.kind, column.scale)
            element = scope.where_reached(path, value)
    if element is None:
        if column.expression is None:
            raise UnknownColumn(scope.object, ".".join(path))
        element = as_column_value(column.expression, scope, environment, column.kind, column.scale)
    return element, column


def _group(
    cache: StatementCache, scope: SelectScope, group: Group, environment: Environment
) -> tuple[_Element, Callable[..., Any], Any]:
    """What is grouped by, what makes the value of it, and the values of a list of texts, a row each, to be joined."""
    element, column = _element(scope, group.path, environment)
    capabilities = cache.catalog.capabilities
    if group.bucket is None and column.kind is Kind.TEXTS:
        values = _values(element, capabilities.arrays)
        return values.c.value, lambda v: v, values
    if group.bucket is None:
        return element, value_decoder(column, capabilities), None
    if group.bucket not in _BUCKETS or column.kind not in (Kind.DATE, Kind.DATETIME):
        raise UnknownColumn(scope.object, f"{'.'.join(group.path)}:{group.bucket}")
    zone: _Element = sa.literal_column("'" + environment.zone.key.replace("'", "") + "'")
    if capabilities.exact_numeric:
        local = sa.func.timezone(zone, element) if column.kind is Kind.DATETIME else element
        bucket = sa.func.date_trunc(sa.literal_column(f"'{group.bucket}'"), local)
        return sa.cast(bucket, sa.Date()), lambda v: v, None
    day = local_day(element, environment.zone, zone) if column.kind is Kind.DATETIME else element
    return _bucket_of_day(day, group.bucket), lambda v: None if v is None else date.fromisoformat(v), None


def _values(element: _Element, is_array: bool) -> Any:
    """A row for each value of a list of texts; none where it is blank, so that an outer join keeps the record."""
    if is_array:
        return sa.func.unnest(element).table_valued(sa.column("value", sa.Text())).render_derived().lateral()
    return sa.func.json_each(element).table_valued(sa.column("value", sa.Text()))


def _bucket_of_day(day: _Element, bucket: str) -> _Element:
    """The first day of the bucket of a day written as ISO text."""
    def text(value: str) -> _Element:
        return sa.literal_column(f"'{value}'")

    if bucket == "day":
        return day
    if bucket == "week":
        return sa.func.date(day, text("-6 days"), text("weekday 1"))
    if bucket == "quarter":
        month = sa.cast(sa.func.substr(day, sa.literal_column("6"), sa.literal_column("2")), sa.Integer())
        one, three = sa.literal_column("1", sa.Integer()), sa.literal_column("3", sa.Integer())
        back = (month - one) // three * three + one
        return sa.func.substr(day, sa.literal_column("1"), sa.literal_column("5")).op("||")(
            sa.func.printf(text("%02d-01"), back))
    end = "4" if bucket == "year" else "7"
    rest = "-01-01" if bucket == "year" else "-01"
    return sa.func.substr(day, sa.literal_column("1"), sa.literal_column(end)).op("||")(text(rest))


def _measure(
    cache: StatementCache, scope: SelectScope, measure: Measure, environment: Environment
) -> tuple[list[_Element], Callable[..., Any]]:
    if measure.path is None:
        return [sa.func.count()], int
    element, column = _element(scope, measure.path, environment)
    capabilities = cache.catalog.capabilities
    if measure.function == "count":
        return [sa.func.count(element)], int
    if measure.function == "count_distinct":
        return [sa.func.count(element.distinct())], int
    if measure.function in ("min", "max"):
        if capabilities.exact_numeric and column.kind is Kind.BOOLEAN:
            element = sa.cast(element, sa.Integer())
            return [getattr(sa.func, measure.function)(element)], lambda v: None if v is None else bool(v)
        return [getattr(sa.func, measure.function)(element)], value_decoder(column, capabilities)
    if column.kind not in (Kind.DECIMAL, Kind.INTEGER, Kind.DURATION):
        raise UnknownColumn(scope.object, f"{measure.function}({'.'.join(measure.path)})")
    scale = 0 if capabilities.exact_numeric else column.scale
    if measure.function == "sum":
        return [sa.func.sum(element)], lambda v: None if v is None else _number(v, scale, column.kind)
    if measure.function == "avg":
        return [sa.func.sum(element), sa.func.count(element)], lambda s, n: _mean(s, n, scale, column.kind)
    raise UnknownColumn(scope.object, measure.function)


def _number(value: Any, scale: int, kind: Kind) -> Any:
    if kind is Kind.DURATION:
        return timedelta(seconds=int(value))
    if kind is Kind.INTEGER:
        return int(value)
    return value if isinstance(value, Decimal) else Decimal(value).scaleb(-scale)


def _mean(total: Any, count: int, scale: int, kind: Kind) -> Any:
    if not count:
        return None
    with localcontext() as context:
        context.prec = 60
        mean = (Decimal(total).scaleb(-scale) / count).quantize(_PLACES, ROUND_HALF_UP)
    return timedelta(seconds=int(mean.to_integral_value(ROUND_HALF_UP))) if kind is Kind.DURATION else mean
