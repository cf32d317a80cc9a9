"""The submitter's part: hand in, hand in again, withdraw; and what follows an approved revocation."""

from __future__ import annotations

from jimu.flows.approvals import refusals
from jimu.flows.approvals.approvers import looks_after
from jimu.flows.approvals.choosing import SUBMITTER, picks_by, take_picks
from jimu.flows.approvals.events import Restart, Revoked, Submit, Withdraw
from jimu.flows.approvals.model import (
    APPROVED,
    DRAFT,
    ERROR,
    RESTARTABLE,
    RETURNED,
    REVOKED,
    RUNNING,
    SUSPENDED,
    WITHDRAWN,
    Token,
)
from jimu.flows.approvals.moving import finish
from jimu.flows.approvals.routes import nodes_ahead, outermost
from jimu.flows.approvals.work import Work
from jimu.messages import Message

NOT_AGAIN = Message("It cannot be started again.")


def submit(work: Work, event: Submit) -> None:
    """The first time, or again after it was returned: from the start, or where it was returned from."""
    again = work.state == RETURNED
    if work.state not in (DRAFT, RETURNED):
        raise refusals.not_running(work.state)
    if again and event.actor != work.get("submitter") and not looks_after(work, event.actor):
        raise refusals.not_yours()
    back = work.get("back")
    _begin(work, event, "resubmitted" if again else "submitted", again=again)
    work.go(work.put_token(Token(work.new_id(), "")), _where(work, back))


def restart(work: Work, event: Restart) -> None:
    """A further round of what has ended without approval; nothing of before counts."""
    if work.state not in RESTARTABLE:
        raise refusals.not_running(work.state)
    if event.actor != work.get("submitter"):
        raise refusals.not_yours()
    if work.flow.restart != "same" or work.get("restores"):
        raise refusals.conflict(NOT_AGAIN)
    for visit in list(work.visits.values()):
        if visit.state == "done":
            work.put_visit(visit, state="stale")
    own = {node.name for node, _ in picks_by(work.flow, SUBMITTER)}
    work.set(picks={name: people for name, people in work.get("picks").items() if name in own})
    _begin(work, event, "restarted", again=True)
    work.go(work.put_token(Token(work.new_id(), "")), work.flow.first)


def _begin(work: Work, event: Submit, action: str, *, again: bool) -> None:
    _check_department(work, event)
    take_picks(work, event.picks, SUBMITTER)
    if work.flow.converts:
        work.set(rates=work.world.rates())
    work.set(state=RUNNING, round=work.round + 1, decided=False, back=None, undo=())
    work.note(action, comment=event.comment, details={"round": work.round})
    work.effect("actions", point="submit", data={"again": again})


def _check_department(work: Work, event: Submit) -> None:
    if event.department is None:
        return
    if event.department not in work.world.departments(int(work.get("submitter"))):
        raise refusals.wrong("not_a_member", Message("Who asks does not belong to this department."), "department")
    work.set(department=event.department)


def _where(work: Work, back: tuple[str, str] | None) -> str:
    """Resuming leads to the node that returned it, if that is still on the way; in a block: to the whole block."""
    if back is None or not back[1]:
        return work.flow.first
    node = outermost(work.flow, back[0])
    ahead = nodes_ahead(work)
    work.world.take_values()  # what was read to look ahead decides nothing
    if node is None or node not in ahead:
        work.note_own("route_changed", node=back[0])
        return work.flow.first
    if back[1] == "remaining" and node == back[0]:
        work.resuming = node
    return node


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
