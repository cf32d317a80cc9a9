"""Answers to what the core asked for: actions done or failed, a child's end, a signal from outside."""

from __future__ import annotations

from jimu.flows.approvals import refusals
from jimu.flows.approvals.acting import require_running
from jimu.flows.approvals.approvers import admins
from jimu.flows.approvals.events import ActionsDone, ChildEnded, Restored, Signal
from jimu.flows.approvals.moving import fail
from jimu.flows.approvals.nodes import action, end, sub_flow, wait
from jimu.flows.approvals.work import Work
from jimu.messages import Message

_DONE = {"action": action.done, "end": end.done}


def actions_done(work: Work, event: ActionsDone) -> None:
    visit = work.visits.get(event.visit)
    if visit is None or visit.state != "open" or work.is_final:
        return
    if event.problem:
        fail(work, event.problem, visit)
        return
    work.note("actions_done", node=visit.node, visit=visit.id)
    _DONE[work.node(visit).type](work, visit)


def restored(work: Work, event: Restored) -> None:
    details = {"fields": list(event.fields), "kept": list(event.kept), "problem": event.problem}
    work.note("restored", details={k: v for k, v in details.items() if v})
    if event.kept or event.problem:
        work.tell("kept", [work.get("submitter"), *admins(work)])


def child_ended(work: Work, event: ChildEnded) -> None:
    """Of a child that nobody waits for any more, history is all that becomes."""
    work.note("child_ended", details={"child": event.child, "result": event.result})
    for visit in list(work.visits.values()):
        if visit.state == "open" and event.child in visit.children and work.state == "running":
            sub_flow.child_ended(work, visit, event.child, event.result)


def signal(work: Work, event: Signal) -> None:
    require_running(work)
    waiting = [
        v for v in work.visits.values()
        if v.state == "open" and work.node(v).type == "wait" and work.node(v).signal == event.name
    ]  # fmt: skip
    if not waiting:
        raise refusals.conflict(Message("Nothing waits for this."))
    work.note("signal", details={"name": event.name})
    for visit in waiting:
        wait.passed(work, visit, "signal")
