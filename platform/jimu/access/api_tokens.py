"""API tokens: shown once, kept as their hash, limited by scopes and time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from jimu.access.audit import By
from jimu.access.identity import Identity
from jimu.access.secrets_kept import key_of, make_secret
from jimu.access.token_scopes import is_scope
from jimu.errors import Invalid, Problem
from jimu.messages import Message
from jimu.storage import Store
from jimu.storage.accounts import TokenRow

# So that a token is known for what it is where it was left lying about.
PREFIX = "jimu_"
_NOTE_USE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class NewToken:
    """``secret`` is shown once and kept nowhere."""

    secret: str
    id: int


@dataclass(frozen=True, slots=True)
class TokenWish:
    """A token to be made. ``scopes`` None: all that the user may; ``expires_at`` None: never, as far as the
    installation lets tokens live.
    """

    name: str
    scopes: Iterable[str] | None = None
    expires_at: datetime | None = None


def create_token(store: Store, user_id: int, wish: TokenWish, by: By, longest: timedelta | None = None) -> NewToken:
    """A token that acts as the user. ``longest``: so long it lives at most.

    Raises Invalid for a bad scope.
    """
    given = None if wish.scopes is None else frozenset(wish.scopes)
    wrong = sorted(s for s in given or () if not is_scope(s))
    if wrong or (given is not None and not given):
        message = (
            Message("These are no scopes: {scopes}.", {"scopes": wrong}) if wrong else Message("A scope is needed.")
        )
        raise Invalid(message, [Problem("bad_scope", message, "scopes")])
    secret = make_secret(PREFIX)
    with store.write() as transaction:
        ends = [moment for moment in (wish.expires_at, by.at + longest if longest else None) if moment]
        id = transaction.add_token(key_of(secret), user_id, wish.name, given, by.at, min(ends, default=None))
        told = {"token": id, "scopes": None if given is None else sorted(given)}
        by.note(transaction, "account.token_made", subject=user_id, text=wish.name, details=told)
    return NewToken(secret, id)


def find_token(store: Store, secret: str, now: datetime, address: str = "") -> Identity | None:
    """Who the token stands for, in one query; None if there is no such token or it has expired. ``address``: from
    where it is used.
    """
    if not secret.startswith(PREFIX):
        return None
    with store.read() as transaction:
        row = transaction.find_token(key_of(secret))
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        return None
    if row.used_at is None or now - row.used_at >= _NOTE_USE or row.address != address:
        with store.write() as transaction:
            transaction.touch_token(row.id, now, address)
    return Identity(row.user_id, row.pulse, row.id, "api", row.scopes, now)


def revoke_token(store: Store, user_id: int | None, token_id: int, by: By) -> bool:
    """End a token (with ``user_id`` only if it is that user's); False if there is none."""
    with store.write() as transaction:
        ended = transaction.revoke_token(token_id, user_id)
        if ended:
            by.note(transaction, "account.token_revoked", subject=user_id, details={"token": token_id})
        return ended


def list_tokens(store: Store, user_id: int) -> list[TokenRow]:
    """A user's tokens, newest first, without their secrets."""
    with store.read() as transaction:
        return transaction.list_tokens(user_id)


def list_all_tokens(store: Store, limit: int, before: int | None = None) -> list[TokenRow]:
    """Everybody's tokens, newest first; ``before``: the id of the last one of the page before."""
    with store.read() as transaction:
        return transaction.list_all_tokens(limit, before)
