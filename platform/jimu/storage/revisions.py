"""Revisions that were applied, the pulse, and answers kept for idempotent requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from jimu.storage.connection import Connection
from jimu.storage.entries import IdempotentAnswer, RevisionRow
from jimu.storage.tables import from_instant, to_instant

_COLUMNS = "id, hash, at, author, commit_id, note, summary"
_BEYOND = 2**62  # no row has such an id


def pulse(connection: Connection) -> int:
    return int(connection.ask("SELECT value FROM pulse")[0][0])


def bump_pulse(connection: Connection) -> int:
    return int(connection.ask("UPDATE pulse SET value = value + 1 RETURNING value")[0][0])


def add_revision(connection: Connection, row: RevisionRow) -> int:
    """Record it as the current one and bump the pulse; its id is made here."""
    bump_pulse(connection)
    return int(connection.ask(
        "INSERT INTO revision (hash, at, author, commit_id, note, files, summary) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " RETURNING id",
        row.hash, to_instant(row.at), row.author, row.commit, row.note, orjson.dumps(dict(row.files)).decode(),
        orjson.dumps(dict(row.summary)).decode() if row.summary is not None else None)[0][0])


def current_revision(connection: Connection, files: bool) -> RevisionRow | None:
    listed = _COLUMNS + (", files" if files else "")
    rows = connection.ask(f"SELECT {listed} FROM revision ORDER BY id DESC LIMIT 1")  # noqa: S608
    return _revision(rows[0]) if rows else None


def find_revision(connection: Connection, id_or_hash: int | str) -> RevisionRow | None:
    where, value = ("id = ?", id_or_hash) if isinstance(id_or_hash, int) else ("hash LIKE ?", _prefix(id_or_hash))
    rows = connection.ask(
        f"SELECT {_COLUMNS}, files FROM revision WHERE {where} ORDER BY id DESC LIMIT 1", value)  # noqa: S608
    return _revision(rows[0]) if rows else None


def list_revisions(connection: Connection, limit: int, before: int | None = None) -> list[RevisionRow]:
    rows = connection.ask(
        f"SELECT {_COLUMNS} FROM revision WHERE id < ? ORDER BY id DESC LIMIT {int(limit)}", before or _BEYOND)  # noqa: S608
    return [_revision(row) for row in rows]


def revision_before(connection: Connection, id: int) -> RevisionRow | None:
    rows = connection.ask(f"SELECT {_COLUMNS}, files FROM revision WHERE id < ? ORDER BY id DESC LIMIT 1", id)  # noqa: S608
    return _revision(rows[0]) if rows else None


def _prefix(hash: str) -> str:
    return "".join(c for c in hash if c.isalnum()) + "%"


def _revision(row: tuple[Any, ...]) -> RevisionRow:
    files: Mapping[str, str] = orjson.loads(row[7]) if len(row) > 7 else {}
    summary: Mapping[str, int] | None = orjson.loads(row[6]) if row[6] else None
    return RevisionRow(row[0], row[1], from_instant(row[2]), row[3], row[4], row[5], files, summary)


def get_answer(connection: Connection, scope: str, key: str) -> IdempotentAnswer | None:
    rows = connection.ask(
        "SELECT request_hash, status, body, at FROM idempotency WHERE scope = ? AND key = ?", scope, key)
    return IdempotentAnswer(rows[0][0], rows[0][1], rows[0][2], from_instant(rows[0][3])) if rows else None


def put_answer(connection: Connection, scope: str, key: str, answer: IdempotentAnswer) -> bool:
    return connection.do(
        "INSERT INTO idempotency (scope, key, request_hash, status, body, at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING", scope, key, answer.request_hash, answer.status, answer.body,
        to_instant(answer.at)) == 1


def remove_answers(connection: Connection, before: datetime) -> int:
    return connection.do("DELETE FROM idempotency WHERE at < ?", to_instant(before))
