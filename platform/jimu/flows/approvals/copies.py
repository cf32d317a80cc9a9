"""Copies: who is told and may read, and never has to act. One notice for each person in a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jimu.definitions.approvals.model import ApproverRule
from jimu.flows.approvals.approvers import resolve
from jimu.flows.approvals.work import Work


def copy_to(work: Work, node: str, rules: Sequence[ApproverRule], place: str) -> None:
    send(work, node, [c.person for c in resolve(work, node, rules, place) if c.person is not None])


def send(work: Work, node: str, people: Iterable[int]) -> None:
    """Those who are active and have had none yet are told; nobody is fine too."""
    told = work.get("told")
    found = [p for p in dict.fromkeys(people) if p not in told and work.world.is_active(p)]
    if not found:
        return
    work.set(told=told | frozenset(found), readers=work.get("readers") | frozenset(found))
    work.note("copied", node=node, details={"people": found})
    work.tell("copied", found)
