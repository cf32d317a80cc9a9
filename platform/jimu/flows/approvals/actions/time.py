"""What the clock does: reminders, deadlines, waits. A timer that is gone has fired or is not wanted any more."""

from __future__ import annotations

from jimu.definitions.approvals.model import PeopleNode
from jimu.flows.approvals.actions.talking import who_has
from jimu.flows.approvals.approvers import active_instead, other_admins
from jimu.flows.approvals.choosing import find_missing
from jimu.flows.approvals.events import TimerDue
from jimu.flows.approvals.line_fields import is_input_missing
from jimu.flows.approvals.model import EXPIRED, RUNNING, SUSPENDED, Task, Timer, Visit
from jimu.flows.approvals.moving import close, finish
from jimu.flows.approvals.nodes import wait
from jimu.flows.approvals.opening import evaluate, give, hand_over
from jimu.flows.approvals.work import Work


def timer_due(work: Work, event: TimerDue) -> None:
    timer = work.timers.get(event.timer)
    if timer is None or work.state != RUNNING or timer.due > work.at:
        return
    del work.timers[timer.id]
    if timer.kind == "wait":
        work.note("time_passed", visit=timer.visit)
        wait.passed(work, work.visits[timer.visit], "timeout")
        return
    task = work.tasks[timer.task or 0]
    if not task.is_open:
        return
    if timer.kind == "remind":
        work.note("reminded", visit=task.visit, task=task.id, person=task.holder)
        work.tell("remind", who_has(work, task), task)
        return
    _deadline(work, timer, task)


def _deadline(work: Work, timer: Timer, task: Task) -> None:
    visit = work.visits[task.visit]
    node: PeopleNode = work.node(visit)
    then = node.deadline.then if node.deadline else "remind"
    if then == "approve" and (is_input_missing(work, node) or find_missing(work, node.name)):
        then = "to_manager"  # nobody else can give what is asked for
    work.note("timeout", node=node.name, visit=visit.id, task=task.id, person=task.person, details={"then": then})
    if then == "remind":
        work.tell("overdue", who_has(work, task), task)
    elif then == "approve":
        close(work, task, "auto_passed", "timeout")
        evaluate(work, visit.id)
    elif then == "reject":
        close(work, task, "auto_rejected", "timeout")
        evaluate(work, visit.id)
    elif then == "suspend":
        _stop(work, task, visit)
    elif then == "close":
        finish(work, EXPIRED)
    else:
        _escalate(work, task, node, to_manager=then == "to_manager")


def _stop(work: Work, task: Task, visit: Visit) -> None:
    """Everything stands still until somebody who looks after approvals lets it go on."""
    work.note_own("suspend", node=visit.node, visit=visit.id, task=task.id)
    work.set(state=SUSPENDED, stopped=work.at)
    work.tell("stopped", [*other_admins(work), *who_has(work, task), work.get("submitter")], task)


def _escalate(work: Work, task: Task, node: PeopleNode, *, to_manager: bool) -> None:
    """The manager has it now, or who looks after approvals; nobody else is there: it stays where it is, overdue."""
    asked = work.people_of(task.visit)
    above = work.world.manager(task.person) if to_manager and task.person is not None else None
    person = active_instead(work, above) if above is not None else None
    submitter = work.get("submitter")
    if person is None or person in asked or (person == submitter and node.on_self != "allow"):
        person = next((p for p in other_admins(work) if p not in asked), None)
    if person is None:
        work.tell("overdue", who_has(work, task), task)
        return
    new = hand_over(work, task, person, "expired", "timeout", pool="")
    give(work, new, node)
    work.note_own("asked", node=node.name, visit=task.visit, task=new.id, person=person)
    evaluate(work, task.visit)
