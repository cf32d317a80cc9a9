"""Sessions: a random token in a cookie, kept as its hash, ending after a time unused and after a time at all.

A session gets a new token at each log-in, so a token that was planted before is worth nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from jimu.access.audit import By
from jimu.access.identity import Identity
from jimu.access.secrets_kept import key_of, make_secret
from jimu.storage import Store, Transaction
from jimu.storage.accounts import SessionRow


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """``idle``: a session ends so long after its last use; ``absolute``: so long after log-in whatever happens."""

    idle: timedelta = timedelta(hours=12)
    absolute: timedelta = timedelta(days=7)

    def expiry(self, created_at: datetime, now: datetime) -> datetime:
        return min(now + self.idle, created_at + self.absolute)


@dataclass(frozen=True, slots=True)
class NewSession:
    """``token`` goes into the cookie and is kept nowhere else. ``stage``: what is to be done before it is a session
    ('': it is one); until then it opens that step alone.
    """

    token: str
    user_id: int
    expires_at: datetime
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """From where somebody comes. ``address``: of the network; ``device``: what the browser says of itself;
    ``previous``: the token of a session that the browser still had (it ends); ``known``: the token of a device that
    is spared the second factor.
    """

    address: str = ""
    device: str = ""
    previous: str = ""
    known: str = ""


NOWHERE = Arrival()
DEFAULT_POLICY = SessionPolicy()
# So long there is for the step before a session.
STEP = timedelta(minutes=10)
# The last use is noted at most so often, so that reading pages does not write.
_NOTE_USE = timedelta(minutes=1)


def add_session(
    transaction: Transaction, by: By, arrival: Arrival, policy: SessionPolicy, stage: str = "", method: str = ""
) -> NewSession:
    """A session of the actor of ``by``, who has proved who they are; or of the step before it."""
    token, user_id = make_secret(), by.actor.id or 0
    expires_at = by.at + STEP if stage else policy.expiry(by.at, by.at)
    transaction.add_session(
        key_of(token), user_id, by.at, expires_at, arrival.address, arrival.device[:200], stage=stage, method=method
    )
    return NewSession(token, user_id, expires_at, stage)


def create_session(
    store: Store,
    user_id: int,
    now: datetime,
    arrival: Arrival = Arrival(),
    policy: SessionPolicy = DEFAULT_POLICY,
) -> NewSession:
    """A new session of a user who has proved who they are and has been let in before (see ``login.begin_session``)."""
    token, expires_at = make_secret(), policy.expiry(now, now)
    with store.write() as transaction:
        transaction.add_session(key_of(token), user_id, now, expires_at, arrival.address, arrival.device[:200])
    return NewSession(token, user_id, expires_at)


def find_session(
    store: Store,
    token: str,
    now: datetime,
    policy: SessionPolicy = DEFAULT_POLICY,
) -> Identity | None:
    """Who the session stands for, in one query; None if there is no such session or it has ended."""
    if not token:
        return None
    with store.read() as transaction:
        row = transaction.find_session(key_of(token))
    if row is None or row.expires_at <= now or row.stage:
        return None
    if now - row.seen_at >= _NOTE_USE:
        with store.write() as transaction:
            transaction.touch_session(row.id, now, policy.expiry(row.created_at, now))
    return Identity(row.user_id, row.pulse, row.id, "web", at=now, viewing=row.viewing)


def rotate_session(
    store: Store,
    token: str,
    now: datetime,
    policy: SessionPolicy = DEFAULT_POLICY,
) -> NewSession | None:
    """The same session under a new token (after a change of password, say); None if it has ended."""
    fresh = make_secret()
    with store.write() as transaction:
        row = transaction.find_session(key_of(token))
        if row is None or row.expires_at <= now or row.stage:
            return None
        expires_at = policy.expiry(row.created_at, now)
        transaction.end_session(key_of(token))
        transaction.add_session(
            key_of(fresh), row.user_id, now, expires_at, row.address, row.agent, row.created_at, method=row.method
        )
    return NewSession(fresh, row.user_id, expires_at)


def find_step(store: Store, token: str, now: datetime) -> SessionRow | None:
    """The step before a session that this token opens; None if there is none (any more)."""
    if not token:
        return None
    with store.read() as transaction:
        row = transaction.find_session(key_of(token))
    return row if row is not None and row.stage and row.expires_at > now else None


def end_session(store: Store, token: str, by: By | None = None) -> None:
    """Log out here. ``by`` None: nobody did, so nothing is noted."""
    with store.write() as transaction:
        if transaction.end_session(key_of(token)) and by is not None:
            by.note(transaction, "login.out")


def end_sessions(store: Store, user_id: int, by: By, *, keep: str | None = None) -> int:
    """Log out everywhere, but for the session with the token ``keep``; returns how many ended."""
    with store.write() as transaction:
        ended = end_sessions_in(transaction, user_id, keep=keep)
        if ended:
            by.note(transaction, "account.sessions_ended", subject=user_id, details={"count": ended})
        return ended


def end_sessions_in(transaction: Transaction, user_id: int, *, keep: str | None = None) -> int:
    """The same as part of a transaction: a user who is deactivated is logged out by the same commit."""
    return transaction.end_sessions(user_id, key_of(keep) if keep else None)


def end_session_number(store: Store, user_id: int, number: int, by: By) -> bool:
    """End one session of a user, by its ``id`` in ``list_sessions``; False: there is none."""
    with store.write() as transaction:
        ended = transaction.end_session_number(number, user_id)
        if ended:
            by.note(transaction, "account.sessions_ended", subject=user_id, details={"count": 1})
        return ended


def session_number(store: Store, token: str) -> int | None:
    """The ``id`` in ``list_sessions`` of the session with this token."""
    with store.read() as transaction:
        row = transaction.find_session(key_of(token)) if token else None
    return row.id if row else None


def list_sessions(store: Store, user_id: int, now: datetime) -> list[SessionRow]:
    """The living sessions of a user, the last used first."""
    with store.read() as transaction:
        return [row for row in transaction.list_sessions(user_id) if row.expires_at > now]
