"""Filling columns of rows that are there: changes of type, formulas, the search index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from jimu.fieldtypes.kinds import Kind
from jimu.formulas import evaluate, fit
from jimu.formulas.types import NUMBER, TEXT, Environment, Symbol
from jimu.storage.binding import SEARCH_COLUMN, BoundTable, Catalog
from jimu.storage.codecs import decoder, encoder, value_decoder
from jimu.storage.columns import Entry
from jimu.storage.connection import Connection
from jimu.storage.ddl.changes import SchemaChange
from jimu.storage.ddl.convert import MISFIT, convert
from jimu.storage.expressions import as_column_value
from jimu.storage.names import quoted
from jimu.storage.places import assignment, place_of
from jimu.storage.schema import Column
from jimu.storage.scope import SelectScope
from jimu.storage.search.document import DocumentMaker
from jimu.storage.search.index import add_documents
from jimu.storage.statements import prepare

_BATCH = 5000


def batches(connection: Connection, table: str, columns: str, where: str = "") -> Iterator[list[tuple[Any, ...]]]:
    """Rows (id, then ``columns``) in batches, in the order of their ids."""
    last, mark = 0, connection.capabilities.mark
    condition = f" AND {where}" if where else ""
    while True:
        text = (f"SELECT id, {columns} FROM {quoted(table)} WHERE id > {mark}{condition}"  # noqa: S608
                f" ORDER BY id LIMIT {_BATCH}")
        rows = connection.rows(text, (last,))
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def column_of(entry: Entry) -> Column:
    """A column as the entry's values were written."""
    kind = Kind(entry.kind)
    return Column(entry.name, kind, Symbol(NUMBER if kind is Kind.DECIMAL else TEXT), scale=entry.scale)


def convertible(connection: Connection, table: str, source: Entry, column: Column) -> Iterator[tuple[int, Any, Any]]:
    """(id, value, converted or MISFIT) for every row that is not blank."""
    before = column_of(source)
    if before.kind is Kind.REFERENCES:
        yield from _convertible_links(connection, source, column)
        return
    decode = value_decoder(before, connection.capabilities)
    name = place_of(source, before, connection.capabilities).text()
    for rows in batches(connection, table, name, f"{name} IS NOT NULL"):
        for id, raw in rows:
            value = decode(raw)
            yield id, value, convert(value, before.kind, column)


def _convertible_links(connection: Connection, source: Entry, column: Column) -> Iterator[tuple[int, Any, Any]]:
    found: dict[int, list[int]] = {}
    mark = connection.capabilities.mark
    text = f"SELECT from_id, to_id FROM link WHERE field = {mark} ORDER BY from_id, position"  # noqa: S608
    for from_id, to_id in connection.rows(text, (source.id,)):
        found.setdefault(from_id, []).append(to_id)
    for id, targets in found.items():
        yield id, targets, convert(targets, Kind.REFERENCES, column)


def _kept(connection: Connection, table: str, source: Entry, entry: Entry) -> set[int]:
    """Rows whose value from before the change that is now undone is still what the value since then was made from."""
    since, before = column_of(source), column_of(entry)
    if not (since.kind.has_column and before.kind.has_column):
        return set()
    load_since = value_decoder(since, connection.capabilities)
    load_before = value_decoder(before, connection.capabilities)
    now_at = place_of(source, since, connection.capabilities).text()
    then_at = place_of(entry, before, connection.capabilities).text()
    both = f"{now_at} IS NOT NULL AND {then_at} IS NOT NULL"
    return {
        id
        for rows in batches(connection, table, f"{now_at}, {then_at}", both)
        for id, now, then in rows
        if convert(load_before(then), before.kind, since) == load_since(now)
    }


def convert_column(
    connection: Connection, table: str, source: Entry, entry: Entry, column: Column, *, is_back: bool
) -> None:
    """Write what fits into the new column; what does not stays in the old one alone.

    ``is_back``: the column had this type before, and takes over only what was changed since.
    """
    mark = connection.capabilities.mark
    changed = ((id, new) for id, _, new in convertible(connection, table, source, column) if new is not MISFIT)
    if column.kind is Kind.REFERENCES:
        connection.many(
            f"INSERT INTO link (from_id, field, to_id, position) VALUES ({mark}, {entry.id}, {mark}, {mark})",  # noqa: S608
            [(id, to, position) for id, targets in changed for position, to in enumerate(targets)])
        return
    kept = _kept(connection, table, source, entry) if is_back else set()
    rows = [(id, new) for id, new in changed if id not in kept]
    for start in range(0, len(rows), _BATCH):
        _put(connection, table, entry, column, rows[start : start + _BATCH])


def move_column(connection: Connection, table: str, source: Entry, entry: Entry, column: Column) -> None:
    """Write the values that lie at ``source`` to ``entry``, blanks over what is there from earlier too."""
    capabilities = connection.capabilities
    here, there = place_of(source, column, capabilities).text(), place_of(entry, column, capabilities).text()
    decode = value_decoder(column, capabilities)
    for rows in batches(connection, table, f"{here}, {there}", f"({here} IS NOT NULL OR {there} IS NOT NULL)"):
        _put(connection, table, entry, column, [(id, decode(now)) for id, now, then in rows if now != then])


def _put(connection: Connection, table: str, entry: Entry, column: Column, values: list[tuple[int, Any]]) -> None:
    """Write a column's values, by id."""
    own, keyed = ([], [(entry.key, column)]) if entry.key else ([column], [])
    encode = encoder(own, connection.capabilities, keyed, patch=True)
    encoded = encode([{column.name: value} for _, value in values])
    put = assignment(entry.physical, entry.key, connection.capabilities)
    connection.do_many(f"UPDATE {quoted(table)} SET {put} WHERE id = ?",  # noqa: S608 - names from the column map
                       [(*row, id) for row, (id, _) in zip(encoded, values, strict=True)])


def fill_formula(connection: Connection, dialect: sa.Dialect, catalog: Catalog, change: SchemaChange) -> None:
    """Compute a stored formula for all rows: by SQL, or row by row where it has no SQL form."""
    column = change.definition
    assert column is not None
    bound = catalog.table(change.object)
    formula = column.stored_expression
    if formula.python_only is not None:
        _fill_in_python(connection, bound, column)
        return
    scope = SelectScope(catalog, change.object, aliased=False)
    value = as_column_value(formula, scope, Environment(), column.kind, column.scale)
    target = bound.sql.c[column.name]
    statement = prepare(bound.sql.update().values({target: value}), dialect)
    connection.run(statement.text, statement.params())


def _fill_in_python(connection: Connection, bound: BoundTable, column: Column) -> None:
    names = sorted({path[0] for path in column.stored_expression.paths})
    decode = decoder([("id", bound.column("id")), *((n, bound.column(n)) for n in names)], connection.capabilities)
    encode, mark = bound.encoders[column.name], connection.capabilities.mark
    listed = ", ".join(bound.text(n) for n in names) or "id"
    environment = Environment()
    for rows in batches(connection, bound.sql.name, listed):
        changed = []
        for row in decode(rows):
            value = evaluate(column.stored_expression, _getter(row), environment)
            changed.append((encode(fit(value, column.kind, column.scale)), row["id"]))
        connection.many(f"UPDATE {quoted(bound.sql.name)} SET {bound.text(column.name)} = {mark}"  # noqa: S608
                        f" WHERE id = {mark}", changed)


def _getter(row: dict[str, Any]) -> Callable[[tuple[str, ...]], Any]:
    return lambda path: row.get(path[0])


def rebuild_search(connection: Connection, catalog: Catalog, object: str) -> None:
    """Index every row of the object anew."""
    bound = catalog.table(object)
    if not connection.capabilities.text_search_in_row:
        connection.run(f"DELETE FROM {quoted(bound.search_table)}")  # noqa: S608
    elif not bound.table.search:
        connection.run(f"UPDATE {quoted(bound.sql.name)} SET {SEARCH_COLUMN} = NULL")  # noqa: S608
    if not bound.table.search:
        return
    maker = DocumentMaker(bound, suffixes=not catalog.trigrams)
    columns = [bound.column(n) for n in ("id", *sorted(maker.names))]
    decode = decoder([(c.name, c) for c in columns], connection.capabilities)
    listed = ", ".join(bound.text(c.name) for c in columns[1:])
    for rows in batches(connection, bound.sql.name, listed):
        add_documents(connection, bound, maker, decode(rows), new_rows=False)
