"""Logging in with e-mail and password: throttled per account and address, telling nobody which accounts exist."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from jimu.access.loading import load_actor
from jimu.access.passwords import hash_password, needs_rehash, require_good_password, verify_password
from jimu.access.scopes import USER_OBJECT
from jimu.access.sessions import (
    DEFAULT_POLICY,
    NewSession,
    SessionPolicy,
    create_session,
    end_session,
    end_sessions_in,
)
from jimu.definitions.manifest import Manifest
from jimu.errors import TooManyRequests, Unauthenticated
from jimu.messages import Message
from jimu.storage import Store

WRONG = Message("The e-mail address or the password is not right.")
_RATE = re.compile(r"(\d+) per (second|minute|hour|day)")
_PERIODS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}


def log_in(
    store: Store,
    manifest: Manifest,
    email: str,
    password: str,
    *,
    address: str,
    now: datetime,
    device: str = "",
    previous: str = "",
    policy: SessionPolicy = DEFAULT_POLICY,
    rate: str = "10 per minute",
) -> NewSession:
    """A new session. ``address``: the network address; ``previous``: the token of a session that the browser still had
    (it ends).

    Raises TooManyRequests after too many failures, Unauthenticated (always the same) for anything else: an unknown
    e-mail address, a wrong password, a user without one or who is not active.
    """
    subjects = _subjects(email, address)
    require_not_throttled(store, subjects, now, rate)
    user_id, stored = _find_account(store, manifest, email)
    if not verify_password(stored, password) or user_id is None or not _is_active(store, manifest, user_id):
        with store.write() as transaction:
            transaction.add_login_attempt(subjects, now)
        raise Unauthenticated(WRONG)
    with store.write() as transaction:
        transaction.remove_login_attempts(subjects[:1])
        if stored is not None and needs_rehash(stored):
            transaction.put_credential(user_id, hash_password(password), now)
    if previous:
        end_session(store, previous)
    return create_session(store, user_id, now, address=address, device=device, policy=policy)


def require_not_throttled(store: Store, subjects: Iterable[str], now: datetime, rate: str) -> None:
    """Raises TooManyRequests when one of ``subjects`` has failed too often; ``details["retry_after"]`` in seconds."""
    matched = _RATE.fullmatch(rate.strip())
    if matched is None:
        return
    most, period = int(matched[1]), _PERIODS[matched[2]]
    with store.read() as transaction:
        counts = transaction.count_login_attempts(subjects, now - period)
    if any(count >= most for count in counts.values()):
        raise TooManyRequests(
            Message("Too many failed attempts; wait a little and try again."),
            details={"retry_after": int(period.total_seconds())},
        )


def _subjects(email: str, address: str) -> list[str]:
    """What failures are counted for, the account first."""
    found = [f"account:{email.strip().casefold()[:200]}"]
    return [*found, f"address:{address}"] if address else found


def _find_account(store: Store, manifest: Manifest, email: str) -> tuple[int | None, str | None]:
    """The id and password hash behind an e-mail address; None where there is none."""
    wanted = email.strip()
    if not wanted or USER_OBJECT not in manifest.objects:
        return None, None
    with store.read() as transaction:
        ids = transaction.find_ids(USER_OBJECT, "email", [wanted], ignore_case=True).get(wanted, [])
        credential = transaction.find_credential(ids[0]) if len(ids) == 1 else None
    return (ids[0], credential.password_hash) if credential is not None else (None, None)


def _is_active(store: Store, manifest: Manifest, user_id: int) -> bool:
    with store.read() as transaction:
        return load_actor(transaction, manifest, user_id) is not None


def set_password(
    store: Store, user_id: int, password: str, now: datetime, *, email: str = "", keep: str = ""
) -> None:
    """Set a user's password and log the user out everywhere, but for the session with the token ``keep``.

    Raises Invalid for a password that may not be chosen.
    """
    require_good_password(password, email)
    hashed = hash_password(password)
    with store.write() as transaction:
        transaction.put_credential(user_id, hashed, now)
        end_sessions_in(transaction, user_id, keep=keep or None)


def check_password(store: Store, user_id: int, password: str) -> bool:
    """Whether it is the user's password: asked again before it is changed."""
    with store.read() as transaction:
        credential = transaction.find_credential(user_id)
    return verify_password(credential.password_hash if credential else None, password)


def has_password(store: Store, user_id: int) -> bool:
    """Whether the user can log in with a password at all."""
    with store.read() as transaction:
        return transaction.find_credential(user_id) is not None
