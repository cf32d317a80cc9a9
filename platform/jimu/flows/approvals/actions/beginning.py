"""The submitter's part: hand in, hand in again, withdraw; and what follows an approved revocation."""

from __future__ import annotations

from collections.abc import Mapping

from jimu.definitions.approvals.model import PeopleNode
from jimu.flows.approvals import refusals
from jimu.flows.approvals.approvers import pick_range
from jimu.flows.approvals.events import Revoked, Submit, Withdraw
from jimu.flows.approvals.model import APPROVED, DRAFT, ERROR, RETURNED, REVOKED, RUNNING, SUSPENDED, WITHDRAWN, Token
from jimu.flows.approvals.moving import finish
from jimu.flows.approvals.routes import nodes_ahead, outermost
from jimu.flows.approvals.work import Work
from jimu.messages import Message


def submit(work: Work, event: Submit) -> None:
    """The first time, or again after it was returned: from the start, or where it was returned from."""
    again = work.state == RETURNED
    if work.state not in (DRAFT, RETURNED):
        raise refusals.not_running(work.state)
    if again and event.actor != work.get("submitter") and not work.world.is_admin(event.actor):
        raise refusals.not_yours()
    check_picks(work, event.picks, "submitter")
    back = work.get("back")
    work.set(state=RUNNING, round=work.round + 1, decided=False, back=None, undo=())
    work.set(picks={**work.get("picks"), **event.picks})
    work.note("resubmitted" if again else "submitted", comment=event.comment, details={"round": work.round})
    work.effect("actions", point="submit", data={"again": again})
    token = work.put_token(Token(work.new_id(), ""))
    work.go(token, _where(work, back))


def _where(work: Work, back: tuple[str, str] | None) -> str:
    """Resuming leads to the node that returned it, if that is still on the way; in a block: to the whole block."""
    if back is None or not back[1]:
        return work.flow.first
    node = outermost(work.flow, back[0])
    if node is None or node not in nodes_ahead(work):
        work.note_own("route_changed", node=back[0])
        return work.flow.first
    if back[1] == "remaining" and node == back[0]:
        work.resuming = node
    return node


def check_picks(work: Work, picks: Mapping[str, tuple[int, ...]], by: str) -> None:
    """Who is chosen must be among those who may be, as many as asked for, and active."""
    for name, people in picks.items():
        node = work.flow.nodes.get(name)
        rule = next((r for r in node.approvers if r.kind == "pick"), None) if isinstance(node, PeopleNode) else None
        if rule is None or (rule.of != by and by != "admin"):
            raise refusals.wrong("no_choice", Message("Nobody is chosen for {node}.", {"node": name}), name)
        allowed = pick_range(work, rule)
        if (allowed is not None and not set(people) <= allowed) or not all(map(work.world.is_active, people)):
            raise refusals.wrong("not_to_choose", Message("One of those chosen may not be chosen here."), name)
        if len(people) < rule.least or (rule.most is not None and len(people) > rule.most):
            raise refusals.wrong("how_many", Message("Choose as many people as this step wants."), name)
    if by != "submitter":
        return
    for node in work.flow.nodes.values():
        for rule in node.approvers if isinstance(node, PeopleNode) else ():
            known = {**work.get("picks"), **picks}
            if rule.kind == "pick" and rule.of == "submitter" and len(known.get(node.name, ())) < rule.least:
                missing = Message("Choose who is asked at {node}.", {"node": node.label or node.name})
                raise refusals.wrong("choose", missing, node.name)


def withdraw(work: Work, event: Withdraw) -> None:
    if work.state not in (RUNNING, RETURNED, SUSPENDED, ERROR):
        raise refusals.not_running(work.state)
    if event.actor != work.get("submitter"):
        raise refusals.not_yours()
    if is_too_late(work):
        raise refusals.conflict(Message("It can no longer be withdrawn."))
    work.note("withdrawn", comment=event.comment)
    work.effect("actions", point="recall")
    finish(work, WITHDRAWN)


def is_too_late(work: Work) -> bool:
    """Whether the flow does not let it be withdrawn any more, or at all."""
    rule, until = work.flow.withdraw, work.flow.withdraw_until
    counting = (v for v in work.visits.values() if v.round == work.round and v.state in ("open", "done"))
    reached = any(v.node == until for v in counting)
    decided = bool(work.get("decided"))
    return {"never": True, "before_first_decision": decided, "until": reached}.get(rule, False)


def revoked(work: Work, event: Revoked) -> None:
    if work.state != APPROVED:
        raise refusals.not_running(work.state)
    work.note("revoked", comment=event.comment)
    work.effect("actions", point="revoked")
    work.set(state=REVOKED)
