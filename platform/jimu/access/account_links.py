"""Links by which somebody sets a password without having one: invitations, and resets that an administrator makes.

A link is shown once, kept as its hash, good for one use and a while. A new one makes those before it void.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from jimu.access.audit import By
from jimu.access.secrets_kept import key_of, make_secret
from jimu.storage import Store, Transaction
from jimu.storage.account_links import AccountLinkRow

INVITATION, RESET, CHANGE = "invitation", "reset", "change"

# ``change``: what somebody gets at the log-in who has a password that was given by another.
LIFETIMES = {INVITATION: timedelta(days=7), RESET: timedelta(days=1), CHANGE: timedelta(minutes=15)}


@dataclass(frozen=True, slots=True)
class NewLink:
    """``secret`` is shown once and kept nowhere."""

    secret: str
    expires_at: datetime


def create_link(store: Store, user_id: int, purpose: str, by: By) -> NewLink:
    """A link for ``user_id``; those made before end."""
    with store.write() as transaction:
        return add_link(transaction, user_id, purpose, by)


def add_link(transaction: Transaction, user_id: int, purpose: str, by: By) -> NewLink:
    """The same as part of a transaction."""
    secret, expires_at = make_secret(), by.at + LIFETIMES[purpose]
    transaction.remove_account_links(user_id)
    transaction.add_account_link(key_of(secret), user_id, purpose, by.at, expires_at, by.actor.id or None)
    by.note(transaction, "account.link_made", subject=user_id, details={"purpose": purpose})
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
