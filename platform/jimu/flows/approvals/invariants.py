"""What holds for every run after every event (I1, I3, I6 of the specification and what they rest on)."""

from __future__ import annotations

from jimu.definitions.approvals.model import FlowDef, PeopleNode
from jimu.flows.approvals.model import FINAL, RUNNING, STATES, TASK_STATES, Run
from jimu.flows.approvals.shares import visit_outcome

_SELF_MOVING = ("action", "end")


def stalled(flow: FlowDef, run: Run) -> bool:
    """Whether a running run has nothing open that could move it: no task, timer, signal, action or child."""
    if run.state != RUNNING:
        return False
    if any(t.state in ("pending", "delegated") for t in run.tasks.values()) or run.timers:
        return False
    for visit in run.visits.values():
        if visit.state == "open":
            node = flow.nodes.get(visit.node)
            if node is None or node.type in _SELF_MOVING or visit.children or bool(getattr(node, "signal", "")):
                return False
    return True


def violations(flow: FlowDef, run: Run) -> list[str]:
    """Every invariant that does not hold; [] for a sound run."""
    found = []
    if run.state not in STATES:
        found.append(f"unknown state {run.state}")
    if stalled(flow, run):
        found.append("I1: running, and nothing is open")
    if run.state in FINAL and (run.open_tasks or run.timers or run.tokens):
        found.append(f"I6: {run.state}, and something is open")
    if run.state == "returned" and (run.open_tasks or run.timers or run.tokens):
        found.append("returned, and something is open")
    return [*found, *_task_violations(flow, run), *_visit_violations(flow, run)]


def _task_violations(flow: FlowDef, run: Run) -> list[str]:
    found = []
    shares: set[tuple[int, int]] = set()
    for task in run.tasks.values():
        if task.state not in TASK_STATES:
            found.append(f"task {task.id}: unknown state {task.state}")
        if task.kind == "repair":
            continue
        visit = run.visits[task.visit]
        if task.is_open and visit.state != "open":
            found.append(f"task {task.id} is open in a visit that is {visit.state}")
        if not task.is_open and not task.closed:
            found.append(f"I2: task {task.id} is {task.state} without an entry")
        if task.state in ("cancelled", "auto_passed", "auto_rejected", "expired") and not task.reason:
            found.append(f"task {task.id} is {task.state} without a reason")
        if task.state in ("approved", "rejected", "returned") and task.decided_by is None:
            found.append(f"I2: task {task.id} is {task.state} by nobody")
        if task.is_open and task.person is not None:
            if (task.visit, task.person) in shares:
                found.append(f"person {task.person} has two open shares of visit {task.visit}")
            shares.add((task.visit, task.person))
    return found


def _visit_violations(flow: FlowDef, run: Run) -> list[str]:
    found = []
    for visit in run.visits.values():
        node = flow.nodes.get(visit.node)
        if visit.state == "open" and run.state == RUNNING and visit.token not in run.tokens:
            found.append(f"visit {visit.id} is open and its token is gone")
        tasks = [t for t in run.tasks.values() if t.visit == visit.id and t.kind != "repair"]
        decided = isinstance(node, PeopleNode) and visit.state in ("done", "stale") and tasks
        if decided and visit.outcome in ("approved", "rejected"):
            again = visit_outcome(node.policy, tasks)  # type: ignore[union-attr]
            if again != visit.outcome:
                found.append(f"I3: visit {visit.id} was {visit.outcome}, its decisions say {again or 'open'}")
    open_of = [v.token for v in run.visits.values() if v.state == "open"]
    if len(open_of) != len(set(open_of)):
        found.append("a token has two open visits")
    return found
