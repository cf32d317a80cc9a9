"""Waits for a time, the moment in a field, or something from outside."""

from __future__ import annotations

from jimu.definitions.approvals.model import WaitNode
from jimu.flows.approvals.model import Timer, Visit
from jimu.flows.approvals.moving import leave
from jimu.flows.approvals.work import Work


def enter(work: Work, visit: Visit) -> None:
    node: WaitNode = work.node(visit)
    due = None
    if node.until:
        due = work.world.moment(node.until)
    elif node.after is not None:
        due = work.world.due(work.at, node.after, None, node.calendar)
    if due is not None and due > work.at:
        work.put_timer(Timer(work.new_id(), "wait", visit.id, due))
    elif not node.signal:
        leave(work, visit, "passed")


def passed(work: Work, visit: Visit, why: str) -> None:
    leave(work, visit, why)
