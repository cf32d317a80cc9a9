"""The decision of one person: approve, reject, done; or back to an earlier place."""

from __future__ import annotations

from jimu.definitions.approvals.model import START, PeopleNode
from jimu.flows.approvals import refusals
from jimu.flows.approvals.acting import require_may, require_mine
from jimu.flows.approvals.actions.voiding import void
from jimu.flows.approvals.choosing import take_picks
from jimu.flows.approvals.events import Decide, Return
from jimu.flows.approvals.line_fields import blank_fields, refused_changes
from jimu.flows.approvals.model import DELEGATED, PENDING, Task
from jimu.flows.approvals.moving import back_to, close, give_back, return_targets
from jimu.flows.approvals.opening import evaluate
from jimu.flows.approvals.work import Work
from jimu.messages import Message

_STATES = {"approve": "approved", "done": "approved", "reject": "rejected"}


def decide(work: Work, event: Decide) -> None:
    task, behalf = require_mine(work, event.task)
    node: PeopleNode = work.node(work.visits[task.visit])
    if task.state == DELEGATED:
        _opinion(work, event, task, behalf)
        return
    _check(work, event, task, node)
    details = {k: v for k, v in _details(event).items() if v}
    work.note(
        event.answer, behalf=behalf, node=node.name, visit=task.visit, task=task.id, person=task.person,
        comment=event.comment, details=details,
    )  # fmt: skip
    take_picks(work, event.picks, node.name, is_needed=event.answer != "reject")
    if event.changes:
        work.effect("changes", node=node.name, visit=task.visit, task=task.id, data=dict(event.changes))
    close(work, task, _STATES[event.answer], decided_by=event.actor, decided_at=work.at)
    work.set(decided=True)
    if event.answer == "reject" or not void(work, event.changed, own=task):
        evaluate(work, task.visit)


def _details(event: Decide) -> dict[str, object]:
    return {
        "attachments": list(event.attachments), "signature": event.signature, "changes": dict(event.changes),
        "record_version": event.record_version, "via": event.via,
    }  # fmt: skip


def _check(work: Work, event: Decide, task: Task, node: PeopleNode) -> None:
    allowed = ("done",) if node.is_handle else ("approve", "reject")
    if event.answer not in allowed:
        raise refusals.wrong("answer", Message("This step takes another answer."), "answer")
    refused = refused_changes(node, event.changes)
    if refused:
        raise refusals.wrong("not_editable", Message("Here {fields} may not be changed.", {"fields": refused}))
    wants = node.comment == "always" or (node.comment == "on_reject" and event.answer == "reject")
    if wants and not event.comment.strip():
        raise refusals.wrong("comment", Message("Say why."), "comment")
    if event.answer != "reject":
        require_input(work, event, node)


def require_input(work: Work, event: Decide, node: PeopleNode) -> None:
    """What the node wants filled in and signed is there."""
    blank = blank_fields(work, node, event.changes)
    if blank:
        raise refusals.wrong("required", Message("Fill in {fields} first.", {"fields": blank}), blank[0])
    if node.signature and not event.signature:
        raise refusals.wrong("signature", Message("Sign it first."), "signature")


def _opinion(work: Work, event: Decide, task: Task, behalf: int | None) -> None:
    """A delegate's answer: said to whoever asked, who has the task again. Nothing moves."""
    *rest, owner = task.owners
    work.note(
        "opinion", behalf=behalf, visit=task.visit, task=task.id, person=owner, comment=event.comment,
        details={"answer": event.answer},
    )  # fmt: skip
    agents = work.world.agents(owner, work.at)
    state = DELEGATED if rest else PENDING
    task = work.put_task(task, holder=owner, owners=tuple(rest), state=state, agents=agents)
    work.tell("opinion", [owner], task, answer=event.answer)


def send_back(work: Work, event: Return) -> None:
    """One person's right, whatever the node's policy; at once."""
    task, behalf = require_mine(work, event.task)
    if task.state == DELEGATED:
        raise refusals.is_delegated()
    require_may(work, task, "return")
    visit = work.visits[task.visit]
    node: PeopleNode = work.node(visit)
    if event.target not in allowed_targets(work, task):
        raise refusals.wrong("no_target", Message("It cannot be returned there."), "target")
    work.note(
        "return", behalf=behalf, node=node.name, visit=visit.id, task=task.id, person=task.person,
        comment=event.comment, details={"target": event.target},
    )  # fmt: skip
    close(work, task, "returned", decided_by=event.actor, decided_at=work.at)
    work.set(decided=True)
    if event.target == START:
        give_back(work, visit, node.resume if event.resume is None else event.resume and node.resume)
    else:
        back_to(work, visit, event.target)


def allowed_targets(work: Work, task: Task) -> list[str]:
    """Where the node lets its people return it to: of what was visited."""
    visit = work.visits[task.visit]
    node: PeopleNode = work.node(visit)
    visited = return_targets(work, visit)
    found = [START] if START in node.returns else []
    if "visited" in node.returns:
        return [*found, *visited]
    if "previous" in node.returns:
        found += visited[:1]
    return [*found, *(n for n in visited if n in node.returns and n not in found)]
