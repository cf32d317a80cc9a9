"""What an API token's scopes allow: ``read``, ``write``, each also for one object (``read:lead``), and ``admin``."""

from __future__ import annotations

_READING = frozenset({"read", "export"})


def token_allows(scopes: frozenset[str] | None, object: str, action: str) -> bool:
    """Whether a token with ``scopes`` may do ``action`` to ``object`` as far as its user may.

    None: all that the user may.
    """
    if scopes is None:
        return True
    if "write" in scopes or f"write:{object}" in scopes:
        return True
    return action in _READING and ("read" in scopes or f"read:{object}" in scopes)


def may_change(scopes: frozenset[str] | None, object: str = "") -> bool:
    """Whether a token with ``scopes`` may change anything of ``object`` at all; '': of any object."""
    if scopes is None or object:
        return token_allows(scopes, object, "update")
    return any(scope.partition(":")[0] == "write" for scope in scopes)


def is_scope(name: str) -> bool:
    """Whether ``name`` is a scope that a token may carry."""
    kind, colon, object = name.partition(":")
    return (kind in ("read", "write") and bool(object) == bool(colon)) or name == "admin"
