"""Roll-ups: one UPDATE … FROM over all parents concerned, exact on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from jimu.fieldtypes.kinds import Kind
from jimu.formulas.types import Environment
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection
from jimu.storage.entries import RollupSpec
from jimu.storage.expressions import as_column_value, as_condition
from jimu.storage.query import Sort
from jimu.storage.schema import Column
from jimu.storage.scope import SelectScope

_Element = sa.ColumnElement[Any]


def recompute(
    connection: Connection, cache: StatementCache, object: str, column: str, spec: RollupSpec,
    ids: Sequence[int] | None,
) -> list[int]:
    """See ``Transaction.rollup``."""
    key = ("rollup", object, column, spec.object, spec.column, spec.function, spec.field, spec.where,
           tuple(spec.order_by), spec.measure, spec.currency, ids is None)
    prepared = cache.get(key, True, lambda: cache.prepare(_statement(cache, object, column, spec, ids is None)))
    values = {} if ids is None else {"ids": cache.list_value(ids)}
    return [row[0] for row in connection.rows(prepared.text, prepared.params(values))]


def recompute_all(connection: Connection, cache: StatementCache, object: str, column: str, spec: RollupSpec) -> int:
    """``recompute`` for every parent; how many values changed."""
    prepared = cache.prepare(_update(cache, object, column, spec, True))
    return connection.run(prepared.text, prepared.params())


def _statement(cache: StatementCache, object: str, column: str, spec: RollupSpec, everything: bool) -> Any:
    update = _update(cache, object, column, spec, everything)
    return update.returning(update.table.c["id"])


def _update(cache: StatementCache, object: str, column: str, spec: RollupSpec, everything: bool) -> Any:
    parent = SelectScope(cache.catalog, object, aliased=False)
    target = parent.bound.column(column)
    child = SelectScope(cache.catalog, spec.object)
    to_parent: Any = child.own(spec.column)
    conditions = [child.own("deleted_at").is_(None), to_parent.is_not(None)]
    if not everything:
        conditions.append(cache.among(to_parent, "ids"))
    if spec.where is not None:
        conditions.append(as_condition(spec.where, child, Environment()))
    values = _latest(child, spec, to_parent, conditions) if spec.function == "latest" else (
        sa.select(to_parent.label("id"), _aggregate(cache, child, spec, target).label("value"))
        .select_from(child.from_clause()).where(*conditions).group_by(to_parent).subquery())
    other = parent.bound.sql.alias()
    nothing = sa.literal_column("0") if spec.function in ("count", "sum") else sa.null()
    value: Any = values.c.value
    if spec.measure is not None and spec.function == "sum":  # blank says something else than nothing there
        value = sa.case((values.c.id.is_(None), nothing), else_=value)
    elif spec.function in ("count", "sum"):
        value = sa.func.coalesce(value, nothing)
    source = sa.select(other.c["id"], value.label("value")).select_from(
        other.outerjoin(values, values.c.id == other.c["id"]))
    if not everything:
        source = source.where(cache.among(other.c["id"], "ids"))
    new = source.subquery()
    own = parent.own(column)
    return (sa.update(parent.bound.sql).values({own: new.c.value})
            .where(parent.own("id") == new.c.id, own.is_distinct_from(new.c.value)))


def _measured(scope: SelectScope, name: str) -> tuple[_Element, Column]:
    element, column = scope.column((name,))
    if element is None:
        element = as_column_value(column.expression, scope, Environment(), column.kind, column.scale)
    return element, column


def _aggregate(cache: StatementCache, child: SelectScope, spec: RollupSpec, target: Column) -> _Element:
    if spec.function == "count" or spec.field is None:
        return sa.func.count()
    element, column = _measured(child, spec.field)
    if spec.measure is not None:
        return _of_measure(cache, element, _own_measure(child, spec, column), column, spec, target)
    return _of_numbers(cache, element, column, spec, target)


def _own_measure(child: SelectScope, spec: RollupSpec, column: Column) -> _Element:
    return as_column_value(spec.measure, child, Environment(currency=spec.currency), column.kind, column.scale)


def _of_measure(
    cache: StatementCache, element: _Element, measure: _Element, column: Column, spec: RollupSpec, target: Column
) -> _Element:
    """Blank where one of the values has no measure: what is there would be told as if it were all."""
    found = _of_numbers(cache, measure, column, spec, target)
    if spec.function == "sum":
        found = sa.func.coalesce(found, sa.literal_column("0"))
    return sa.case((sa.func.count(element) == sa.func.count(measure), found))


def _of_numbers(
    cache: StatementCache, element: _Element, column: Column, spec: RollupSpec, target: Column
) -> _Element:
    exact = cache.catalog.capabilities.exact_numeric
    is_number = column.kind in (Kind.DECIMAL, Kind.INTEGER)
    if spec.function == "avg":
        return _average(element, column.scale, target.scale, exact)
    total: _Element = getattr(sa.func, spec.function)(element)
    return rescaled(total, column.scale, target.scale, exact) if is_number else total


def rescaled(value: _Element, before: int, after: int, exact: bool) -> _Element:
    """A number of one scale in another, rounded half away from zero; not ``exact``: both are scaled integers."""
    if exact:
        return value if after >= before else sa.func.round(value, after)
    if after >= before:
        return value if after == before else value * sa.literal_column(str(10 ** (after - before)))
    return _divided(value, sa.literal_column(str(10 ** (before - after))))


def _average(element: _Element, before: int, after: int, exact: bool) -> _Element:
    total, count = sa.func.sum(element), sa.func.count(element)
    if exact:
        return sa.func.round(sa.cast(total, sa.Numeric()) / count, after)
    if after >= before:
        return _divided(total * sa.literal_column(str(10 ** (after - before))), count)
    return _divided(total, count * sa.literal_column(str(10 ** (before - after))))


def _divided(value: _Element, by: _Element) -> _Element:
    """Integer division rounded half away from zero; NULL by zero."""
    whole, part = sa.type_coerce(value, sa.Integer()), sa.type_coerce(by, sa.Integer())
    two = sa.literal_column("2", sa.Integer())
    size, sign = sa.func.abs(whole, type_=sa.Integer()), sa.func.sign(whole, type_=sa.Integer())
    return (size * two + part) // (part * two) * sign


def _latest(child: SelectScope, spec: RollupSpec, to_parent: Any, conditions: list[Any]) -> Any:
    assert spec.field is not None
    element, column = _measured(child, spec.field)
    if spec.measure is not None:
        element = _own_measure(child, spec, column)
    ordering: list[Any] = []
    for sort in (*(spec.order_by or (Sort(("created_at",), True),)), Sort(("id",), True)):
        key, _ = _measured(child, sort.path[0])
        ordering += [key.is_(None), key.desc() if sort.descending else key]
    place = sa.func.row_number().over(partition_by=to_parent, order_by=ordering)
    ranked = sa.select(to_parent.label("id"), element.label("value"), place.label("place")).select_from(
        child.from_clause()).where(*conditions).subquery()
    return sa.select(ranked.c.id, ranked.c.value).where(ranked.c.place == sa.literal_column("1")).subquery()
