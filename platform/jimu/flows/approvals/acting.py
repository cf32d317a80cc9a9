"""Whether somebody may do something with a task now: it exists, is open, is theirs, and the node allows it."""

from __future__ import annotations

from jimu.flows.approvals import refusals
from jimu.flows.approvals.approvers import looks_after
from jimu.flows.approvals.model import DELEGATED, PENDING, RUNNING, WAITING, Task
from jimu.flows.approvals.work import Work
from jimu.messages import Message


def require_running(work: Work) -> None:
    if work.state != RUNNING:
        raise refusals.not_running(work.state)


def find_task(work: Work, id: int) -> Task:
    task = work.tasks.get(id)
    if task is None:
        raise refusals.no_task()
    return task


def require_open(work: Work, id: int) -> Task:
    """The task, which can still be worked on; else what became of it."""
    task = find_task(work, id)
    if task.is_open:
        require_running(work)
        return task
    if task.reason == "decided-by-other" or task.reason == "node-rejected":
        others = [t for t in work.tasks_of(task.visit) if t.decided_by is not None]
        last = max(others, key=lambda t: t.closed, default=None)
        if last is not None:
            raise refusals.taken_by(task, last.decided_by, last.decided_at, work.visits[task.visit].outcome)
    raise refusals.already(task)


def behalf_of(work: Work, task: Task) -> int | None:
    """None if the task is the actor's own; else for whom the actor acts. Raises Forbidden for anybody else."""
    actor = work.event.actor
    if task.holder is None:
        raise refusals.conflict(_claim_first()) if task.pool else refusals.not_yours()
    if actor == task.holder:
        return None
    if any(a.user == actor and (a.until is None or a.until > work.at) for a in task.agents):
        return task.holder
    raise refusals.not_yours()


def _claim_first() -> Message:
    return Message("Claim the task first.")


def require_mine(work: Work, id: int) -> tuple[Task, int | None]:
    """The task that the actor may decide now, and for whom (None: himself)."""
    task = require_open(work, id)
    if task.kind == "repair":
        raise refusals.not_allowed_here()
    if task.state == DELEGATED and work.event.actor in task.owners:
        raise refusals.is_delegated()
    behalf = behalf_of(work, task)
    if task.state == WAITING:
        raise refusals.wait_for_turn()
    return task, behalf


def require_pending(work: Work, id: int) -> tuple[Task, int | None]:
    """The same, of a task that is not with a delegate."""
    task, behalf = require_mine(work, id)
    if task.state != PENDING:
        raise refusals.is_delegated()
    return task, behalf


def require_may(work: Work, task: Task, what: str) -> None:
    if what not in work.node(work.visits[task.visit]).may:
        raise refusals.not_allowed_here()


def require_admin(work: Work) -> None:
    if not looks_after(work, work.event.actor):
        raise refusals.admins_only()


def require_target(work: Work, task: Task, person: int) -> None:
    """``person`` can be given a share of the task's visit."""
    if not work.world.is_active(person):
        raise refusals.wrong("inactive", Message("This person is not active."), "to")
    if person in work.people_of(task.visit):
        raise refusals.wrong("has_share", Message("This person is asked here already."), "to")
    node = work.node(work.visits[task.visit])
    if person == work.get("submitter") and node.on_self != "allow":
        raise refusals.wrong("self_approval", Message("The submitter may not decide here."), "to")
