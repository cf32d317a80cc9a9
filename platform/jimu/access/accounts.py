"""Accounts as the faces see them: log in, sessions, API tokens, passwords, and the actor behind each of them.

A request authenticates with one query (``find_session`` or ``find_token``); ``find_actor`` then comes from a cache
that a change of roles or a deactivation makes void for the very next request.
"""

from jimu.access.api_tokens import NewToken, create_token, find_token, list_tokens, revoke_token
from jimu.access.identity import Identity, find_actor
from jimu.access.login import check_password, has_password, log_in, require_not_throttled, set_password
from jimu.access.passwords import hash_password, require_good_password, verify_password
from jimu.access.sessions import (
    NewSession,
    SessionPolicy,
    create_session,
    end_session,
    end_sessions,
    end_sessions_in,
    find_session,
    list_sessions,
    rotate_session,
)

__all__ = [
    "Identity",
    "NewSession",
    "NewToken",
    "SessionPolicy",
    "check_password",
    "create_session",
    "create_token",
    "end_session",
    "end_sessions",
    "end_sessions_in",
    "find_actor",
    "find_session",
    "find_token",
    "has_password",
    "hash_password",
    "list_sessions",
    "list_tokens",
    "log_in",
    "require_good_password",
    "require_not_throttled",
    "revoke_token",
    "rotate_session",
    "set_password",
    "verify_password",
]
