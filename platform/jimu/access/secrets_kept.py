"""Secrets that are handed out once and kept only as their hash: session tokens and API tokens."""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32  # 256 bits: nothing to guess, so a plain hash is enough


def make_secret(prefix: str = "") -> str:
    """A random secret that is safe in cookies, headers and URLs."""
    return prefix + secrets.token_urlsafe(_BYTES)


def key_of(secret: str) -> str:
    """What is kept of ``secret``: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
