"""Accounts as the faces see them: log in, sessions, API tokens, passwords, and the actor behind each of them.

A request authenticates with one query (``find_session`` or ``find_token``); ``find_actor`` then comes from a cache
that a change of roles or a deactivation makes void for the very next request.
"""

from jimu.access.account_links import INVITATION, RESET, NewLink, create_link, find_link, open_link, use_link
from jimu.access.api_tokens import NewToken, create_token, find_token, list_all_tokens, list_tokens, revoke_token
from jimu.access.identity import Identity, find_actor
from jimu.access.login import (
    MustChange,
    check_password,
    count_failures,
    give_password,
    has_password,
    limit_of,
    log_in,
    note_login,
    require_not_throttled,
    set_password,
    unlock,
)
from jimu.access.passwords import hash_password, require_good_password, verify_password
from jimu.access.sessions import (
    NewSession,
    SessionPolicy,
    create_session,
    end_session,
    end_session_number,
    end_sessions,
    end_sessions_in,
    find_session,
    list_sessions,
    rotate_session,
    session_number,
)

__all__ = [
    "INVITATION",
    "RESET",
    "Identity",
    "MustChange",
    "NewLink",
    "NewSession",
    "NewToken",
    "SessionPolicy",
    "check_password",
    "count_failures",
    "create_link",
    "create_session",
    "create_token",
    "end_session",
    "end_session_number",
    "end_sessions",
    "end_sessions_in",
    "find_actor",
    "find_link",
    "find_session",
    "find_token",
    "give_password",
    "has_password",
    "hash_password",
    "limit_of",
    "list_all_tokens",
    "list_sessions",
    "list_tokens",
    "log_in",
    "note_login",
    "open_link",
    "require_good_password",
    "require_not_throttled",
    "revoke_token",
    "rotate_session",
    "session_number",
    "set_password",
    "unlock",
    "use_link",
    "verify_password",
]
