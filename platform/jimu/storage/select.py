"""``Query`` to SQL and rows. The SQL of one shape (object, filter, sort, fields) is compiled once and kept."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter_ns, thread_time_ns
from typing import Any

import sqlalchemy as sa

from jimu.fieldtypes.kinds import Kind
from jimu.formulas.types import Environment
from jimu.storage.branches import (
    AS_IS,
    BranchCompiler,
    Branches,
    Choice,
    RuleCompiler,
    Way,
    branch_scope,
    find_branches,
    way_of_list,
    way_of_total,
)
from jimu.storage.branches import Reading as How
from jimu.storage.codecs import Decode, Load, decoder
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection
from jimu.storage.errors import BadCursor, BadValue, UnknownColumn
from jimu.storage.expressions import Prefixed, as_value
from jimu.storage.filters import FilterCompiler, state_condition
from jimu.storage.guards import Guards
from jimu.storage.links import read_links
from jimu.storage.observed import Tally
from jimu.storage.observing import list_shape
from jimu.storage.paging import (
    NEVER_BLANK,
    Position,
    SortKey,
    after,
    decode_cursor,
    encode_cursor,
    fingerprint,
    order_by,
    with_id,
)
from jimu.storage.query import AnyOf, Count, Filter, Page, Query, Sort
from jimu.storage.route import Route, count_route, list_route
from jimu.storage.schema import Column
from jimu.storage.scope import SelectScope
from jimu.storage.shapes import ShapeReader
from jimu.storage.statements import Prepared


@dataclass(frozen=True, slots=True)
class Selection:
    """A compiled segment: ``fields`` columns come first in a row, then sort keys; ``nullable``: it is one of two."""

    prepared: Prepared
    decode: Decode
    fields: int
    nullable: bool
    tally: Tally


def select_page(connection: Connection, cache: StatementCache, query: Query) -> Page:
    """One page of ``query``."""
    reader = ShapeReader(cache.catalog, query.environment)
    sort = with_id(query.sort)
    choice, route = _how(connection, cache, query, sort)
    how = AS_IS if choice is None else choice.reading
    key = (how, route, _shape(reader, query, sort))
    mark = fingerprint(query.object, sort)
    position = decode_cursor(mark, query.after, len(sort)) if query.after else None
    # A database in this process is judged by what it works, not by how long it had to wait for its turn.
    time_of = perf_counter_ns if cache.catalog.capabilities.plans_by_statistics else thread_time_ns
    started = time_of()
    rows, segment, selection = _read(connection, cache, _Reading(query, sort, key, reader, route, how), position)
    if choice is not None:
        choice.add(how, time_of() - started)
    has_more = len(rows) > query.limit
    rows = rows[: query.limit]
    following = None
    if has_more:
        following = encode_cursor(mark, Position(segment(len(rows) - 1), tuple(rows[-1][selection.fields :])))
    decoded = selection.decode(rows)
    read_links(connection, cache.catalog.table(query.object), decoded, wanted_links(cache, query))
    is_whole = not (has_more or query.after or query.offset)
    return Page(decoded, following, _count(connection, cache, query, len(rows) if is_whole else None))


def _how(
    connection: Connection, cache: StatementCache, query: Query, sort: tuple[Sort, ...]
) -> tuple[Choice | None, Route]:
    """How the parts of an OR are read, if there is one, and the rest."""
    found = find_branches(query.filter) if query.deleted == "alive" else None
    if found is None:
        return None, list_route(connection, cache, query, sort, query.filter)
    return way_of_list(connection, cache, query, found, sort), list_route(connection, cache, query, sort, found.rest)


@dataclass(frozen=True, slots=True)
class _Reading:
    query: Query
    sort: tuple[Sort, ...]
    key: Hashable
    reader: ShapeReader
    route: Route
    how: How = AS_IS


def _read(connection: Connection, cache: StatementCache, reading: _Reading, position: Position | None) -> Any:
    """Rows (one more than asked, if there are), a function from row number to segment, and the selection."""
    query, limit = reading.query, reading.query.limit + 1
    first = position.segment if position else 0
    selection = _selection(cache, reading, first, position, limit)
    started = perf_counter_ns()
    try:
        rows = _run(connection, selection.prepared, _values(reading.reader, position))
    except BadValue as error:
        if position is None:
            raise
        raise BadCursor("the cursor's values are not those of its order") from error
    selection.tally.add(perf_counter_ns() - started)
    border = len(rows) if first == 0 else 0
    if first == 0 and selection.nullable and not query.offset and len(rows) < limit:
        rest = _selection(cache, reading, 1, None, limit - len(rows))
        started = perf_counter_ns()
        rows += _run(connection, rest.prepared, _values(reading.reader, None))
        rest.tally.add(perf_counter_ns() - started, seen=0)
    return rows, (lambda number: 0 if number < border else 1), selection


def _run(connection: Connection, prepared: Prepared, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    run = connection.rows_planned_anew if prepared.depends_on_text else connection.rows
    return run(prepared.text, prepared.params(values))


def _values(reader: ShapeReader, position: Position | None) -> dict[str, Any]:
    values = {f"p{i}": v for i, v in enumerate(reader.values)}
    if position:
        values.update({f"k{i}": v for i, v in enumerate(position.values)})
    return values


def _shape(reader: ShapeReader, query: Query, sort: tuple[Sort, ...]) -> Hashable:
    return (
        "select", query.object, reader.key(query.filter, query.object), sort, tuple(query.fields), query.deleted,
        query.offset, Guards(query.guards, query.environment).key(reader),
        tuple(reader.path_key(query.object, s.path) for s in sort),
        reader.fields_key(query.object, query.fields),
    )


def _selection(
    cache: StatementCache, reading: _Reading, segment: int, position: Position | None, limit: int
) -> Selection:
    blanks = tuple(v is None for v in position.values) if position else None
    key = (reading.key, segment, blanks, limit)
    found: Selection = cache.get(
        key, reading.reader.cacheable, lambda: _build(cache, reading, segment, position, limit))
    return found


def _build(
    cache: StatementCache, reading: _Reading, segment: int, position: Position | None, limit: int
) -> Selection:
    query = reading.query
    scope = _scope(cache, query, reading.route)
    if reading.how.way is Way.APART:
        conditions: list[Any] = [scope.own("id").in_(_apart(cache, reading, segment, position, limit))]
    else:
        conditions = [*state_condition(scope, query.deleted), _condition(cache, reading, scope)]
    elements, decoders = selected(scope, query.fields, query.environment)
    with scope.guarding():
        keys = [_sort_key(scope, s, query.environment) for s in reading.sort]
    placed, ordered, in_segments = _placed(keys, query, segment, position)
    conditions += placed if reading.how.way is not Way.APART else []
    ordering = order_by(ordered)
    statement = sa.select(*elements, *(k.element.label(f"sort{i}") for i, k in enumerate(keys)))
    statement = statement.select_from(scope.from_clause()).where(*conditions).order_by(*ordering)
    statement = statement.limit(sa.literal_column(str(int(limit))))
    if query.offset:
        statement = statement.offset(sa.literal_column(str(int(query.offset))))
    decode = decoder(decoders, cache.catalog.capabilities)
    prepared = cache.prepare(statement)
    tally = cache.observations.tally(list_shape(cache.catalog, query))
    return Selection(prepared, decode, len(elements), in_segments, tally)


def _placed(
    keys: list[SortKey], query: Query, segment: int, position: Position | None
) -> tuple[list[Any], list[SortKey], bool]:
    """Conditions for being in the segment and behind the position, what is sorted by in it, and whether it is one of
    two.
    """
    conditions: list[Any] = []
    in_segments = keys[0].nullable and not query.offset
    ordered = keys
    if in_segments:
        conditions.append(keys[0].element.is_(None) if segment else keys[0].element.is_not(None))
        ordered = keys[1:] if segment else [replace(keys[0], nullable=False), *keys[1:]]
    if position:
        start = len(keys) - len(ordered)
        parameters = [sa.bindparam(f"k{i}", type_=k.element.type) for i, k in enumerate(keys)][start:]
        conditions.append(after(ordered, position.values[start:], parameters))
    return conditions, ordered, in_segments


def _condition(cache: StatementCache, reading: _Reading, scope: SelectScope) -> sa.ColumnElement[bool]:
    """The filter; what adds up is no way in where the sort is read along."""
    found = find_branches(reading.query.filter) if reading.how.way is Way.ALONG else None
    compiler = FilterCompiler(reading.query.environment)
    if found is not None:
        compiler = RuleCompiler(reading.query.environment, found, reading.how, cache)
    return compiler.condition(reading.query.filter, scope)


def _apart(cache: StatementCache, reading: _Reading, segment: int, position: Position | None, limit: int) -> Any:
    """The ids of the first rows of each part of the rule; the page is among them."""
    query = reading.query
    found = find_branches(query.filter)
    assert found is not None
    parts = []
    for number in range(len(found.rule.filters)):
        scope = _guarded(branch_scope(cache, query.object, found.rule.filters[number]), query)
        condition = BranchCompiler(query.environment, found.rule, number).condition(query.filter, scope)
        with scope.guarding():
            keys = [_sort_key(scope, s, query.environment) for s in reading.sort]
        placed, ordered, _ = _placed(keys, query, segment, position)
        first = sa.select(scope.own("id").label("id")).select_from(scope.from_clause())
        first = first.where(*state_condition(scope, query.deleted), condition, *placed).order_by(*order_by(ordered))
        cut = first.limit(sa.literal_column(str(int(limit) + int(query.offset)))).subquery()
        parts.append(sa.select(cut.c.id))
    return sa.union_all(*parts)


def _scope(cache: StatementCache, query: Query, route: Route) -> SelectScope:
    scope = SelectScope(cache.catalog, query.object)
    scope.enters_by_id = route is Route.BY_ID
    scope.uses_text_index = route is not Route.ALONG_SORT
    return _guarded(scope, query)


def _guarded(scope: SelectScope, query: Query) -> SelectScope:
    if query.guards:
        scope.guards = Guards(query.guards, query.environment)
    return scope


def _sort_key(scope: SelectScope, sort: Sort, environment: Environment) -> SortKey:
    element, column = scope.column(sort.path)
    if element is None:
        if column.expression is None:
            raise UnknownColumn(scope.object, ".".join(sort.path))
        seen_from = Prefixed(scope, sort.path[:-1])
        element = as_value(column.expression, seen_from, environment, column.kind, column.scale).order
        element = scope.where_reached(sort.path, element)
    return SortKey(element, sort.descending, sort.path not in NEVER_BLANK)


def selected(
    scope: SelectScope, fields: Sequence[str], environment: Environment
) -> tuple[list[Any], list[tuple[str, Column | Load]]]:
    """SELECT list and how to decode it: id and version first; references columns are left to ``links``."""
    elements: list[Any] = []
    decoders: list[tuple[str, Column | Load]] = []
    for name in dict.fromkeys(("id", "version", *(fields or [c.name for c in scope.bound.stored]))):
        column = scope.bound.column(name)
        if name in scope.bound.places:
            elements.append(scope.own(name))
            decoders.append((name, column))
        elif column.expression is not None:
            value = as_value(column.expression, scope, environment, column.kind, column.scale)
            elements.append(value.expression.label(f"v{len(elements)}"))
            decoders.append((name, value.load))
        elif column.kind is not Kind.REFERENCES and column.kind is not Kind.COMPOSITE:
            raise UnknownColumn(scope.object, name)
    return elements, decoders


def wanted_links(cache: StatementCache, query: Query) -> list[str]:
    links = cache.catalog.table(query.object).links
    return [f for f in query.fields if f in links] if query.fields else list(links)


def _count(connection: Connection, cache: StatementCache, query: Query, all_rows: int | None) -> Count | None:
    """``all_rows``: how many there are, where the page has shown them all already."""
    if query.count == "none":
        return None
    cap = query.count_cap if query.count == "estimated" else None
    if all_rows is not None and (cap is None or all_rows <= cap):
        return Count(all_rows, True)
    return count_rows(connection, cache, query, cap)


def count_rows(
    connection: Connection, cache: StatementCache, query: Query, cap: int | None
) -> Count:
    """How many rows match ``query.filter``, or that there are at least ``cap``."""
    found = find_branches(query.filter) if query.deleted == "alive" else None
    how = AS_IS if found is None else way_of_total(connection, cache, query.object, found, query.environment)
    if found is not None and how.first is not None and cap is not None and not found.has_rest:
        # Many rows of one part are enough to say that there are at least so many.
        least = count_rows(connection, cache, replace(query, filter=found.rule.filters[how.first]), cap)
        if not least.exact:
            return least
    shape = ShapeReader(cache.catalog, query.environment)
    key = ("count", how, query.object, shape.key(query.filter, query.object), query.deleted, cap,
           Guards(query.guards, query.environment).key(shape))
    prepared, tally = cache.get(key, shape.cacheable, lambda: _counting(cache, query, cap, found, how))
    started = perf_counter_ns()
    counted = int(_run(connection, prepared, {f"p{i}": v for i, v in enumerate(shape.values)})[0][0])
    tally.add(perf_counter_ns() - started)
    if cap is not None and counted > cap:
        return Count(cap, False)
    return Count(counted, True)


def _counting(
    cache: StatementCache, query: Query, cap: int | None, found: Branches | None, how: How
) -> tuple[Prepared, Tally]:
    tally = cache.observations.tally(list_shape(cache.catalog, query, "count"))
    return _build_count(cache, query, cap, found, how), tally


def _count_apart(cache: StatementCache, query: Query, rule: AnyOf, how: How, cap: int | None) -> Prepared:
    """How many rows each part of the rule adds to those before it, together."""
    parts = []
    for number in sorted(range(len(rule.filters)), key=lambda n: n != how.first):
        scope = _guarded(branch_scope(cache, query.object, rule.filters[number]), query)
        condition = BranchCompiler(query.environment, rule, number, how.before(number)).condition(query.filter, scope)
        one: sa.ColumnElement[Any] = sa.literal_column("1").label("one")
        rows = sa.select(one).select_from(scope.from_clause()).where(*state_condition(scope, query.deleted), condition)
        if cap is not None:
            rows = rows.limit(sa.literal_column(str(int(cap) + 1)))
        parts.append(sa.select(sa.func.count().label("one")).select_from(rows.subquery()))
    whole = sa.union_all(*parts).subquery()
    return cache.prepare(sa.select(sa.func.sum(whole.c.one)))


def _build_count(
    cache: StatementCache, query: Query, cap: int | None, found: Branches | None, how: How
) -> Prepared:
    if found is not None and how.way is Way.APART:
        return _count_apart(cache, query, found.rule, how, cap)
    scope = _scope(cache, query, count_route(cache, query))
    compiler = FilterCompiler(query.environment)
    if found is not None:
        compiler = RuleCompiler(query.environment, found, how, cache)
    condition = compiler.condition(query.filter, scope)
    where = [*state_condition(scope, query.deleted), condition]
    if cap is None:
        return cache.prepare(sa.select(sa.func.count()).select_from(scope.from_clause()).where(*where))
    one: sa.ColumnElement[Any] = sa.literal_column("1").label("one")
    inner: sa.Select[Any] = sa.select(one).select_from(scope.from_clause()).where(*where)
    capped = inner.limit(sa.literal_column(str(int(cap) + 1))).subquery()
    return cache.prepare(sa.select(sa.func.count()).select_from(capped))


def page_statement(connection: Connection, cache: StatementCache, query: Query) -> tuple[str, Any]:
    """The SQL of a first page and the driver's parameters, to be explained."""
    reader = ShapeReader(cache.catalog, query.environment)
    sort = with_id(query.sort)
    choice, route = _how(connection, cache, query, sort)
    how = AS_IS if choice is None else choice.reading
    reading = _Reading(query, sort, (how, route, _shape(reader, query, sort)), reader, route, how)
    selection = _selection(cache, reading, 0, None, query.limit + 1)
    return selection.prepared.text, selection.prepared.params(_values(reader, None))


def matching_ids(
    connection: Connection, cache: StatementCache, object: str, ids: Sequence[int], filter: Filter,
    environment: Environment, deleted: str, hold: bool = False,
) -> set[int]:
    """Those of ``ids`` that match; ``hold``: who removes them has to wait for this transaction, and the other way."""
    reader = ShapeReader(cache.catalog, environment)
    key = ("matching", object, reader.key(filter, object), deleted, hold)

    def build() -> Prepared:
        scope = SelectScope(cache.catalog, object)
        condition = FilterCompiler(environment).condition(filter, scope)
        statement = sa.select(scope.own("id")).where(cache.among(scope.own("id"), "ids"), condition,
                                                     *state_condition(scope, deleted))
        statement = statement.select_from(scope.from_clause())
        if hold and cache.catalog.capabilities.skip_locked:
            statement = statement.order_by(scope.own("id")).with_for_update(read=True, key_share=True, of=scope.root)
        return cache.prepare(statement)

    prepared: Prepared = cache.get(key, reader.cacheable, build)
    params = prepared.params({**{f"p{i}": v for i, v in enumerate(reader.values)}, "ids": cache.list_value(ids)})
    return {row[0] for row in connection.rows(prepared.text, params)}
