"""Passwords, sessions and API tokens. The faces call this; rows are kept by ``storage.accounts``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jimu.access.actor import Actor
from jimu.definitions.manifest import Manifest
from jimu.storage import Store


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """``idle``: a session ends so long after its last use; ``absolute``: so long after log-in whatever happens."""

    idle: timedelta = timedelta(hours=12)
    absolute: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Identity:
    """What one authentication query tells. ``key``: the session's or token's id. ``scopes`` None: everything."""

    user_id: int
    pulse: int
    key: int
    via: str
    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class NewSession:
    """``token`` goes into the cookie and is kept nowhere else."""

    token: str
    user_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewToken:
    """``secret`` is shown once."""

    secret: str
    id: int


def hash_password(password: str) -> str: raise NotImplementedError
def verify_password(stored: str | None, password: str) -> bool: raise NotImplementedError
def set_password(store: Store, user_id: int, password: str, now: datetime) -> None: raise NotImplementedError
def log_in(store: Store, manifest: Manifest, email: str, password: str, *, address: str, now: datetime, device: str = "",
           policy: SessionPolicy = SessionPolicy(), rate: str = "10 per minute") -> NewSession:
    """Raises Unauthenticated (wrong), TooManyRequests (throttled)."""
    raise NotImplementedError
def create_session(store: Store, user_id: int, now: datetime, *, address: str = "", device: str = "", policy: SessionPolicy = SessionPolicy()) -> NewSession: raise NotImplementedError
def find_session(store: Store, token: str, now: datetime, policy: SessionPolicy = SessionPolicy()) -> Identity | None: raise NotImplementedError
def rotate_session(store: Store, token: str, now: datetime, policy: SessionPolicy = SessionPolicy()) -> NewSession | None: raise NotImplementedError
def end_session(store: Store, token: str) -> None: raise NotImplementedError
def end_sessions(store: Store, user_id: int, *, keep: str | None = None) -> int: raise NotImplementedError
def create_token(store: Store, user_id: int, name: str, *, scopes: frozenset[str] | None, expires_at: datetime | None, now: datetime) -> NewToken: raise NotImplementedError
def find_token(store: Store, secret: str, now: datetime) -> Identity | None: raise NotImplementedError
def revoke_token(store: Store, user_id: int | None, token_id: int) -> bool: raise NotImplementedError
def list_tokens(store: Store, user_id: int) -> Sequence[object]: raise NotImplementedError
def find_actor(store: Store, manifest: Manifest, identity: Identity) -> Actor | None:
    """The actor of ``identity``, cached by (user, pulse); None if the user is gone or deactivated."""
    raise NotImplementedError
