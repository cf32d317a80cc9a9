"""What changes no state: reminding people, saying something, copies."""

from __future__ import annotations

from datetime import timedelta

from jimu.flows.approvals import refusals
from jimu.flows.approvals.acting import require_running
from jimu.flows.approvals.approvers import looks_after, pool_members
from jimu.flows.approvals.copies import send
from jimu.flows.approvals.events import Comment, CopyTo, Urge
from jimu.flows.approvals.model import DELEGATED, PENDING, Task
from jimu.flows.approvals.work import Work


def urge(work: Work, event: Urge) -> None:
    """Remind those whose turn it is; each task so often and no more."""
    require_running(work)
    if event.actor != work.get("submitter") and not looks_after(work, event.actor):
        raise refusals.not_yours()
    tasks = [t for t in work.tasks.values() if t.state in (PENDING, DELEGATED)]
    if not tasks:
        raise refusals.not_running("waiting")
    pause = timedelta(minutes=work.flow.urge_every)
    urged = work.get("urged")
    free = [t for t in tasks if t.id not in urged or urged[t.id] + pause <= work.at]
    if not free:
        raise refusals.too_soon(min(urged[t.id] for t in tasks) + pause)
    work.note("urge", comment=event.comment, details={"tasks": [t.id for t in free]})
    work.set(urged={**{t.id: urged[t.id] for t in tasks if t.id in urged}, **{t.id: work.at for t in free}})
    for task in free:
        work.tell("urged", who_has(work, task), task)


def who_has(work: Work, task: Task) -> list[int]:
    return [task.holder] if task.holder is not None else list(pool_members(work, task.pool))


def comment(work: Work, event: Comment) -> None:
    """Who may read the run may say something; that is checked where it is read."""
    work.note(
        "comment", comment=event.comment,
        details={"people": list(event.people), "attachments": list(event.attachments)},
    )  # fmt: skip
    work.tell("comment", [p for p in event.people if work.world.is_active(p)])


def copy(work: Work, event: CopyTo) -> None:
    """By hand: the submitter, whoever is asked, or an admin."""
    mine = any(event.actor in (t.person, t.holder) for t in work.tasks.values())
    if event.actor != work.get("submitter") and not mine and not looks_after(work, event.actor):
        raise refusals.not_yours()
    send(work, "", event.people)
