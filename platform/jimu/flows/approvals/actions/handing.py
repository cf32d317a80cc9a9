"""Handing on: for good (transfer), for an opinion (delegate, recall), and out of a pool (claim)."""

from __future__ import annotations

from jimu.flows.approvals import refusals
from jimu.flows.approvals.acting import require_may, require_mine, require_open, require_pending, require_target
from jimu.flows.approvals.approvers import pool_members
from jimu.flows.approvals.events import Claim, Delegate, Recall, Transfer, Unclaim
from jimu.flows.approvals.model import DELEGATED, PENDING
from jimu.flows.approvals.opening import evaluate, hand_over
from jimu.flows.approvals.work import Work
from jimu.messages import Message


def transfer(work: Work, event: Transfer) -> None:
    """The task is another's for good; its due moment and its place stay."""
    task, behalf = require_pending(work, event.task)
    require_may(work, task, "transfer")
    require_target(work, task, event.to)
    if task.transfers >= work.flow.limits.transfers:
        raise refusals.conflict(Message("It was handed on too often."))
    work.note(
        "transfer", behalf=behalf, visit=task.visit, task=task.id, person=event.to, comment=event.comment,
        node=work.visits[task.visit].node, details={"later": True} if event.later else {},
    )  # fmt: skip
    if event.later and task.person is not None:
        others = {person: to for person, to in work.get("instead").items() if person != event.to}
        work.set(instead={**others, task.person: event.to})
    by = {"decided_by": event.actor, "decided_at": work.at}
    work.put_task(task, **by)
    hand_over(
        work, work.tasks[task.id], event.to, "transferred", transfers=task.transfers + 1, decided_by=None,
        decided_at=None,
    )  # fmt: skip
    evaluate(work, task.visit)


def delegate(work: Work, event: Delegate) -> None:
    """Another gives an opinion; the task comes back."""
    task, behalf = require_mine(work, event.task)
    require_may(work, task, "delegate")
    require_target(work, task, event.to)
    if len(task.owners) >= work.flow.limits.nesting:
        raise refusals.conflict(Message("It was handed on too often."))
    assert task.holder is not None
    work.note(
        "delegate", behalf=behalf, visit=task.visit, task=task.id, person=event.to, comment=event.comment,
        node=work.visits[task.visit].node,
    )  # fmt: skip
    owners = (*task.owners, task.holder)
    agents = work.world.agents(event.to, work.at)
    task = work.put_task(task, holder=event.to, owners=owners, state=DELEGATED, agents=agents)
    work.tell("delegated", [event.to], task)


def recall(work: Work, event: Recall) -> None:
    """Who delegated takes it back; those whom it went on to from there lose it."""
    task = require_open(work, event.task)
    if task.state != DELEGATED or event.actor not in task.owners:
        raise refusals.not_yours()
    work.note("recall", visit=task.visit, task=task.id, person=task.holder, comment=event.comment)
    owners = task.owners[: task.owners.index(event.actor)]
    agents = work.world.agents(event.actor, work.at)
    work.put_task(task, holder=event.actor, owners=owners, state=DELEGATED if owners else PENDING, agents=agents)


def claim(work: Work, event: Claim) -> None:
    task = require_open(work, event.task)
    if task.holder is not None:
        raise refusals.conflict(Message("Somebody has it already."))
    if event.actor not in pool_members(work, task.pool):
        raise refusals.not_yours()
    if event.actor in work.people_of(task.visit):
        raise refusals.wrong("has_share", Message("This person is asked here already."))
    if event.actor == work.get("submitter") and work.node(work.visits[task.visit]).on_self != "allow":
        raise refusals.wrong("self_approval", Message("The submitter may not decide here."))
    work.note("claim", visit=task.visit, task=task.id)
    work.put_task(task, person=event.actor, holder=event.actor, agents=work.world.agents(event.actor, work.at))


def unclaim(work: Work, event: Unclaim) -> None:
    task, _ = require_pending(work, event.task)
    if not task.pool:
        raise refusals.not_allowed_here()
    work.note("unclaim", visit=task.visit, task=task.id)
    task = work.put_task(task, person=None, holder=None, agents=())
    work.tell("asked", pool_members(work, task.pool), task)
