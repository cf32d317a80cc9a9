"""Tasks: how a visit gets them, how one comes to its person's turn, what happens when all have answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from jimu.definitions.approvals.model import Deadline, PeopleNode, Policy
from jimu.definitions.kinds.duration import Duration
from jimu.flows.approvals import moving
from jimu.flows.approvals.admission import admit, approved_before
from jimu.flows.approvals.approvers import Candidate, active_instead, other_admins, pool_members
from jimu.flows.approvals.model import PENDING, WAITING, Task, Timer, Visit
from jimu.flows.approvals.policies import APPROVED, Vote, outcome
from jimu.flows.approvals.shares import added, group_outcome, top_shares, visit_outcome
from jimu.flows.approvals.work import Work


def open_tasks(work: Work, visit: Visit, node: PeopleNode) -> None:
    """One task for each who is asked; those of a sequence wait for their turn."""
    found, own, why = _same_people(work, visit, node) or admit(work, node)
    if why and not found:
        moving.leave(work, visit, "passed")
        work.note_own("passed", node=visit.node, visit=visit.id, details={"reason": why})
        return
    if why:
        work.note_own("empty", node=visit.node, visit=visit.id, details={"people": [c.person for c in found]})
    if not _can_pass(node, [c.weight for c in (*found, *map(Candidate, own))]):
        moving.fail(work, "too-few-approvers", visit)
        return
    for person in own:
        task = _task(work, visit, Candidate(person), 0)
        moving.close(work, task, "auto_passed", "self")
    kept = _kept(work, visit) if visit.remaining else {}
    for order, candidate in enumerate(found, 1):
        task = _task(work, visit, candidate, order)
        if candidate.person in kept:
            moving.close(work, task, "auto_passed", "kept", replaces=kept[candidate.person])
    evaluate(work, visit.id)


def _can_pass(node: PeopleNode, weights: list[Fraction]) -> bool:
    """Whether the vote could be won at all if everybody agreed; nobody is asked where it could not."""
    votes = [Vote(APPROVED, weight) for weight in weights]
    return node.policy.kind != "vote" or outcome(node.policy, votes) == APPROVED


def _same_people(work: Work, visit: Visit, node: PeopleNode) -> tuple[list[Candidate], list[int], str] | None:
    """On entering again, who was asked last time, if the node says so."""
    if not (node.same_people or visit.remaining):
        return None
    for other in reversed(list(work.visits.values())):
        if other.node == visit.node and other.id != visit.id:
            people = [t for t in top_shares(work.tasks_of(other.id)) if t.person is not None]
            found = {t.person: Candidate(t.person, t.weight) for t in people if active_instead(work, t.person or 0)}
            return (list(found.values()), [], "") if found else None
    return None


def _kept(work: Work, visit: Visit) -> dict[int | None, int]:
    """Whose approval of last time still counts: person -> that task."""
    for other in reversed(list(work.visits.values())):
        if other.node == visit.node and other.id != visit.id:
            return {t.person: t.id for t in work.tasks_of(other.id) if t.state == "approved"}
    return {}


def _task(work: Work, visit: Visit, candidate: Candidate, order: int) -> Task:
    kind = "handle" if work.node(visit).type == "handle" else "approve"
    task = Task(
        work.new_id(), visit.id, WAITING, candidate.person, candidate.person, original=candidate.person, kind=kind,
        order=order, weight=candidate.weight, pool=candidate.pool,
    )  # fmt: skip
    return work.put_task(task)


def evaluate(work: Work, visit_id: int) -> None:
    """Let those act whose turn it is, and leave the node when its policy says so."""
    while True:
        visit = work.visits[visit_id]
        if visit.state != "open" or work.state != "running":
            return
        tasks = work.tasks_of(visit_id)
        node: PeopleNode = work.node(visit)
        found = visit_outcome(node.policy, tasks)
        if found:
            _decided(work, visit, node, found)
            return
        if not _give_turns(work, visit, node, tasks):
            return


def _decided(work: Work, visit: Visit, node: PeopleNode, outcome: str) -> None:
    reason = "decided-by-other" if outcome == "approved" else "node-rejected"
    if node.policy.kind == "any":
        reason = "decided-by-other"
    for task in work.tasks_of(visit.id):
        if task.is_open:
            moving.close(work, task, "cancelled", reason)
    if outcome == "rejected":
        moving.refuse(work, visit, node.on_reject)
        return
    moving.leave(work, visit, "approved")


def _give_turns(work: Work, visit: Visit, node: PeopleNode, tasks: list[Task]) -> bool:
    """Whether something has changed by itself (a share that passed), so that all must be looked at again."""
    return any(_turn(work, visit, node, task) for task in _next(node.policy, top_shares(tasks), tasks))


def _next(policy: Policy, shares: list[Task], tasks: list[Task]) -> list[Task]:
    """The waiting tasks whose turn has come: of a sequence the first undecided, of others all; with those added."""
    found: list[Task] = []
    for task in shares:
        undecided = group_outcome([task], tasks)[0] == ""
        if undecided:
            found += _turns_of(task, tasks)
        if undecided and policy.kind == "sequence":
            break
    return found


def _turns_of(task: Task, tasks: list[Task]) -> list[Task]:
    for group in added(tasks, task, "before"):
        if not group_outcome(group, tasks)[0]:
            return _next(Policy(kind=group[0].method), group, tasks)
    if task.is_open:
        return [task] if task.state == WAITING else []
    for group in added(tasks, task, "after"):
        if not group_outcome(group, tasks)[0]:
            return _next(Policy(kind=group[0].method), group, tasks)
    return []


def _turn(work: Work, visit: Visit, node: PeopleNode, task: Task) -> bool:
    """It is this task's turn. True: it was settled without asking (approved before)."""
    if task.person is None:
        give(work, task, node)
        return False
    person = active_instead(work, task.person)
    if person is None or (person != task.person and person in work.people_of(visit.id)):
        return give_to_admin(work, visit, node, task)
    if person != task.person:
        work.note_own("replaced", visit=visit.id, task=task.id, person=person, details={"left": task.person})
        task = work.put_task(task, person=person, holder=person)
    before = None if task.parent or task.added_by or task.opened else approved_before(work, node, visit, person)
    if before is not None:
        moving.close(work, task, "auto_passed", "duplicate", replaces=before.id)
        return True
    give(work, task, node)
    return False


def give_to_admin(work: Work, visit: Visit, node: PeopleNode, task: Task) -> bool:
    """Whom it was is gone, and nobody is above who is not asked already: an admin; the share falls away if others
    remain.
    """
    others = [t for t in top_shares(work.tasks_of(visit.id)) if t.id != task.id]
    if others or task.parent is not None:
        moving.close(work, task, "cancelled", "left")
        return True
    person = next(iter(other_admins(work)), None)
    work.note_own("empty", node=visit.node, visit=visit.id, details={"people": [person]})
    pool = "" if person is not None else "admins:"
    give(work, work.put_task(task, person=person, holder=person, pool=pool), node)
    return False


def give(work: Work, task: Task, node: PeopleNode) -> Task:
    """The task is its person's now: agents, deadline and notice come with it (the deadline only the first time)."""
    agents = work.world.agents(task.person, work.at) if task.person is not None else ()
    submitter = int(work.get("submitter"))
    if node.on_self != "allow":
        agents = tuple(a for a in agents if a.user != submitter)
    is_first = not task.opened
    task = work.put_task(task, state=PENDING, agents=agents, opened=task.opened or work.base)
    if is_first:
        work.note_own("asked", node=node.name, visit=task.visit, task=task.id, person=task.person)
        if node.deadline is not None and task.due is None:
            task = set_deadline(work, task, node.deadline)
    people = [task.person] if task.person is not None else list(pool_members(work, task.pool))
    work.tell("asked", [*people, *(a.user for a in agents)], task)
    return task


def set_deadline(work: Work, task: Task, deadline: Deadline, *, anew: bool = False) -> Task:
    """``anew``: a moment of the node that has passed no longer counts."""
    due = _due_of_node(work, task) if deadline.of == "node" else None
    due = None if due is not None and anew and due <= work.at else due
    due = due or work.world.due(work.at, deadline.after, task.person, deadline.calendar)
    work.put_timer(Timer(work.new_id(), "deadline", task.visit, due, task.id))
    for span in deadline.remind:
        early = _before(work, task, deadline, span, due)
        if early > work.at:
            work.put_timer(Timer(work.new_id(), "remind", task.visit, early, task.id))
    return work.put_task(task, due=due)


def _due_of_node(work: Work, task: Task) -> datetime | None:
    """Until when all who are asked in the visit have, once it runs; None: this is the first of them."""
    return max((t.due for t in work.tasks_of(task.visit) if t.due is not None), default=None)


def renew_deadlines(work: Work) -> None:
    """Of tasks whose time ran out where that stops the run: they have all of it again."""
    late = []
    for task in work.open_tasks:
        visit = work.visits.get(task.visit)
        node = work.node(visit) if visit is not None else None
        deadline = node.deadline if isinstance(node, PeopleNode) else None
        if deadline is not None and deadline.then == "suspend" and task.due is not None and task.due <= work.at:
            work.drop_timers(task=task.id)
            late.append((work.put_task(task, due=None), deadline))
    for task, deadline in late:
        set_deadline(work, task, deadline, anew=True)


def _before(work: Work, task: Task, deadline: Deadline, span: Duration, due: datetime) -> datetime:
    """So long before the end: in the deadline's own unit from its beginning, else by the clock from its end."""
    after = deadline.after
    if span.unit != after.unit:
        return due - span.plain
    begin = Duration(max(after.amount - span.amount, 0), after.unit)
    return work.world.due(work.at, begin, task.person, deadline.calendar)


def hand_over(work: Work, task: Task, to: int | None, state: str, reason: str = "", **values: Any) -> Task:
    """The task ends in ``state`` and goes on as one of ``to``, in the same place and with the same due moment."""
    timers = [t for t in work.timers.values() if t.task == task.id]
    moving.close(work, task, state, reason)
    new = replace(
        task, id=work.new_id(), person=to, holder=to, replaces=task.id, agents=(), owners=(), state=WAITING,
        reason="", closed=0, opened=task.opened, **values,
    )  # fmt: skip
    new = work.put_task(new)
    for timer in timers if state != "expired" else []:
        work.put_timer(replace(timer, task=new.id))
    for child in work.tasks_of(task.visit):
        if child.parent == task.id:
            work.put_task(child, parent=new.id)
    return new
