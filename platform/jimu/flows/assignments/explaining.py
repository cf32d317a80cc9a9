"""Who would get a record now, and why: every rule, every candidate; nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from jimu.access import SYSTEM
from jimu.definitions.kinds.assignment import AssignmentDef
from jimu.flows.assignments.candidates import Candidates, rules_of
from jimu.flows.assignments.choosing import Candidate, choose, hindrance_of
from jimu.messages import Message
from jimu.records import Context, ListRequest, read
from jimu.records.ownership import fitting
from jimu.records.reading import reading

TURN = "assignment_turn"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``hindrance``: why the candidate can be given nothing: absent, full, full_today, too_low; '' if they can."""

    candidate: Candidate
    hindrance: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """``holds``: whether the rule takes the record; ``person``: who would get it by this rule (None: nobody)."""

    rule: AssignmentDef
    holds: bool
    verdicts: tuple[Verdict, ...] = field(default_factory=tuple)
    person: int | None = None
    why: Message | None = None


def explain(object: str, id: int, context: Context) -> list[Explanation]:
    """What each rule of the object would do with the record, in their order; the first that holds is the one that acts.
    Raises NotFound where the actor may not read the record."""
    read.get(object, id, context, fields=(), titles=False)
    engine = context.as_actor(SYSTEM)
    with reading(engine) as transaction:
        within = replace(engine, transaction=transaction)
        row = transaction.fetch(object, [id])[id]
        found = []
        for rule in rules_of(object, within):
            if id not in fitting(object, [id], rule.when, within):
                found.append(Explanation(rule, False))
                continue
            able = Candidates(rule, within).for_record(id, row)
            choice = choose(rule, able, _turn(rule, within), Random(0))  # noqa: S311 - a guess at a lot is no secret
            verdicts = tuple(Verdict(c, hindrance_of(rule, c)) for c in able)
            is_lot = rule.how == "random"
            found.append(
                Explanation(
                    rule,
                    True,
                    verdicts,
                    choice.candidate.id if choice and not is_lot else None,
                    choice.why if choice else None,
                )
            )
    return found


def _turn(rule: AssignmentDef, context: Context) -> dict[str, str]:
    where = f"rule == {rule.name!r}"
    records = read.list_records(ListRequest(TURN, where=where, limit=1, titles=False), context).records
    return dict(records[0].values.get("state") or {}) if records else {}
