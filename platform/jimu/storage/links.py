"""References columns: rows of the link table, in the order that they were given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jimu.storage.binding import BoundTable
from jimu.storage.connection import Connection


def read_links(connection: Connection, bound: BoundTable, rows: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    """Fill the references columns ``names`` of ``rows`` (which have their id) in one query; none: None."""
    if not names or not rows:
        return
    by_field = {bound.links[name]: name for name in names}
    by_id = {row["id"]: row for row in rows}
    for row in rows:
        row.update(dict.fromkeys(names))
    text = (f"SELECT from_id, field, to_id FROM link WHERE from_id {connection.among()}"  # noqa: S608
            f" AND field {connection.among()} ORDER BY from_id, field, position")
    for from_id, field, to_id in connection.ask(text, connection.list_value(by_id), connection.list_value(by_field)):
        row, name = by_id[from_id], by_field[field]
        if row[name] is None:
            row[name] = []
        row[name].append(to_id)


def insert_links(connection: Connection, bound: BoundTable, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add the link rows of new records."""
    if not bound.links:
        return
    made = [
        (row["id"], field, to_id, position)
        for row in rows
        for name, field in bound.links.items()
        for position, to_id in enumerate(dict.fromkeys(row.get(name) or ()))
    ]
    connection.do_many("INSERT INTO link (from_id, field, to_id, position) VALUES (?, ?, ?, ?)", made)


def replace_links(connection: Connection, bound: BoundTable, changes: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Put the references columns that ``changes`` (id, values) names in place of what was there."""
    if not bound.links:
        return
    changed = [(id, {n: v for n, v in values.items() if n in bound.links}) for id, values in changes]
    connection.do_many("DELETE FROM link WHERE from_id = ? AND field = ?",
                       [(id, bound.links[name]) for id, values in changed for name in values])
    insert_links(connection, bound, [{"id": id, **values} for id, values in changed])
