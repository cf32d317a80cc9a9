"""From those whom the rules name to those who are asked: who left, the submitter himself, nobody at all, and who has
approved already.
"""

from __future__ import annotations

from dataclasses import replace

from jimu.definitions.approvals.model import Empty, PeopleNode
from jimu.flows.approvals import refusals
from jimu.flows.approvals.approvers import Candidate, active_instead, other_admins, pool_members, pools, resolve
from jimu.flows.approvals.choosing import picks_by
from jimu.flows.approvals.hierarchy import head_of, manager_of
from jimu.flows.approvals.model import Task, Visit
from jimu.flows.approvals.tree import lineage
from jimu.flows.approvals.work import Work
from jimu.messages import Message


def admit(work: Work, node: PeopleNode) -> tuple[list[Candidate], list[int], str]:
    """Who is asked, whose share passes because it is the submitter's own, and why somebody else is asked instead."""
    if node.pool:
        found = [c for c in pools(node.approvers) if pool_members(work, c.pool)]
        own: list[int] = []
    else:
        found, own = _without_submitter(work, node, _active(work, resolve(work, node.name, node.approvers)))
    if found or own:
        return found, own, ""
    return _empty(work, node, node.on_empty), [], "empty"


def _active(work: Work, found: list[Candidate]) -> list[Candidate]:
    """Who is not active is replaced by the manager above; each person once."""
    people: dict[int, Candidate] = {}
    for candidate in found:
        person = active_instead(work, candidate.person) if candidate.person is not None else None
        if person is not None:
            people.setdefault(person, replace(candidate, person=person))
    return list(people.values())


def _without_submitter(work: Work, node: PeopleNode, found: list[Candidate]) -> tuple[list[Candidate], list[int]]:
    """What the node says of a submitter who would decide on his own request."""
    submitter = int(work.get("submitter"))
    if node.on_self == "allow" or all(c.person != submitter for c in found):
        return found, []
    if node.on_self == "forbid":
        raise refusals.wrong("self_approval", Message("At {node} you would decide on your own request.", _of(node)))
    others = [c for c in found if c.person != submitter]
    if node.on_self == "skip":
        return others, [submitter]
    if node.on_self == "drop":
        return others, []
    instead = _superior(work, node.on_self, submitter)
    if instead is None or any(c.person == instead for c in others):
        return others, []
    own = next(c for c in found if c.person == submitter)
    return [replace(own, person=instead) if c is own else c for c in found], []


def _superior(work: Work, kind: str, person: int) -> int | None:
    above = manager_of(work, person) if kind == "manager" else head_of(work, person)
    found = active_instead(work, above) if above is not None else None
    return None if found == person else found


def _empty(work: Work, node: PeopleNode, empty: Empty) -> list[Candidate]:
    """The people asked where the rules name nobody; none of them: the node passes (``Empty.then`` is pass)."""
    if empty.then == "refuse":
        raise refusals.wrong(
            "no_approver",
            Message("Nobody can be asked at {node}: {rules} names nobody.", {**_of(node), "rules": _rules(node)}),
        )
    if empty.then == "pass":
        return []
    if empty.then == "people":
        submitter = int(work.get("submitter"))
        found = _active(work, resolve(work, node.name, empty.rules, "on_empty"))
        found = [c for c in found if c.person != submitter or node.on_self == "allow"]
        if found:
            return found
    return [Candidate(p) for p in other_admins(work)[:1]] or [Candidate(None, pool="admins:")]


def _of(node: PeopleNode) -> dict[str, object]:
    return {"node": node.label or node.name}


def _rules(node: PeopleNode) -> list[str]:
    return [" ".join(filter(None, (r.kind, r.name, ", ".join(r.names)))) for r in node.approvers]


def approved_before(work: Work, node: PeopleNode, visit: Visit, person: int) -> Task | None:
    """The real approval of this round by which ``person`` need not be asked again; None: is to be asked.

    Real: by that person for himself, not as an agent, a delegate, or by the engine. A node that wants something
    filled in, written, chosen, signed or done always asks.
    """
    mode = node.dedupe or work.flow.dedupe
    wants = node.is_handle or node.signature or any(v == "required" for v in node.fields.values())
    if mode == "each" or wants or node.comment == "always" or picks_by(work.flow, node.name):
        return None
    line = lineage(work, work.tokens[visit.token])
    earlier = [v for v in work.visits.values() if v.id != visit.id and _counts(work, v, visit, line)]
    if mode == "consecutive":
        earlier = earlier[-1:]
    for before in reversed(earlier):
        for task in work.tasks_of(before.id):
            if task.person == person and _is_real(task):
                return task
            if task.person == person and task.reason == "duplicate":
                return work.tasks.get(task.replaces or 0)
    return None


def _counts(work: Work, before: Visit, visit: Visit, line: set[int]) -> bool:
    if before.state != "done" or before.round != visit.round or not isinstance(work.node(before), PeopleNode):
        return False
    return before.token in line or before.token not in work.tokens


def _is_real(task: Task) -> bool:
    return task.state == "approved" and task.kind == "approve" and task.decided_by == task.person and not task.parent
