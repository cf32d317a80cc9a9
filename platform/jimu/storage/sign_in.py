"""Rows of what proves somebody besides a password: second factors, recovery codes, known devices, accounts elsewhere;
and of the passwords that somebody had before. Keys and hashes are made by ``access``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from jimu.storage.connection import Connection
from jimu.storage.tables import from_instant, to_instant


@dataclass(frozen=True, slots=True)
class SecondFactorRow:
    """``secret``: sealed. ``confirmed_at`` None: shown, but not yet proved. ``last_counter``: of the code used last."""

    user_id: int
    secret: str
    created_at: datetime
    confirmed_at: datetime | None
    last_counter: int


@dataclass(frozen=True, slots=True)
class RecoveryCodeRow:
    id: int
    hash: str
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownDeviceRow:
    id: int
    user_id: int
    created_at: datetime
    expires_at: datetime
    agent: str


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """An account with a provider that a user signs in with."""

    id: int
    provider: str
    subject: str
    user_id: int
    email: str
    created_at: datetime
    used_at: datetime | None


_IDENTITY = "id, provider, subject, user_id, email, created_at, used_at"


class SignInRows:
    """The part of a transaction that keeps these. Expiry is for the caller to compare."""

    connection: Connection

    def put_second_factor(self, user_id: int, secret: str, at: datetime) -> None:
        """Begin anew: a secret that is not confirmed."""
        self.connection.do(
            "INSERT INTO second_factor (user_id, secret, created_at, confirmed_at, last_counter)"
            " VALUES (?, ?, ?, NULL, 0) ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret,"
            " created_at = excluded.created_at, confirmed_at = NULL, last_counter = 0",
            user_id, secret, to_instant(at))

    def find_second_factor(self, user_id: int) -> SecondFactorRow | None:
        rows = self.connection.ask("SELECT user_id, secret, created_at, confirmed_at, last_counter FROM second_factor"
                                   " WHERE user_id = ?", user_id)
        if not rows:
            return None
        number, secret, created_at, confirmed_at, counter = rows[0]
        return SecondFactorRow(number, secret, from_instant(created_at), _moment(confirmed_at), counter)

    def have_second_factor(self, user_ids: Iterable[int]) -> set[int]:
        """Those who have a confirmed one."""
        rows = self.connection.ask(
            f"SELECT user_id FROM second_factor WHERE confirmed_at IS NOT NULL AND user_id {self.connection.among()}",  # noqa: S608
            self.connection.list_value(user_ids))
        return {row[0] for row in rows}

    def use_counter(self, user_id: int, counter: int) -> bool:
        """A code of that counter was given; False: one of it or a later one was before, so it is worth nothing."""
        return self.connection.do("UPDATE second_factor SET last_counter = ? WHERE user_id = ? AND last_counter < ?",
                                  counter, user_id, counter) == 1

    def confirm_second_factor(self, user_id: int, at: datetime) -> bool:
        return self.connection.do("UPDATE second_factor SET confirmed_at = ? WHERE user_id = ?"
                                  " AND confirmed_at IS NULL", to_instant(at), user_id) == 1

    def remove_second_factor(self, user_id: int) -> bool:
        """With its recovery codes and known devices."""
        self.connection.do("DELETE FROM recovery_code WHERE user_id = ?", user_id)
        self.connection.do("DELETE FROM known_device WHERE user_id = ?", user_id)
        return self.connection.do("DELETE FROM second_factor WHERE user_id = ?", user_id) == 1

    def put_recovery_codes(self, user_id: int, hashes: Iterable[str]) -> None:
        """In the place of all that there were."""
        self.connection.do("DELETE FROM recovery_code WHERE user_id = ?", user_id)
        self.connection.do_many("INSERT INTO recovery_code (user_id, hash) VALUES (?, ?)",
                                [(user_id, hash) for hash in hashes])

    def list_recovery_codes(self, user_id: int) -> list[RecoveryCodeRow]:
        rows = self.connection.ask("SELECT id, hash, used_at FROM recovery_code WHERE user_id = ? ORDER BY id", user_id)
        return [RecoveryCodeRow(id, hash, _moment(used_at)) for id, hash, used_at in rows]

    def use_recovery_code(self, id: int, at: datetime) -> bool:
        """False: somebody has used it already."""
        return self.connection.do("UPDATE recovery_code SET used_at = ? WHERE id = ? AND used_at IS NULL",
                                  to_instant(at), id) == 1

    def add_known_device(self, key: str, user_id: int, at: datetime, expires_at: datetime, agent: str) -> None:
        self.connection.do("INSERT INTO known_device (key, user_id, created_at, expires_at, agent)"
                           " VALUES (?, ?, ?, ?, ?)", key, user_id, to_instant(at), to_instant(expires_at), agent)

    def find_known_device(self, key: str) -> KnownDeviceRow | None:
        rows = self.connection.ask("SELECT id, user_id, created_at, expires_at, agent FROM known_device"
                                   " WHERE key = ?", key)
        if not rows:
            return None
        id, user_id, created_at, expires_at, agent = rows[0]
        return KnownDeviceRow(id, user_id, from_instant(created_at), from_instant(expires_at), agent)

    def remove_known_devices(self, before: datetime) -> int:
        """Forget those whose time ran out before then."""
        return self.connection.do("DELETE FROM known_device WHERE expires_at < ?", to_instant(before))

    def forget_devices(self, user_id: int) -> int:
        return self.connection.do("DELETE FROM known_device WHERE user_id = ?", user_id)

    def count_devices(self, user_id: int, now: datetime) -> int:
        rows = self.connection.ask("SELECT count(*) FROM known_device WHERE user_id = ? AND expires_at > ?",
                                   user_id, to_instant(now))
        return int(rows[0][0])

    def add_identity(self, provider: str, subject: str, user_id: int, email: str, at: datetime) -> bool:
        """False: that account elsewhere belongs to somebody already."""
        return self.connection.do(
            "INSERT INTO sign_in_identity (provider, subject, user_id, email, created_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (provider, subject) DO NOTHING", provider, subject, user_id, email, to_instant(at)) == 1

    def find_identity(self, provider: str, subject: str) -> IdentityRow | None:
        rows = self.connection.ask(
            f"SELECT {_IDENTITY} FROM sign_in_identity WHERE provider = ? AND subject = ?", provider, subject)  # noqa: S608
        return _identity(rows[0]) if rows else None

    def list_identities(self, user_id: int) -> list[IdentityRow]:
        rows = self.connection.ask(
            f"SELECT {_IDENTITY} FROM sign_in_identity WHERE user_id = ? ORDER BY id", user_id)  # noqa: S608
        return [_identity(row) for row in rows]

    def touch_identity(self, id: int, email: str, at: datetime) -> None:
        self.connection.do("UPDATE sign_in_identity SET used_at = ?, email = ? WHERE id = ?", to_instant(at), email, id)

    def remove_identity(self, id: int, user_id: int) -> bool:
        return self.connection.do("DELETE FROM sign_in_identity WHERE id = ? AND user_id = ?", id, user_id) == 1

    def add_password_before(self, user_id: int, password_hash: str, at: datetime, keep: int) -> None:
        """Remember a password's hash; of each user the last ``keep``."""
        if keep > 0:
            self.connection.do("INSERT INTO password_before (user_id, password_hash, at) VALUES (?, ?, ?)",
                               user_id, password_hash, to_instant(at))
        kept = f"SELECT id FROM password_before WHERE user_id = ? ORDER BY id DESC LIMIT {max(int(keep), 0)}"  # noqa: S608
        self.connection.do(
            f"DELETE FROM password_before WHERE user_id = ? AND id NOT IN ({kept})", user_id, user_id)  # noqa: S608

    def passwords_before(self, user_id: int) -> list[str]:
        """Hashes, the newest first."""
        rows = self.connection.ask("SELECT password_hash FROM password_before WHERE user_id = ? ORDER BY id DESC",
                                   user_id)
        return [row[0] for row in rows]


def _moment(value: int | None) -> datetime | None:
    return None if value is None else from_instant(value)


def _identity(row: tuple[int, str, str, int, str, int, int | None]) -> IdentityRow:
    id, provider, subject, user_id, email, created_at, used_at = row
    return IdentityRow(id, provider, subject, user_id, email, from_instant(created_at), _moment(used_at))
