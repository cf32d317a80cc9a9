"""Who would get a record by each assignment rule, in words, for the page that says why."""

from __future__ import annotations

from dataclasses import dataclass

from jimu.flows.assignments import explain
from jimu.flows.assignments.explaining import Verdict
from jimu.messages import Message, Text
from jimu.records import Context

HINDRANCES = {
    "absent": Message("away"),
    "excluded": Message("left out"),
    "full": Message("has as many open as they may"),
    "full_today": Message("got as many today as they may"),
    "too_low": Message("fits too little"),
}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """``acts``: it is the first rule that takes the record. ``chosen``: who would get it, and ``why``."""

    label: Text
    holds: bool
    acts: bool
    chosen: str
    why: Message | None
    candidates: tuple[tuple[str, Message], ...]


def assignment_rows(object: str, id: int, context: Context) -> list[RuleRow]:
    """The rules of the object in their order; [] where it has none."""
    rows: list[RuleRow] = []
    for found in explain(object, id, context):
        names = {v.candidate.id: v.candidate.name for v in found.verdicts}
        acts = found.holds and not any(row.acts for row in rows)
        told = tuple((v.candidate.name, _told(v)) for v in found.verdicts)
        chosen = names.get(found.person, "") if found.person else ""
        rows.append(RuleRow(found.rule.label, found.holds, acts, chosen, found.why, told))
    return rows


def _told(verdict: Verdict) -> Message:
    candidate = verdict.candidate
    if verdict.hindrance:
        return HINDRANCES.get(verdict.hindrance, Message("cannot be given it now"))
    return Message("could get it: {load} open, {today} today", {"load": candidate.load, "today": candidate.today})
