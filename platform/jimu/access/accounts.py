"""Accounts as the faces see them: log in, sessions, API tokens, passwords, and the actor behind each of them.

A request authenticates with one query (``find_session`` or ``find_token``); ``find_actor`` then comes from a cache
that a change of roles or a deactivation makes void for the very next request. Whatever changes an account takes a
``By`` and leaves an entry in the audit.
"""

from jimu.access.account_links import INVITATION, RESET, NewLink, create_link, find_link, open_link
from jimu.access.account_policy import AccountPolicy, limit_of, policy_of
from jimu.access.api_tokens import (
    NewToken,
    TokenWish,
    create_token,
    find_token,
    list_all_tokens,
    list_tokens,
    revoke_token,
)
from jimu.access.audit import By, by_system
from jimu.access.identity import Identity, find_actor
from jimu.access.login import LogIn, MustChange, Proof, begin_session, count_failures, find_user, log_in, unlock
from jimu.access.own_password import Choice, give_password, has_password, require_own_password, set_password, use_link
from jimu.access.passwords import hash_password, require_good_password, verify_password
from jimu.access.sessions import (
    Arrival,
    NewSession,
    SessionPolicy,
    create_session,
    end_session,
    end_session_number,
    end_sessions,
    end_sessions_in,
    find_session,
    find_step,
    list_sessions,
    rotate_session,
    session_number,
)

__all__ = [
    "INVITATION",
    "RESET",
    "AccountPolicy",
    "Arrival",
    "By",
    "Choice",
    "Identity",
    "LogIn",
    "MustChange",
    "NewLink",
    "NewSession",
    "NewToken",
    "Proof",
    "SessionPolicy",
    "TokenWish",
    "begin_session",
    "by_system",
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
    "find_step",
    "find_token",
    "find_user",
    "give_password",
    "has_password",
    "hash_password",
    "limit_of",
    "list_all_tokens",
    "list_sessions",
    "list_tokens",
    "log_in",
    "open_link",
    "policy_of",
    "require_good_password",
    "require_own_password",
    "revoke_token",
    "rotate_session",
    "session_number",
    "set_password",
    "unlock",
    "use_link",
    "verify_password",
]
