"""The outcome of a visit: a pure function of its policy and its votes, in exact arithmetic. Can be recomputed from
history at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from jimu.definitions.approvals.model import Policy

APPROVED, REJECTED = "approved", "rejected"


@dataclass(frozen=True, slots=True)
class Vote:
    """``answer``: approved, rejected or '' (undecided). ``seq``: the entry that decided it."""

    answer: str
    weight: Fraction = Fraction(1)
    seq: int = 0


def outcome(policy: Policy, votes: Sequence[Vote]) -> str:
    """approved, rejected, or '' while it is open. No votes: open."""
    if not votes:
        return ""
    if policy.collect and any(not v.answer for v in votes):
        return ""
    return _RULES[policy.kind](policy, votes)


def _all(policy: Policy, votes: Sequence[Vote]) -> str:
    if any(v.answer == REJECTED for v in votes):
        return REJECTED
    return APPROVED if all(v.answer == APPROVED for v in votes) else ""


def _any(policy: Policy, votes: Sequence[Vote]) -> str:
    decided = sorted((v for v in votes if v.answer), key=lambda v: v.seq)
    if policy.any_rejects and not policy.collect:
        return decided[0].answer if decided else ""
    if any(v.answer == APPROVED for v in decided):
        return APPROVED
    return REJECTED if len(decided) == len(votes) else ""


def _vote(policy: Policy, votes: Sequence[Vote]) -> str:
    by_weight = policy.weight is not None

    def measure(answer: str) -> Fraction:
        return sum((v.weight if by_weight else Fraction(1) for v in votes if v.answer == answer), Fraction(0))

    approvals, rejections, undecided = measure(APPROVED), measure(REJECTED), measure("")
    total = approvals + rejections + undecided
    need = needed(policy, total)
    if approvals > need or (approvals == need and not policy.strict):
        return APPROVED
    if policy.reject_at is not None and rejections >= _share(policy, policy.reject_at, total):
        return REJECTED
    best = approvals + undecided
    if best < need or (best == need and policy.strict):
        return REJECTED
    return ""


def needed(policy: Policy, total: Fraction) -> Fraction:
    """How much approval a vote of ``total`` needs; more than that, if it is strict."""
    if policy.count is not None:
        return Fraction(policy.count)
    if policy.weight is not None:
        return policy.weight
    if policy.percent is not None:
        return _share(policy, policy.percent, total)
    return _share(policy, policy.fraction if policy.fraction is not None else Fraction(1), total)


def _share(policy: Policy, part: Fraction, total: Fraction) -> Fraction:
    """``part`` in the policy's measure: of the total, or as it stands."""
    if policy.percent is not None:
        return part * total / 100
    return part * total if policy.fraction is not None else part


_RULES = {"all": _all, "any": _any, "sequence": _all, "vote": _vote}
