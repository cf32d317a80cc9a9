"""Rows of links by which somebody sets a password without having one. Keys are hashes that ``access`` makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jimu.storage.connection import Connection
from jimu.storage.tables import from_instant, to_instant

_COLUMNS = "id, user_id, purpose, created_at, expires_at, created_by"


@dataclass(frozen=True, slots=True)
class AccountLinkRow:
    """``created_by``: the user who asked for it; None: the engine itself."""

    id: int
    user_id: int
    purpose: str
    created_at: datetime
    expires_at: datetime
    created_by: int | None


class AccountLinkRows:
    """The part of a transaction that keeps such links. Expiry is for the caller to compare."""

    connection: Connection

    def add_account_link(
        self, key: str, user_id: int, purpose: str, at: datetime, expires_at: datetime, created_by: int | None = None
    ) -> int:
        return int(self.connection.ask(
            "INSERT INTO account_link (key, user_id, purpose, created_at, expires_at, created_by)"
            " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
            key, user_id, purpose, to_instant(at), to_instant(expires_at), created_by)[0][0])

    def find_account_link(self, key: str) -> AccountLinkRow | None:
        rows = self.connection.ask(f"SELECT {_COLUMNS} FROM account_link WHERE key = ?", key)  # noqa: S608
        return _link(rows[0]) if rows else None

    def list_account_links(self, user_id: int) -> list[AccountLinkRow]:
        """Newest first, expired ones too."""
        rows = self.connection.ask(
            f"SELECT {_COLUMNS} FROM account_link WHERE user_id = ? ORDER BY id DESC", user_id)  # noqa: S608
        return [_link(row) for row in rows]

    def remove_account_links(self, user_id: int) -> int:
        """All links of a user; how many. Two who use one link at a time: the second finds nothing to remove."""
        return self.connection.do("DELETE FROM account_link WHERE user_id = ?", user_id)


def _link(row: tuple[int, int, str, int, int, int | None]) -> AccountLinkRow:
    id, user_id, purpose, created_at, expires_at, created_by = row
    return AccountLinkRow(id, user_id, purpose, from_instant(created_at), from_instant(expires_at), created_by)
