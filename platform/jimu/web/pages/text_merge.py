"""Two changes of one text put together, where they do not touch each other."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

# Beyond this, comparing takes longer than a person waits.
_MOST = 20_000
_TOKENS = re.compile(r"[A-Za-z0-9_]+|\s+|.", re.DOTALL)
Change = tuple[int, int, list[str]]


def merge_texts(base: str, mine: str, theirs: str) -> str | None:
    """``base`` with both changes; None where they touch each other, so that a person must choose."""
    if max(len(base), len(mine), len(theirs)) > _MOST or not base:
        return None
    tokens = _TOKENS.findall(base)
    changes = sorted(
        [*_changes(tokens, _TOKENS.findall(mine)), *_changes(tokens, _TOKENS.findall(theirs))],
        key=lambda change: change[:2],
    )
    merged: list[str] = []
    at = -1
    for start, end, instead in changes:
        if start <= at:
            return None
        merged += tokens[max(at, 0) : start] + instead
        at = end
    return "".join(merged + tokens[max(at, 0) :])


def _changes(base: list[str], other: list[str]) -> list[Change]:
    matcher = SequenceMatcher(None, base, other, autojunk=False)
    return [(a, b, other[c:d]) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
