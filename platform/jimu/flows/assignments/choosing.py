"""Choosing one of several candidates: pure functions over what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any

from jimu.definitions.kinds.assignment import AssignmentDef
from jimu.messages import Message

Turn = dict[str, str]
"""Kept as JSON. In turn: ``LAST`` → who was last. By weight: person (their id) → their credit, a decimal as text."""

LAST = "last"


@dataclass(frozen=True, slots=True)
class Candidate:
    """``load``: their work at hand; ``today``: what the rule gave them today. ``away``: why they can be given nothing
    whatever their limits: absent, excluded, or ''.
    """

    id: int
    user: Mapping[str, Any]
    load: int = 0
    today: int = 0
    most_open: int | None = None
    most_today: int | None = None
    weight: Decimal = Decimal(1)
    score: Decimal | None = None
    away: str = ""

    @property
    def name(self) -> str:
        return str(self.user.get("name") or "")

    @property
    def hindrance(self) -> str:
        """Why they can be given nothing now: absent, excluded, full, full_today, too_low; '' if they can."""
        if self.away:
            return self.away
        if self.most_open is not None and self.load >= self.most_open:
            return "full"
        if self.most_today is not None and self.today >= self.most_today:
            return "full_today"
        return ""

    def given_one(self) -> Candidate:
        return replace(self, load=self.load + 1, today=self.today + 1)


@dataclass(frozen=True, slots=True)
class Choice:
    """``turn``: whose turn it is afterwards."""

    candidate: Candidate
    why: Message
    turn: Turn


def choose(rule: AssignmentDef, candidates: Sequence[Candidate], turn: Turn, chance: Random) -> Choice | None:
    """Who gets it of ``candidates``, in the rule's way; None if nobody can."""
    able = [c for c in candidates if not c.hindrance and not _is_too_low(rule, c)]
    return _WAYS[rule.how](able, turn, chance) if able else None


def hindrance_of(rule: AssignmentDef, candidate: Candidate) -> str:
    return candidate.hindrance or ("too_low" if _is_too_low(rule, candidate) else "")


def _is_too_low(rule: AssignmentDef, candidate: Candidate) -> bool:
    least = rule.least_score
    return rule.how == "by_match" and least is not None and (candidate.score is None or candidate.score < least)


def _in_turn(able: Sequence[Candidate], turn: Turn, chance: Random) -> Choice:
    """Whoever comes after the last one, in the order of ids; who joins later has their place there too."""
    last = int(turn.get(LAST, "0"))
    ordered = sorted(able, key=lambda c: c.id)
    chosen = next((c for c in ordered if c.id > last), ordered[0])
    return Choice(chosen, Message("Their turn, one of {count}", {"count": len(able)}), {LAST: str(chosen.id)})


def _by_weight(able: Sequence[Candidate], turn: Turn, chance: Random) -> Choice:
    """Smooth weighted round robin (as in nginx): everybody's credit grows by their weight, the greatest credit is
    chosen and pays the sum of all weights. Over time each gets their share, as evenly spread as can be."""
    weighted = [c for c in able if c.weight > 0] or [replace(c, weight=Decimal(1)) for c in able]
    credit = {c.id: Decimal(turn.get(str(c.id), "0")) + c.weight for c in weighted}
    chosen = max(weighted, key=lambda c: (credit[c.id], -c.id))
    credit[chosen.id] -= sum(c.weight for c in weighted)
    after = {**turn, **{str(id): str(value) for id, value in credit.items()}}
    params = {"weight": f"{chosen.weight:f}", "count": len(weighted)}
    why = Message("Their turn by weight {weight}, one of {count}", params)
    return Choice(chosen, why, after)


def _by_load(able: Sequence[Candidate], turn: Turn, chance: Random) -> Choice:
    chosen = min(able, key=lambda c: (c.load, c.today, c.id))
    return Choice(chosen, Message("Least work at hand: {count}", {"count": chosen.load}), turn)


def _by_match(able: Sequence[Candidate], turn: Turn, chance: Random) -> Choice:
    chosen = min(able, key=lambda c: (-(c.score or Decimal(0)), c.load, c.today, c.id))
    params = {"score": f"{chosen.score or 0:f}", "count": chosen.load}
    return Choice(chosen, Message("Fits best: {score} points, work at hand: {count}", params), turn)


def _first(able: Sequence[Candidate], turn: Turn, chance: Random) -> Choice:
    return Choice(able[0], Message("The manager in charge"), turn)


def _random(able: Sequence[Candidate], turn: Turn, chance: Random) -> Choice:
    return Choice(chance.choice(list(able)), Message("By lot, one of {count}", {"count": len(able)}), turn)


_WAYS: Mapping[str, Callable[[Sequence[Candidate], Turn, Random], Choice]] = {
    "round_robin": _in_turn,
    "weighted": _by_weight,
    "by_load": _by_load,
    "by_match": _by_match,
    "manager_of": _first,
    "random": _random,
}
