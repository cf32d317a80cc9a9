"""Keeping the search index: entries of new, changed and removed rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jimu.storage.binding import SEARCH_COLUMN, BoundTable
from jimu.storage.connection import Connection
from jimu.storage.names import quoted
from jimu.storage.search.document import DocumentMaker


def add_documents(
    connection: Connection, bound: BoundTable, maker: DocumentMaker, rows: Sequence[Mapping[str, Any]], *,
    new_rows: bool,
) -> None:
    """Index ``rows`` (with id, title and the searchable columns). ``new_rows``: they have no entry yet.

    Where the tokens lie in the row, new rows carry them when they are inserted, and this is for changed ones.
    """
    if connection.capabilities.text_search_in_row:
        connection.many(f"UPDATE {quoted(bound.sql.name)} SET {SEARCH_COLUMN} = %s::tsvector WHERE id = %s",  # noqa: S608
                        [(maker.vector(row), row["id"]) for row in rows])
        return
    if not new_rows:
        remove_documents(connection, bound, [row["id"] for row in rows])
    connection.many(
        f"INSERT INTO {quoted(bound.search_table)} (rowid, title, body) VALUES (?, ?, ?)",  # noqa: S608
        [(row["id"], " ".join(title), " ".join(body)) for row in rows for title, body in [maker.tokens(row)]])


def remove_documents(connection: Connection, bound: BoundTable, ids: Iterable[int]) -> None:
    """Forget entries; those in rows go with the rows."""
    if not connection.capabilities.text_search_in_row:
        connection.many(f"DELETE FROM {quoted(bound.search_table)} WHERE rowid = ?", [(id,) for id in ids])  # noqa: S608
