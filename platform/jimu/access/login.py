"""Logging in with e-mail and password: throttled per account and address, telling nobody which accounts exist."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from jimu.access.account_links import CHANGE, create_link
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
from jimu.errors import JimuError, TooManyRequests, Unauthenticated
from jimu.messages import Message
from jimu.storage import Store
from jimu.storage.accounts import Credential

WRONG = Message("The e-mail address or the password is not right.")
_GIVEN_BYTES = 12  # of a password made here: 96 bits
_RATE = re.compile(r"(\d+) per (second|minute|hour|day)")
_PERIODS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}


class MustChange(JimuError):
    """The password is right, but another knows it too. ``link``: the secret of a link to set one's own with."""

    code = "must_change_password"

    def __init__(self, link: str) -> None:
        super().__init__(Message("Choose a password of your own first."))
        self.link = link


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
    e-mail address, a wrong password, a user without one or who is not active; MustChange for a password that was
    given by somebody else.
    """
    subjects = _subjects(email, address)
    require_not_throttled(store, subjects, now, rate)
    user_id, stored = _find_account(store, manifest, email)
    known = stored.password_hash if stored else None
    right = verify_password(known, password)
    if not right or user_id is None or stored is None or not _is_active(store, manifest, user_id):
        with store.write() as transaction:
            transaction.add_login_attempt(subjects, now)
        raise Unauthenticated(WRONG)
    if stored.must_change:
        raise MustChange(create_link(store, user_id, CHANGE, now).secret)
    with store.write() as transaction:
        transaction.remove_login_attempts(subjects[:1])
        if needs_rehash(stored.password_hash):
            transaction.put_credential(user_id, hash_password(password), now)
        transaction.note_login(user_id, now)
    if previous:
        end_session(store, previous)
    return create_session(store, user_id, now, address=address, device=device, policy=policy)


def require_not_throttled(store: Store, subjects: Iterable[str], now: datetime, rate: str) -> None:
    """Raises TooManyRequests when one of ``subjects`` has failed too often; ``details["retry_after"]`` in seconds."""
    limit = limit_of(rate)
    if limit is None:
        return
    most, period = limit
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


def _find_account(store: Store, manifest: Manifest, email: str) -> tuple[int | None, Credential | None]:
    """The id and credential behind an e-mail address; None where there is none."""
    wanted = email.strip()
    if not wanted or USER_OBJECT not in manifest.objects:
        return None, None
    with store.read() as transaction:
        ids = transaction.find_ids(USER_OBJECT, "email", [wanted], ignore_case=True).get(wanted, [])
        credential = transaction.find_credential(ids[0]) if len(ids) == 1 else None
    return (ids[0], credential) if credential is not None else (None, None)


def _is_active(store: Store, manifest: Manifest, user_id: int) -> bool:
    with store.read() as transaction:
        return load_actor(transaction, manifest, user_id) is not None


def set_password(
    store: Store, user_id: int, password: str, now: datetime, *, email: str = "", keep: str = ""
) -> None:
    """Set a user's password and log the user out everywhere, but for the session with the token ``keep``; links to
    set one end too.

    Raises Invalid for a password that may not be chosen.
    """
    require_good_password(password, email)
    _put_password(store, user_id, hash_password(password), now, keep=keep)


def give_password(store: Store, user_id: int, now: datetime) -> str:
    """A password made for a user, who has to choose another one with the first log-in. Logs the user out everywhere."""
    password = secrets.token_urlsafe(_GIVEN_BYTES)
    _put_password(store, user_id, hash_password(password), now, must_change=True)
    return password


def _put_password(
    store: Store, user_id: int, hashed: str, now: datetime, *, keep: str = "", must_change: bool = False
) -> None:
    with store.write() as transaction:
        transaction.put_credential(user_id, hashed, now, must_change)
        transaction.remove_account_links(user_id)
        end_sessions_in(transaction, user_id, keep=keep or None)


def count_failures(store: Store, emails: Iterable[str], since: datetime) -> dict[str, int]:
    """E-mail address → failed log-ins since then."""
    subjects = {f"{_subjects(email, '')[0]}": email for email in emails}
    with store.read() as transaction:
        counts = transaction.count_login_attempts(subjects, since)
    return {subjects[subject]: n for subject, n in counts.items()}


def note_login(store: Store, user_id: int, now: datetime) -> None:
    """A user came in by another way than ``log_in``."""
    with store.write() as transaction:
        transaction.note_login(user_id, now)


def unlock(store: Store, email: str) -> None:
    """Forget the failed log-ins of an account, so that it may be tried again at once."""
    with store.write() as transaction:
        transaction.remove_login_attempts(_subjects(email, ""))


def limit_of(rate: str) -> tuple[int, timedelta] | None:
    """How many failures are let pass in which time; None: any number."""
    matched = _RATE.fullmatch(rate.strip())
    return (int(matched[1]), _PERIODS[matched[2]]) if matched else None


def check_password(store: Store, user_id: int, password: str) -> bool:
    """Whether it is the user's password: asked again before it is changed."""
    with store.read() as transaction:
        credential = transaction.find_credential(user_id)
    return verify_password(credential.password_hash if credential else None, password)


def has_password(store: Store, user_id: int) -> bool:
    """Whether the user can log in with a password at all."""
    with store.read() as transaction:
        return transaction.find_credential(user_id) is not None
