"""The synchroniser token against cross-site request forgery, tied to the session; both faces check the same one."""

from __future__ import annotations

import hashlib
import hmac

SESSION_COOKIE = "jimu_session"
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"


def csrf_token(secret: bytes, session_token: str) -> str:
    """The token that forms and scripts of the session ``session_token`` must send along: 64 hex digits."""
    return hmac.new(secret, b"csrf:" + session_token.encode(), hashlib.sha256).hexdigest()


def is_csrf_token(secret: bytes, session_token: str, given: str | None) -> bool:
    return bool(given) and hmac.compare_digest(csrf_token(secret, session_token), given or "")
