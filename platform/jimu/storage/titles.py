"""Titles of rows that are there: what a template makes of each now, and writing those that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from jimu.formulas import Environment, Formula
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection
from jimu.storage.expressions import as_value
from jimu.storage.names import quoted
from jimu.storage.scope import SelectScope
from jimu.storage.write import Writer


def title_values(
    connection: Connection,
    cache: StatementCache,
    template: Formula,
    ids: Sequence[int] | None,
    after: int,
    limit: int,
    environment: Environment,
) -> list[tuple[int, str | None, Any]]:
    """See ``Transaction.title_values``."""
    scope = SelectScope(cache.catalog, template.object)
    id = scope.own("id")
    value = as_value(template, scope, environment)
    statement = sa.select(id, scope.own("title"), value.expression.label("value")).select_from(scope.from_clause())
    statement = statement.where(id > sa.bindparam("after", type_=id.type)).order_by(id)
    given: dict[str, Any] = {"after": after}
    if ids is not None:
        statement = statement.where(cache.among(id, "ids"))
        given["ids"] = cache.list_value(ids)
    prepared = cache.prepare(statement.limit(sa.literal_column(str(int(limit)))))
    return [(row, title, value.load(raw)) for row, title, raw in connection.rows(prepared.text, prepared.params(given))]


def set_titles(connection: Connection, cache: StatementCache, object: str, titles: Mapping[int, str]) -> None:
    """See ``Transaction.set_titles``. Rows are locked in the order of their ids."""
    if not titles:
        return
    bound = cache.catalog.table(object)
    column = bound.places["title"].text()
    ordered = sorted(titles.items())
    if cache.catalog.capabilities.skip_locked:
        connection.ask(
            f"SELECT id FROM {quoted(bound.sql.name)} WHERE id = ANY(?) ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
            [id for id, _ in ordered],
        )
    for table, name in ((quoted(bound.sql.name), column), ("record", "title")):
        if cache.catalog.capabilities.arrays:
            connection.do(
                f"UPDATE {table} t SET {name} = v.title FROM unnest(?::bigint[], ?::text[]) v (id, title)"  # noqa: S608
                " WHERE t.id = v.id",
                [id for id, _ in ordered],
                [title for _, title in ordered],
            )
        else:
            connection.do_many(f"UPDATE {table} SET {name} = ? WHERE id = ?", [(t, id) for id, t in ordered])  # noqa: S608
    Writer(connection, cache).index_anew(bound, [id for id, _ in ordered])
