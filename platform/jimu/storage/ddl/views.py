"""One readable view per object, for reports made outside: living rows, plain names, references with titles.

Decimals and datetimes are shown as such on both databases. Secret columns are left out, and formulas
that are computed when read. Labels become comments where
the database has them. A view is replaced in place while it only gains columns; where it must be made anew, the
rights given on it are given again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import psycopg

from jimu.fieldtypes.kinds import Kind
from jimu.storage.columns import ColumnMap, Entry
from jimu.storage.connection import Connection
from jimu.storage.names import free, quoted, view_name
from jimu.storage.places import place_of
from jimu.storage.schema import Column, Schema, Table


def replace_views(connection: Connection, schema: Schema, columns: ColumnMap, altered: Collection[str]) -> None:
    """Create or replace the views of ``altered`` objects; drop those of objects that are gone."""
    existing = _existing(connection)
    wanted = {view_name(object): table for object, table in schema.tables.items() if columns.table(object)}
    for name in existing.keys() - wanted.keys():
        connection.run(f"DROP VIEW {quoted(name)}")
    for name, table in wanted.items():
        if table.object in altered or name not in existing:
            _replace(connection, name, table, columns, existing.get(name))


def _existing(connection: Connection) -> dict[str, str]:
    """Our views: name → the text that made it (SQLite) or '' (PostgreSQL, which keeps it in its own form)."""
    if connection.capabilities.exact_numeric:
        text = "SELECT viewname, '' FROM pg_views WHERE schemaname = current_schema()"
    else:
        text = "SELECT name, sql FROM sqlite_master WHERE type = 'view'"
    return {name: sql for name, sql in connection.rows(text) if name.startswith("v_")}


def _replace(connection: Connection, name: str, table: Table, columns: ColumnMap, existing: str | None) -> None:
    shown = list(_columns(connection, table, columns))
    joins = "".join(join for _, _, join, _ in shown)
    listed = ", ".join(f"{expression} AS {quoted(alias)}" for alias, expression, _, _ in shown)
    body = f"SELECT {listed} FROM {quoted(columns.table(table.object) or '')} t{joins} WHERE t.deleted_at IS NULL"  # noqa: S608
    if not connection.capabilities.exact_numeric:
        made = f"CREATE VIEW {quoted(name)} AS {body}"
        if existing != made:
            connection.run(f"DROP VIEW IF EXISTS {quoted(name)}")
            connection.run(made)
        return
    _replace_in_place(connection, name, body, [alias for alias, *_ in shown], existing is not None)
    if connection.capabilities.comments:
        _comment(connection, name, table, {alias: label for alias, _, _, label in shown if label})


def _replace_in_place(connection: Connection, name: str, body: str, aliases: list[str], exists: bool) -> None:
    rights = _rights(connection, name) if exists else []
    if exists:
        before = [row[0] for row in connection.rows(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
            (quoted(name),))]
        if aliases[: len(before)] != before:
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


def _comment(connection: Connection, name: str, table: Table, labels: dict[str, str]) -> None:
    for alias, label in labels.items():
        connection.run(f"COMMENT ON COLUMN {quoted(name)}.{quoted(alias)} IS {_literal(label)}")
    if label := _label(table.labels):
        connection.run(f"COMMENT ON VIEW {quoted(name)} IS {_literal(label)}")


def _columns(
    connection: Connection, table: Table, columns: ColumnMap
) -> Iterator[tuple[str, str, str, str]]:
    """(name, expression, join, label) in the order in which the columns came to the object."""
    found = [(e, c) for c in table.columns.values() if (e := columns.find(table.object, c.name)) is not None]
    taken: set[str] = set()
    for entry, column in sorted(found, key=lambda pair: pair[0].id):
        if column.secret or column.name == "deleted_at" or not entry.physical:
            continue
        alias = free(column.name, taken)
        taken.add(alias)
        yield alias, _expression(connection, entry, column), "", _label(column.labels)
        if column.kind is Kind.REFERENCE and column.name != "id":
            record = f"r{entry.id}"
            join = f" LEFT JOIN record {record} ON {record}.id = t.{quoted(entry.physical)}"
            title = free(f"{column.name}_title", taken | set(table.columns))
            taken.add(title)
            yield title, f"{record}.title", join, _label(column.labels)


def _expression(connection: Connection, entry: Entry, column: Column) -> str:
    name = place_of(entry, column, connection.capabilities).text("t")
    if column.kind is Kind.DURATION:
        return name
    if connection.capabilities.exact_numeric:
        return f"array_to_string({name}, ', ')" if column.kind is Kind.TEXTS else name
    if column.kind is Kind.DECIMAL:
        return f"{name} / 1{'0' * column.scale}.0" if column.scale else name
    if column.kind is Kind.DATETIME:
        return f"strftime('%Y-%m-%d %H:%M:%f', {name} / 1000000.0, 'unixepoch')"
    if column.kind is Kind.TEXTS:
        return f"(SELECT group_concat(value, ', ') FROM json_each({name}))"  # noqa: S608 - a quoted name
    return name


def _label(labels: Mapping[str, str]) -> str:
    return labels.get("en") or labels.get("") or next(iter(labels.values()), "")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
