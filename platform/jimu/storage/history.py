"""History rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import orjson

from jimu.storage.connection import Connection
from jimu.storage.entries import HistoryEntry
from jimu.storage.physical import dump_json
from jimu.storage.tables import from_instant, to_instant

_COLUMNS = "record_id, object, at, action, actor, via, reason, version, changes"
_COPY_FROM = 40


def append_history(connection: Connection, entries: Sequence[HistoryEntry]) -> None:
    """See ``Transaction.append_history``."""
    rows = [
        (e.record_id, e.object, to_instant(e.at), e.action, e.actor, e.via, e.reason, e.version, dump_json(e.changes))
        for e in entries
    ]
    text = f"INSERT INTO history ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
    if len(rows) == 1:
        connection.do(text, *rows[0])
    elif connection.capabilities.copy and len(rows) >= _COPY_FROM:
        connection.copy(f"COPY history ({_COLUMNS}) FROM STDIN", rows)
    else:
        connection.do_many(text, rows)


def read_histories(
    connection: Connection, record_ids: Iterable[int], limit: int, before: int | None
) -> list[HistoryEntry]:
    """See ``Transaction.histories``."""
    earlier = "AND id < ?" if before is not None else ""
    text = (f"SELECT id, {_COLUMNS} FROM history WHERE record_id {connection.among()} {earlier}"  # noqa: S608
            f" ORDER BY id DESC LIMIT {int(limit)}")
    listed = connection.list_value(record_ids)
    return [_entry(row) for row in connection.ask(text, *((listed,) if before is None else (listed, before)))]


def read_history(connection: Connection, record_id: int, limit: int, before: int | None) -> list[HistoryEntry]:
    """See ``Transaction.history``."""
    earlier = "AND id < ?" if before is not None else ""
    text = (f"SELECT id, {_COLUMNS} FROM history WHERE record_id = ? {earlier} ORDER BY id DESC"  # noqa: S608
            f" LIMIT {int(limit)}")
    params = (record_id,) if before is None else (record_id, before)
    return [_entry(row) for row in connection.ask(text, *params)]


def latest_entries(connection: Connection, record_ids: Iterable[int], action: str) -> dict[int, HistoryEntry]:
    """See ``Transaction.latest_entries``."""
    rows = connection.ask(
        f"SELECT id, {_COLUMNS} FROM history WHERE record_id {connection.among()} AND action = ? ORDER BY id",  # noqa: S608
        connection.list_value(record_ids), action)
    return {row[1]: _entry(row) for row in rows}


def scrub_history(connection: Connection, record_ids: Iterable[int], names: Collection[str]) -> int:
    """See ``Transaction.scrub_history``."""
    rows = connection.ask(
        f"SELECT id, changes FROM history WHERE record_id {connection.among()}", connection.list_value(record_ids))  # noqa: S608
    scrubbed = []
    for id, text in rows:
        changes = orjson.loads(text)
        if not changes.keys().isdisjoint(names):
            cleaned = {name: [None, None] if name in names else pair for name, pair in changes.items()}
            scrubbed.append((dump_json(cleaned), id))
    connection.do_many("UPDATE history SET changes = ? WHERE id = ?", scrubbed)
    return len(scrubbed)


def _entry(row: tuple[Any, ...]) -> HistoryEntry:
    id, record_id, object, at, action, actor, via, reason, version, changes = row
    return HistoryEntry(record_id, object, from_instant(at), action, actor, via, reason, version,
                        orjson.loads(changes), id)
