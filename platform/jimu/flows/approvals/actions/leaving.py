"""People who leave while they are asked, and absences that begin and end."""

from __future__ import annotations

from jimu.flows.approvals.approvers import active_instead, admins, pool_members
from jimu.flows.approvals.events import AgentsChanged, Left
from jimu.flows.approvals.model import DELEGATED, PENDING, Task
from jimu.flows.approvals.opening import evaluate, give_to_admin, hand_over
from jimu.flows.approvals.work import Work


def left(work: Work, event: Left) -> None:
    """Open tasks go to the manager, else to who looks after approvals; those whose turn has not come are looked at
    when it comes.
    """
    gone = event.person
    if work.world.is_active(gone) or work.is_final:
        return
    work.note("left", person=gone)
    for task in list(work.tasks.values()):
        task = work.tasks[task.id]
        if task.kind == "repair" and task.is_open and task.person == gone:
            person = next(iter(admins(work)), None)
            work.put_task(task, person=person, holder=person, pool="" if person else "admins:")
        if not task.is_open or task.kind == "repair":
            continue
        if task.state == DELEGATED and (task.holder == gone or gone in task.owners):
            task = _delegation_without(work, task, gone)
        if task.person == gone and task.state == PENDING:
            _replace(work, task, gone)
        elif task.person is None and task.state == PENDING and not pool_members(work, task.pool):
            _empty_pool(work, task)
        evaluate(work, task.visit)


def _delegation_without(work: Work, task: Task, gone: int) -> Task:
    """The delegation ends with whoever left in it; the task is back with the one before."""
    line = [*task.owners, task.holder]
    at = line.index(gone)
    if at == 0:
        return work.put_task(task, holder=task.person, owners=(), state=PENDING)
    holder, owners = line[at - 1], tuple(p for p in line[: at - 1] if p is not None)
    return work.put_task(task, holder=holder, owners=owners, state=DELEGATED if owners else PENDING)


def _replace(work: Work, task: Task, gone: int) -> None:
    visit = work.visits[task.visit]
    node = work.node(visit)
    person = active_instead(work, gone)
    own = person == work.get("submitter") and node.on_self != "allow"
    if person is None or own or person in work.people_of(task.visit):
        give_to_admin(work, visit, node, work.put_task(task, state="waiting", opened=task.opened))
        return
    hand_over(work, task, person, "cancelled", "left")


def _empty_pool(work: Work, task: Task) -> None:
    visit = work.visits[task.visit]
    give_to_admin(work, visit, work.node(visit), work.put_task(task, state="waiting"))


def agents_changed(work: Work, event: AgentsChanged) -> None:
    """Who may act for somebody is worked out anew for the tasks that are open."""
    if work.is_final:
        return
    for task in list(work.tasks.values()):
        if task.is_open and task.holder == event.person and task.kind != "repair":
            agents = work.world.agents(event.person, work.at)
            node = work.node(work.visits[task.visit])
            if node.on_self != "allow":
                agents = tuple(a for a in agents if a.user != work.get("submitter"))
            if agents != task.agents:
                fresh = [a.user for a in agents if a.user not in {x.user for x in task.agents}]
                work.note("agents", visit=task.visit, task=task.id, person=event.person)
                work.tell("asked", fresh, work.put_task(task, agents=agents))
