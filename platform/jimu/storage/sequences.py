"""Numbers in order: gapless ones inside the transaction, others from blocks that the process keeps."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from jimu.storage.connection import Connection

if TYPE_CHECKING:
    from jimu.storage.connections import Connections

_BLOCK = 50
_TAKE = ("INSERT INTO sequence (key, value) VALUES (?, ?)"
         " ON CONFLICT (key) DO UPDATE SET value = sequence.value + excluded.value RETURNING value")


class NumberBlocks:
    """Blocks of numbers that this process has taken and not yet given out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: dict[str, range] = {}

    def take(self, database: Connections, key: str, n: int) -> range:
        """``n`` numbers in a row; nobody else gets them, whether or not the caller's transaction commits."""
        with self._lock:
            left = self._blocks.get(key, range(0))
            if len(left) < n:
                size = max(_BLOCK, n)
                with database.writing() as connection:
                    last = connection.ask(_TAKE, key, size)[0][0]
                left = range(last - size + 1, last + 1)
            self._blocks[key] = left[n:]
            return left[:n]


def next_numbers(database: Connections, connection: Connection, key: str, n: int, gapless: bool) -> range:
    """See ``Transaction.next_numbers``."""
    # With one writer at a time a second connection would wait for this one for ever; and nobody else waits anyway.
    if gapless or not connection.capabilities.skip_locked:
        last = connection.ask(_TAKE, key, n)[0][0]
        return range(last - n + 1, last + 1)
    return database.numbers.take(database, key, n)


def find_number(connection: Connection, key: str) -> int | None:
    """See ``Transaction.find_number``."""
    rows = connection.ask("SELECT value FROM sequence WHERE key = ?", key)
    return rows[0][0] if rows else None


def raise_number(connection: Connection, key: str, value: int) -> bool:
    """See ``Transaction.raise_number``."""
    text = ("INSERT INTO sequence (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE sequence.value < excluded.value"
            " RETURNING value")
    return bool(connection.ask(text, key, value))
