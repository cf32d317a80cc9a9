"""Adding people to a task: before it, after it, beside it; and taking an added share away again."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from jimu.flows.approvals import refusals
from jimu.flows.approvals.acting import (
    find_task,
    require_admin,
    require_may,
    require_open,
    require_pending,
    require_target,
)
from jimu.flows.approvals.actions.deciding import require_input
from jimu.flows.approvals.choosing import take_picks
from jimu.flows.approvals.events import AddSign, Decide, RemoveSign
from jimu.flows.approvals.model import WAITING, Task
from jimu.flows.approvals.moving import close
from jimu.flows.approvals.opening import evaluate
from jimu.flows.approvals.shares import counts, depth, top_shares
from jimu.flows.approvals.work import Work
from jimu.messages import Message


def add(work: Work, event: AddSign) -> None:
    task, behalf = require_pending(work, event.task)
    if event.relation not in ("before", "after", "parallel") or event.method not in ("all", "any", "sequence"):
        raise refusals.wrong("relation", Message("People are added before, after or in parallel."), "relation")
    require_may(work, task, f"add_{event.relation}")
    people = tuple(dict.fromkeys(event.people))
    if not people:
        raise refusals.wrong("nobody", Message("Choose who is to be added."), "people")
    if event.actor in people:
        raise refusals.wrong("yourself", Message("Nobody adds themselves."), "people")
    for person in people:
        require_target(work, task, person)
    if event.relation != "parallel" and depth(task, work.tasks) >= work.flow.limits.nesting:
        raise refusals.conflict(Message("People cannot be added any deeper."))
    node = work.node(work.visits[task.visit])
    work.note(
        f"add_{event.relation}", behalf=behalf, node=node.name, visit=task.visit, task=task.id, person=task.person,
        comment=event.comment, details={"people": list(people), "method": event.method},
    )  # fmt: skip
    _ADD[event.relation](work, event, task, people)
    evaluate(work, task.visit)


def _before(work: Work, event: AddSign, task: Task, people: tuple[int, ...]) -> None:
    """The task is parked until those added have decided."""
    work.put_task(task, state=WAITING)
    _add_group(work, event, task, people)


def _after(work: Work, event: AddSign, task: Task, people: tuple[int, ...]) -> None:
    """The actor's approval is recorded now; in a node where one answer is enough the others are out of it."""
    node = work.node(work.visits[task.visit])
    as_approval = Decide(actor=event.actor, at=event.at, task=task.id, answer="approve", comment=event.comment)
    require_input(work, as_approval, node)
    take_picks(work, {}, node.name)
    close(work, task, "approved", decided_by=event.actor, decided_at=work.at)
    work.set(decided=True)
    _add_group(work, event, task, people)
    if node.policy.kind == "any" and not node.policy.collect and task.parent is None:
        own = _family(work, task)
        for other in work.tasks_of(task.visit):
            if other.is_open and other.id not in own:
                close(work, other, "cancelled", "decided-by-other")


def _family(work: Work, task: Task) -> set[int]:
    found = {task.id}
    for other in work.tasks_of(task.visit):
        if other.parent in found:
            found.add(other.id)
    return found


def _parallel(work: Work, event: AddSign, task: Task, people: tuple[int, ...]) -> None:
    """Further shares beside the task, right after it, under the same policy."""
    new = [
        Task(
            work.new_id(), task.visit, WAITING, p, p, original=p, kind=task.kind, weight=Fraction(1),
            parent=task.parent, relation=task.relation or "parallel", method=task.method, group=task.group,
            added_by=event.actor,
        )
        for p in people
    ]  # fmt: skip
    if task.parent is None:
        row = top_shares(work.tasks_of(task.visit))
        new = [replace(n, relation="parallel") for n in new]
    else:
        row = [t for t in work.tasks_of(task.visit) if t.group == task.group and t.parent == task.parent and counts(t)]
        row.sort(key=lambda t: (t.order, t.id))
    at = [t.id for t in row].index(task.id) + 1
    for order, share in enumerate([*row[:at], *new, *row[at:]], 1):
        if share.order != order or share.id not in work.tasks:
            work.put_task(share, order=order)


def _add_group(work: Work, event: AddSign, task: Task, people: tuple[int, ...]) -> None:
    for order, person in enumerate(people, 1):
        work.put_task(
            Task(
                work.new_id(), task.visit, WAITING, person, person, original=person, kind=task.kind, order=order,
                parent=task.id, relation=event.relation, method=event.method, group=work.base, added_by=event.actor,
            )
        )  # fmt: skip


_ADD = {"before": _before, "after": _after, "parallel": _parallel}


def remove(work: Work, event: RemoveSign) -> None:
    """Take an added share away that is not decided; never the last one that is open."""
    task = require_open(work, event.task)
    if task.added_by != event.actor:
        require_admin(work)
    else:
        require_may(work, task, "remove")
    own = _family(work, task)
    if any(not find_task(work, i).is_open for i in own if counts(find_task(work, i))):
        raise refusals.conflict(Message("Something was decided here already."))
    others = [t for t in work.tasks_of(task.visit) if t.is_open and t.id not in own]
    if not others:
        raise refusals.conflict(Message("The last one cannot be removed."))
    work.note("remove", visit=task.visit, task=task.id, person=task.person, comment=event.comment)
    for id in sorted(own):
        if work.tasks[id].is_open:
            close(work, work.tasks[id], "cancelled", "removed")
    evaluate(work, task.visit)
