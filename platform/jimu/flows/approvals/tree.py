"""Tokens as a tree: whose branch is whose."""

from __future__ import annotations

from jimu.flows.approvals.model import Token
from jimu.flows.approvals.work import Work


def parent_of(work: Work, token: Token) -> Token | None:
    """The token that waits at the block in whose branch this one walks."""
    return work.tokens.get(work.visits[token.block].token) if token.block is not None else None


def lineage(work: Work, token: Token) -> set[int]:
    """The token and those above it."""
    found = {token.id}
    above = parent_of(work, token)
    while above is not None:
        found.add(above.id)
        above = parent_of(work, above)
    return found


def below(work: Work, token: Token) -> list[Token]:
    """The tokens in the branches that began at this one, deepest last."""
    own = {v.id for v in work.visits.values() if v.token == token.id}
    found = []
    for child in [t for t in work.tokens.values() if t.block in own]:
        found += [child, *below(work, child)]
    return found


def descended(work: Work, token: int) -> set[int]:
    """Ids of the token and of all that ever began below it, also those gone."""
    found, grown = {token}, True
    while grown:
        blocks = {v.id for v in work.visits.values() if v.token in found}
        more = {v.token for v in work.visits.values() if v.block in blocks} - found
        found |= more
        grown = bool(more)
    return found
