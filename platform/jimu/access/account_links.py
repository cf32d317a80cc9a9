"""Links by which somebody sets a password without having one: invitations, and resets that an administrator makes.

A link is shown once, kept as its hash, good for one use and a while. A new one makes those before it void.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from jimu.access.passwords import hash_password, require_good_password
from jimu.access.secrets_kept import key_of, make_secret
from jimu.access.sessions import end_sessions_in
from jimu.errors import NotFound
from jimu.messages import Message
from jimu.storage import Store
from jimu.storage.account_links import AccountLinkRow

INVITATION, RESET, CHANGE = "invitation", "reset", "change"

# ``change``: what somebody gets at the log-in who has a password that was given by another.
LIFETIMES = {INVITATION: timedelta(days=7), RESET: timedelta(days=1), CHANGE: timedelta(minutes=15)}


@dataclass(frozen=True, slots=True)
class NewLink:
    """``secret`` is shown once and kept nowhere."""

    secret: str
    expires_at: datetime


def create_link(store: Store, user_id: int, purpose: str, now: datetime, by: int | None = None) -> NewLink:
    """A link for ``user_id``; those made before end. ``by``: the user who asked for it."""
    secret, expires_at = make_secret(), now + LIFETIMES[purpose]
    with store.write() as transaction:
        transaction.remove_account_links(user_id)
        transaction.add_account_link(key_of(secret), user_id, purpose, now, expires_at, by)
    return NewLink(secret, expires_at)


def find_link(store: Store, secret: str, now: datetime) -> AccountLinkRow | None:
    """The link with this secret; None if there is none, or it has expired."""
    if not secret:
        return None
    with store.read() as transaction:
        row = transaction.find_account_link(key_of(secret))
    return row if row is not None and row.expires_at > now else None


def open_link(store: Store, user_id: int, now: datetime) -> AccountLinkRow | None:
    """The link that a user has and may still use."""
    with store.read() as transaction:
        return next((row for row in transaction.list_account_links(user_id) if row.expires_at > now), None)


def use_link(store: Store, secret: str, password: str, now: datetime, *, email: str = "") -> int:
    """Set the password of the link's user, end all sessions and the link; returns the user's id.

    Raises NotFound if the link does not hold (any more), Invalid for a password that may not be chosen.
    """
    require_good_password(password, email)
    hashed = hash_password(password)
    with store.write() as transaction:
        row = transaction.find_account_link(key_of(secret))
        if row is None or row.expires_at <= now or not transaction.remove_account_links(row.user_id):
            raise NotFound(Message("This link is no longer valid. Ask for a new one."))
        transaction.put_credential(row.user_id, hashed, now)
        end_sessions_in(transaction, row.user_id)
    return row.user_id
