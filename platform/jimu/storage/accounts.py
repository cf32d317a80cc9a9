"""Rows of passwords, sessions, API tokens and log-in attempts. Keys are hashes that ``access.accounts`` makes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from jimu.storage.connection import Connection
from jimu.storage.tables import from_instant, to_instant


@dataclass(frozen=True, slots=True)
class Credential:
    """``expires_at``: when a password that was given stops to open anything."""

    user_id: int
    password_hash: str
    changed_at: datetime
    must_change: bool
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountState:
    """What is known of a user's account without its secrets. ``must_change``: the password was given by somebody
    else.
    """

    user_id: int
    changed_at: datetime
    must_change: bool
    last_login_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """``pulse``: the store's pulse, read in the same query (0 in lists). ``stage``: what is still to be done before
    it is a session ('': nothing). ``method``: how the user came in. ``viewing``: with whose eyes it looks.
    """

    id: int
    user_id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str
    stage: str
    method: str
    viewing: int | None
    pulse: int


@dataclass(frozen=True, slots=True)
class TokenRow:
    """``scopes`` None: unlimited. ``address``: from where it was last used. ``pulse`` as in a session."""

    id: int
    user_id: int
    name: str
    scopes: frozenset[str] | None
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    address: str
    pulse: int


_SESSION = ("s.id, s.user_id, s.created_at, s.seen_at, s.expires_at, s.address, s.agent, s.stage, s.method,"
            " s.viewing")
_BEYOND = 2**62  # no row has such an id
_TOKEN = "t.id, t.user_id, t.name, t.scopes, t.created_at, t.expires_at, t.used_at, t.address"  # noqa: S105 - column names


class AccountRows:
    """The part of a transaction that keeps accounts. Expiry is for the caller to compare."""

    connection: Connection

    def put_credential(self, user_id: int, password_hash: str, at: datetime, must_change: bool = False,
                       expires_at: datetime | None = None) -> None:
        """Set or replace the password hash of a user."""
        self.connection.do(
            "INSERT INTO credential (user_id, password_hash, changed_at, must_change, expires_at)"
            " VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash,"
            " changed_at = excluded.changed_at, must_change = excluded.must_change, expires_at = excluded.expires_at",
            user_id, password_hash, to_instant(at), must_change, _optional_instant(expires_at))

    def rehash_credential(self, user_id: int, password_hash: str) -> None:
        """The same password under another hash."""
        self.connection.do("UPDATE credential SET password_hash = ? WHERE user_id = ?", password_hash, user_id)

    def void_given_password(self, user_id: int) -> bool:
        """A password that somebody else gave opens nothing any more; False: it is the user's own, or there is none."""
        return self.connection.do("UPDATE credential SET password_hash = '', expires_at = changed_at"
                                  " WHERE user_id = ? AND must_change", user_id) == 1

    def find_credential(self, user_id: int) -> Credential | None:
        rows = self.connection.ask(
            "SELECT user_id, password_hash, changed_at, must_change, expires_at FROM credential WHERE user_id = ?",
            user_id)
        if not rows:
            return None
        number, hash, changed_at, must_change, expires_at = rows[0]
        return Credential(number, hash, from_instant(changed_at), bool(must_change), _optional_moment(expires_at))

    def note_login(self, user_id: int, at: datetime) -> None:
        """The user has logged in."""
        self.connection.do("UPDATE credential SET last_login_at = ? WHERE user_id = ?", to_instant(at), user_id)

    def account_states(self, user_ids: Iterable[int]) -> dict[int, AccountState]:
        """User → state, for those who have a password."""
        rows = self.connection.ask(
            f"SELECT user_id, changed_at, must_change, last_login_at FROM credential"  # noqa: S608
            f" WHERE user_id {self.connection.among()}", self.connection.list_value(user_ids))
        return {r[0]: AccountState(r[0], from_instant(r[1]), bool(r[2]), _optional_moment(r[3])) for r in rows}

    def add_session(self, key: str, user_id: int, at: datetime, expires_at: datetime, address: str = "",
                    agent: str = "", created_at: datetime | None = None, *, stage: str = "",
                    method: str = "") -> int:
        """``created_at``: when the user logged in, if this session goes on from another."""
        return int(self.connection.ask(
            "INSERT INTO session (key, user_id, created_at, seen_at, expires_at, address, agent, stage, method)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            key, user_id, to_instant(created_at or at), to_instant(at), to_instant(expires_at), address, agent,
            stage, method)[0][0])

    def find_session(self, key: str) -> SessionRow | None:
        """The session with this key, and the pulse: one query."""
        rows = self.connection.ask(f"SELECT {_SESSION}, p.value FROM session s, pulse p WHERE s.key = ?", key)  # noqa: S608
        return _session(rows[0]) if rows else None

    def touch_session(self, id: int, seen_at: datetime, expires_at: datetime) -> None:
        """It was used: note when, and until when it now lasts."""
        self.connection.do("UPDATE session SET seen_at = ?, expires_at = ? WHERE id = ?",
                           to_instant(seen_at), to_instant(expires_at), id)

    def set_viewing(self, key: str, user_id: int | None) -> bool:
        """The session looks with the eyes of a user, or with its own again."""
        return self.connection.do("UPDATE session SET viewing = ? WHERE key = ?", user_id, key) == 1

    def end_session(self, key: str) -> bool:
        return self.connection.do("DELETE FROM session WHERE key = ?", key) == 1

    def end_sessions(self, user_id: int, keep_key: str | None = None) -> int:
        """All sessions of a user but the one with ``keep_key``; how many."""
        return self.connection.do("DELETE FROM session WHERE user_id = ? AND key <> ?", user_id, keep_key or "")

    def end_session_number(self, id: int, user_id: int) -> bool:
        """One session of a user, by its number in ``list_sessions``."""
        return self.connection.do("DELETE FROM session WHERE id = ? AND user_id = ?", id, user_id) == 1

    def list_sessions(self, user_id: int) -> list[SessionRow]:
        """Used last, first."""
        where = "s.user_id = ? AND s.stage = ''"
        rows = self.connection.ask(
            f"SELECT {_SESSION}, 0 FROM session s WHERE {where} ORDER BY s.seen_at DESC", user_id)  # noqa: S608
        return [_session(row) for row in rows]

    def remove_sessions(self, before: datetime) -> int:
        """Forget sessions that expired before then."""
        return self.connection.do("DELETE FROM session WHERE expires_at < ?", to_instant(before))

    def add_token(self, key: str, user_id: int, name: str, scopes: Iterable[str] | None, at: datetime,
                  expires_at: datetime | None = None) -> int:
        listed = None if scopes is None else orjson.dumps(sorted(scopes)).decode()
        return int(self.connection.ask(
            "INSERT INTO api_token (key, user_id, name, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)"
            " RETURNING id", key, user_id, name, listed, to_instant(at), _optional_instant(expires_at))[0][0])

    def find_token(self, key: str) -> TokenRow | None:
        """The token with this key, and the pulse: one query."""
        rows = self.connection.ask(f"SELECT {_TOKEN}, p.value FROM api_token t, pulse p WHERE t.key = ?", key)  # noqa: S608
        return _token(rows[0]) if rows else None

    def touch_token(self, id: int, at: datetime, address: str = "") -> None:
        """Note when it was last used, and from where."""
        self.connection.do("UPDATE api_token SET used_at = ?, address = ? WHERE id = ?", to_instant(at), address, id)

    def revoke_token(self, id: int, user_id: int | None = None) -> bool:
        """``user_id``: only if it is that user's. False: there is none."""
        if user_id is None:
            return self.connection.do("DELETE FROM api_token WHERE id = ?", id) == 1
        return self.connection.do("DELETE FROM api_token WHERE id = ? AND user_id = ?", id, user_id) == 1

    def list_tokens(self, user_id: int) -> list[TokenRow]:
        """Newest first, expired ones too."""
        rows = self.connection.ask(
            f"SELECT {_TOKEN}, 0 FROM api_token t WHERE t.user_id = ? ORDER BY t.id DESC", user_id)  # noqa: S608
        return [_token(row) for row in rows]

    def list_all_tokens(self, limit: int, before: int | None = None) -> list[TokenRow]:
        """Of everybody, newest first; ``before``: the id of the last one of the page before."""
        rows = self.connection.ask(
            f"SELECT {_TOKEN}, 0 FROM api_token t WHERE t.id < ? ORDER BY t.id DESC LIMIT {int(limit)}",  # noqa: S608
            before or _BEYOND)
        return [_token(row) for row in rows]

    def add_login_attempt(self, subjects: Iterable[str], at: datetime) -> None:
        """A failed log-in, counted for each subject (an address, an account)."""
        self.connection.do_many("INSERT INTO login_attempt (subject, at) VALUES (?, ?)",
                                [(subject, to_instant(at)) for subject in subjects])

    def count_login_attempts(self, subjects: Iterable[str], since: datetime) -> dict[str, int]:
        """Subject → failed log-ins since then (0 too)."""
        wanted = list(subjects)
        rows = self.connection.ask(
            f"SELECT subject, count(*) FROM login_attempt WHERE subject {self.connection.among()} AND at >= ?"  # noqa: S608
            " GROUP BY subject", self.connection.list_value(wanted), to_instant(since))
        return {**dict.fromkeys(wanted, 0), **{row[0]: row[1] for row in rows}}

    def remove_login_attempts(self, subjects: Iterable[str] = (), before: datetime | None = None) -> None:
        """Those of some subjects (they have logged in), or all from before some time."""
        self.connection.do(f"DELETE FROM login_attempt WHERE subject {self.connection.among()}",  # noqa: S608
                           self.connection.list_value(subjects))
        if before is not None:
            self.connection.do("DELETE FROM login_attempt WHERE at < ?", to_instant(before))


def _optional_instant(at: datetime | None) -> int | None:
    return None if at is None else to_instant(at)


def _optional_moment(value: int | None) -> datetime | None:
    return None if value is None else from_instant(value)


def _session(row: tuple[Any, ...]) -> SessionRow:
    id, user_id, created_at, seen_at, expires_at, *rest = row
    return SessionRow(id, user_id, from_instant(created_at), from_instant(seen_at), from_instant(expires_at), *rest)


def _token(row: tuple[Any, ...]) -> TokenRow:
    id, user_id, name, scopes, created_at, expires_at, used_at, address, pulse = row
    return TokenRow(id, user_id, name, None if scopes is None else frozenset(orjson.loads(scopes)),
                    from_instant(created_at), _optional_moment(expires_at), _optional_moment(used_at), address,
                    pulse)
