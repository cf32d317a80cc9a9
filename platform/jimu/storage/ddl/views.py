"""One readable view per object, for reports made outside: living rows, plain names, references with titles.

Decimals and datetimes are shown as such on both databases. Secret columns are left out. Formulas that are computed when
read come last (see ``view_formulas``); what of them is left out is said in a comment, as labels are where the database
has comments. A view is replaced in place while it only gains columns; where it must be made anew, the rights given on
it are given again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa

from jimu.fieldtypes.kinds import Kind
from jimu.storage.binding import Catalog
from jimu.storage.columns import ColumnMap, Entry
from jimu.storage.connection import Connection
from jimu.storage.ddl.view_formulas import ViewCompiler, ViewFormulas
from jimu.storage.names import free, quoted, view_name
from jimu.storage.places import place_of
from jimu.storage.schema import Column, Table


@dataclass(frozen=True, slots=True)
class _Existing:
    """A view that is there: its columns (PostgreSQL), or the text that made it (SQLite)."""

    columns: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A column of a view; ``join``: what it needs after the table."""

    name: str
    expression: str
    label: str
    join: str = ""


def replace_views(
    connection: Connection, catalog: Catalog, dialect: sa.Dialect, altered: Collection[str]
) -> None:
    """Create or replace the views of ``altered`` objects and of those with formulas computed when read, which may read
    differently; drop those of objects that are gone.
    """
    existing, columns = _existing(connection), catalog.columns
    wanted = {view_name(object): t for object, t in catalog.schema.tables.items() if columns.table(object)}
    for name in existing.keys() - wanted.keys():
        connection.run(f"DROP VIEW {quoted(name)}")
    compiler = ViewCompiler(catalog, dialect)
    for name, table in wanted.items():
        there = existing.get(name)
        if table.object in altered or there is None or _may_differ(connection, table, columns, there):
            _replace(connection, name, table, columns, compiler.formulas(table), there)


def _may_differ(connection: Connection, table: Table, columns: ColumnMap, there: _Existing) -> bool:
    """Whether formulas computed when read are in the view, or were."""
    if any(column.expression is not None for column in table.columns.values()):
        return True
    plain = {shown.name for shown in _columns(connection, table, columns)}
    return bool(there.text) or not plain.issuperset(there.columns)


def _existing(connection: Connection) -> dict[str, _Existing]:
    if not connection.capabilities.exact_numeric:
        rows = connection.rows("SELECT name, sql FROM sqlite_master WHERE type = 'view'")
        return {name: _Existing(text=sql) for name, sql in rows if name.startswith("v_")}
    rows = connection.rows(
        "SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c JOIN pg_attribute a"
        " ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relkind = 'v'"
        " AND c.relnamespace = current_schema()::regnamespace"
        " GROUP BY c.relname")
    return {name: _Existing(tuple(columns)) for name, columns in rows if name.startswith("v_")}


def _replace(
    connection: Connection, name: str, table: Table, columns: ColumnMap, formulas: ViewFormulas,
    there: _Existing | None,
) -> None:
    shown = list(_columns(connection, table, columns))
    shown += _computed(connection, formulas, {s.name for s in shown})
    if there is not None:  # as they stood, so that a view that only gains columns keeps its place
        places = {column: place for place, column in enumerate(there.columns)}
        shown.sort(key=lambda s: places.get(s.name, len(places)))
    joins = "".join(s.join for s in shown) + formulas.joins
    listed = ", ".join(f"{s.expression} AS {quoted(s.name)}" for s in shown)
    body = f"SELECT {listed} FROM {quoted(columns.table(table.object) or '')} t{joins} WHERE t.deleted_at IS NULL"  # noqa: S608
    left_out = ", ".join(f"{field} ({reason})" for field, reason in formulas.left_out)
    if not connection.capabilities.exact_numeric:
        made = f"CREATE VIEW {quoted(name)} AS {body}{f' /* left out: {left_out} */' if left_out else ''}"
        if there is None or there.text != made:
            connection.run(f"DROP VIEW IF EXISTS {quoted(name)}")
            connection.run(made)
        return
    _replace_in_place(connection, name, body, [s.name for s in shown], there)
    if connection.capabilities.comments:
        _comment(connection, name, table, {s.name: s.label for s in shown if s.label}, left_out)


def _computed(connection: Connection, formulas: ViewFormulas, taken: set[str]) -> Iterator[_Shown]:
    for column, text in formulas.columns:
        alias = free(column.name, taken)
        taken.add(alias)
        yield _Shown(alias, _readable(connection, column, f"({text})"), _label(column.labels))


def _replace_in_place(
    connection: Connection, name: str, body: str, aliases: list[str], there: _Existing | None
) -> None:
    rights = _rights(connection, name) if there else []
    if there is not None and tuple(aliases[: len(there.columns)]) != there.columns:
        connection.run(f"DROP VIEW {quoted(name)}")
    connection.run("SAVEPOINT view")
    try:
        connection.run(f"CREATE OR REPLACE VIEW {quoted(name)} AS {body}")
    except psycopg.errors.InvalidTableDefinition:  # a column has another type now
        connection.run("ROLLBACK TO SAVEPOINT view")
        connection.run(f"DROP VIEW {quoted(name)}")
        connection.run(f"CREATE VIEW {quoted(name)} AS {body}")
    connection.run("RELEASE SAVEPOINT view")
    for role, right in rights:
        connection.run(f"GRANT {right} ON {quoted(name)} TO {role}")


def _rights(connection: Connection, name: str) -> list[tuple[str, str]]:
    """(role, right) that were given on the view: a view that has to be made anew would lose them."""
    rows = connection.rows(
        "SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, a.privilege_type"
        " FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = %s::regclass AND a.grantee <> c.relowner",
        (quoted(name),))
    return [(role, right) for role, right in rows]


def _comment(connection: Connection, name: str, table: Table, labels: dict[str, str], left_out: str) -> None:
    """On the view and its columns, sent as one."""
    whole = "; ".join(part for part in (_label(table.labels), f"left out: {left_out}" if left_out else "") if part)
    comments = [f"COMMENT ON VIEW {quoted(name)} IS {_literal(whole) if whole else 'NULL'}"]
    comments += [f"COMMENT ON COLUMN {quoted(name)}.{quoted(alias)} IS {_literal(t)}" for alias, t in labels.items()]
    connection.run_together(comments)


def _columns(connection: Connection, table: Table, columns: ColumnMap) -> Iterator[_Shown]:
    """The stored columns in the order in which they came to the object."""
    found = [(e, c) for c in table.columns.values() if (e := columns.find(table.object, c.name)) is not None]
    taken: set[str] = set()
    for entry, column in sorted(found, key=lambda pair: pair[0].id):
        if column.secret or column.name == "deleted_at" or not entry.physical:
            continue
        alias, label = free(column.name, taken), _label(column.labels)
        taken.add(alias)
        yield _Shown(alias, _expression(connection, entry, column), label)
        if column.kind is Kind.REFERENCE and column.name != "id":
            record, value = f"r{entry.id}", place_of(entry, column, connection.capabilities).text("t")
            title = free(f"{column.name}_title", taken | set(table.columns))
            taken.add(title)
            yield _Shown(title, f"{record}.title", label, f" LEFT JOIN record {record} ON {record}.id = {value}")


def _expression(connection: Connection, entry: Entry, column: Column) -> str:
    return _readable(connection, column, place_of(entry, column, connection.capabilities).text("t"))


def _readable(connection: Connection, column: Column, value: str) -> str:
    """A stored value as people write it."""
    if column.kind is Kind.DURATION:
        return value
    if connection.capabilities.exact_numeric:
        return f"array_to_string({value}, ', ')" if column.kind is Kind.TEXTS else value
    if column.kind is Kind.DECIMAL:
        return f"{value} / 1{'0' * column.scale}.0" if column.scale else value
    if column.kind is Kind.DATETIME:
        return f"strftime('%Y-%m-%d %H:%M:%f', {value} / 1000000.0, 'unixepoch')"
    if column.kind is Kind.TEXTS:
        return f"(SELECT group_concat(value, ', ') FROM json_each({value}))"  # noqa: S608 - a quoted name
    return value


def _label(labels: Mapping[str, str]) -> str:
    return labels.get("en") or labels.get("") or next(iter(labels.values()), "")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
