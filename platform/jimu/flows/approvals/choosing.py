"""People chosen by hand: by the submitter on handing in, or by who decides at an earlier step. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from jimu.definitions.approvals.model import ApproverRule, FlowDef, PeopleNode
from jimu.flows.approvals import refusals
from jimu.flows.approvals.approvers import pick_range
from jimu.flows.approvals.work import Work
from jimu.messages import Message

SUBMITTER = "submitter"
Picks = Mapping[str, tuple[int, ...]]


def picks_by(flow: FlowDef, by: str) -> list[tuple[PeopleNode, ApproverRule]]:
    """The nodes whose people are chosen by the submitter, or at the node ``by``."""
    nodes = (n for n in flow.nodes.values() if isinstance(n, PeopleNode))
    return [(n, r) for n in nodes for r in n.approvers if r.kind == "pick" and r.of == by]


def take_picks(work: Work, picks: Picks, by: str, *, is_needed: bool = True) -> None:
    """Keep who is chosen; ``is_needed``: everybody has to be chosen now who is not yet."""
    for name, people in picks.items():
        _check(work, name, people, by)
    if picks:
        work.set(picks={**work.get("picks"), **picks})
    missing = find_missing(work, by) if is_needed else None
    if missing is not None:
        text = Message("Choose who is asked at {node}.", {"node": missing.label or missing.name})
        raise refusals.wrong("choose", text, missing.name)


def find_missing(work: Work, by: str) -> PeopleNode | None:
    """A node for which ``by`` has yet to choose people."""
    known = work.get("picks")
    return next((n for n, rule in picks_by(work.flow, by) if len(known.get(n.name, ())) < rule.least), None)


def _check(work: Work, name: str, people: tuple[int, ...], by: str) -> None:
    """Who is chosen must be among those who may be, as many as asked for, and active."""
    rule = next((r for n, r in picks_by(work.flow, by) if n.name == name), None)
    if rule is None:
        raise refusals.wrong("no_choice", Message("Nobody is chosen for {node}.", {"node": name}), name)
    allowed = pick_range(work, rule)
    if (allowed is not None and not set(people) <= allowed) or not all(map(work.world.is_active, people)):
        raise refusals.wrong("not_to_choose", Message("One of those chosen may not be chosen here."), name)
    if len(people) < rule.least or (rule.most is not None and len(people) > rule.most):
        raise refusals.wrong("how_many", Message("Choose as many people as this step wants."), name)
