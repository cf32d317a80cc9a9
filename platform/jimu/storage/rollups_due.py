"""The part of a transaction that keeps which roll-ups are to be worked out later, of which records.

A note is written in the transaction that moved the roll-up. Notes are only added, never merged: what another
transaction notes at this moment cannot be lost to one that works off those it sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from jimu.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class RollupDue:
    """``number``: of the note. ``ids``: the records of ``object`` whose roll-up ``field`` is to be worked out."""

    number: int
    object: str
    field: str
    ids: Sequence[int]


class RollupDueRows:
    """Notes of roll-ups to be worked out later."""

    connection: Connection

    def add_rollup_due(self, object: str, field: str, ids: Iterable[int]) -> None:
        """The roll-up ``field`` of the records ``ids`` is to be worked out."""
        listed = orjson.dumps(sorted(ids)).decode()
        self.connection.do("INSERT INTO rollup_due (object, field, ids) VALUES (?, ?, ?)", object, field, listed)

    def rollups_due(self, limit: int) -> list[RollupDue]:
        """The first notes, those of one field together."""
        text = "SELECT id, object, field, ids FROM rollup_due ORDER BY object, field, id LIMIT ?"
        rows = self.connection.ask(text, limit)
        return [RollupDue(number, object, field, orjson.loads(ids)) for number, object, field, ids in rows]

    def drop_rollups_due(self, numbers: Iterable[int]) -> None:
        """These have been worked out."""
        listed, among = self.connection.list_value(numbers), self.connection.among()
        self.connection.do(f"DELETE FROM rollup_due WHERE id {among}", listed)  # noqa: S608
