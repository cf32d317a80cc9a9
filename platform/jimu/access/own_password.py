"""Setting a password: chosen by its owner, or given by somebody else for a first log-in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from jimu.access.account_links import find_link
from jimu.access.account_policy import DEFAULT_ACCOUNT_POLICY, AccountPolicy
from jimu.access.audit import By
from jimu.access.login import WRONG, Failure, fail, require_not_throttled, subjects_of
from jimu.access.passwords import hash_password, require_good_password, verify_password
from jimu.access.secrets_kept import key_of
from jimu.access.sessions import Arrival, end_sessions_in
from jimu.errors import NotFound, Unauthenticated
from jimu.messages import Message
from jimu.storage import Store, Transaction

NO_LINK = Message("This link is no longer valid. Ask for a new one.")
_GIVEN_BYTES = 12  # of a password made here: 96 bits


@dataclass(frozen=True, slots=True)
class Choice:
    """A password that somebody chose. ``email``: of its owner, which it must not be; ``keep``: the token of the
    session that goes on.
    """

    password: str
    email: str = ""
    keep: str = ""


def set_password(
    store: Store, user_id: int, choice: Choice | str, by: By, policy: AccountPolicy = DEFAULT_ACCOUNT_POLICY
) -> None:
    """Set a user's password and log the user out everywhere, but for the session to keep; links to set one, and
    devices that were spared the second factor, end too.

    Raises Invalid for a password that may not be chosen.
    """
    chosen = choice if isinstance(choice, Choice) else Choice(choice)
    require_choosable(store, user_id, chosen, policy)
    hashed = hash_password(chosen.password)
    with store.write() as transaction:
        keep_password(transaction, user_id, hashed, by, policy)
        end_sessions_in(transaction, user_id, keep=chosen.keep or None)
        by.note(transaction, "account.password_changed", subject=user_id)


def require_choosable(store: Store, user_id: int, choice: Choice, policy: AccountPolicy) -> None:
    """Raises Invalid for a password that may not be chosen: too weak, or had before."""
    before: list[str] = []
    if policy.password.history:
        with store.read() as transaction:
            now = transaction.find_credential(user_id)
            before = [*([now.password_hash] if now else []), *transaction.passwords_before(user_id)]
    require_good_password(choice.password, choice.email, policy.password, before)


def keep_password(transaction: Transaction, user_id: int, hashed: str, by: By, policy: AccountPolicy) -> None:
    """Put the hash of a chosen password in its place; the one before goes into the history."""
    stored = transaction.find_credential(user_id)
    if stored is not None and stored.password_hash and not stored.must_change:
        transaction.add_password_before(user_id, stored.password_hash, by.at, policy.password.history - 1)
    transaction.put_credential(user_id, hashed, by.at)
    transaction.remove_account_links(user_id)
    transaction.forget_devices(user_id)


def use_link(
    store: Store, secret: str, choice: Choice, by: By, policy: AccountPolicy = DEFAULT_ACCOUNT_POLICY
) -> int:
    """Set the password of the link's user, end all sessions and the link; returns the user's id. ``by``: nobody, from
    some address.

    Raises NotFound if the link does not hold (any more), Invalid for a password that may not be chosen.
    """
    found = find_link(store, secret, by.at)
    if found is None:
        raise NotFound(NO_LINK)
    require_choosable(store, found.user_id, choice, policy)
    hashed = hash_password(choice.password)
    with store.write() as transaction:
        row = transaction.find_account_link(key_of(secret))
        if row is None or not transaction.remove_account_links(row.user_id):
            raise NotFound(NO_LINK)
        keep_password(transaction, row.user_id, hashed, by, policy)
        end_sessions_in(transaction, row.user_id)
        by.note(transaction, "account.link_used", subject=row.user_id, details={"purpose": row.purpose})
    return row.user_id


def give_password(store: Store, user_id: int, by: By, policy: AccountPolicy = DEFAULT_ACCOUNT_POLICY) -> str:
    """A password made for a user, who has to choose another one with the first log-in, before long. Logs the user out
    everywhere.
    """
    password = secrets.token_urlsafe(_GIVEN_BYTES)
    with store.write() as transaction:
        transaction.put_credential(user_id, hash_password(password), by.at, True, by.at + policy.given_for)
        transaction.remove_account_links(user_id)
        transaction.forget_devices(user_id)
        end_sessions_in(transaction, user_id)
        by.note(transaction, "account.password_given", subject=user_id)
    return password


def void_given_password(transaction: Transaction, user_id: int) -> None:
    """What somebody else gave or made for an account opens it no more: it has come to more rights than the giver may
    have.
    """
    transaction.void_given_password(user_id)
    transaction.remove_account_links(user_id)


def require_own_password(
    store: Store, by: By, password: str, policy: AccountPolicy = DEFAULT_ACCOUNT_POLICY
) -> None:
    """Asked again before something grave: raises Unauthenticated unless it is the password of ``by``, TooManyRequests
    after too many failures.
    """
    actor = by.actor
    subjects = subjects_of(actor.email, actor.address)
    require_not_throttled(store, subjects, by.at, policy)
    with store.read() as transaction:
        stored = transaction.find_credential(actor.id or 0)
    if not verify_password(stored.password_hash if stored else None, password):
        fail(store, Failure(actor.email, subjects, actor.id), by.at, policy, Arrival(actor.address))
        raise Unauthenticated(WRONG)


def has_password(store: Store, user_id: int) -> bool:
    """Whether the user can log in with a password at all."""
    with store.read() as transaction:
        stored = transaction.find_credential(user_id)
    return stored is not None and bool(stored.password_hash)


def password_changed_at(store: Store, user_id: int) -> datetime | None:
    with store.read() as transaction:
        stored = transaction.find_credential(user_id)
    return stored.changed_at if stored else None
