"""From tasks to votes: what a share has come to, with the people added before and after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jimu.definitions.approvals.model import Policy
from jimu.flows.approvals.model import Task
from jimu.flows.approvals.policies import APPROVED, REJECTED, Vote, outcome

_OWN = {"approved": APPROVED, "auto_passed": APPROVED, "rejected": REJECTED, "auto_rejected": REJECTED}
_GONE = frozenset({"removed", "left", "taken", "reclaimed"})


def counts(task: Task) -> bool:
    """Whether the task is (still) a share: not a repair, not handed on to another task, not taken away."""
    if task.kind == "repair" or task.state in ("transferred", "expired"):
        return False
    return not (task.state == "cancelled" and task.reason in _GONE)


def top_shares(tasks: Iterable[Task]) -> list[Task]:
    """The shares that the node's own policy counts, in their order."""
    return sorted((t for t in tasks if t.parent is None and counts(t)), key=_place)


def added(tasks: Iterable[Task], parent: Task, relation: str) -> list[list[Task]]:
    """The groups added to ``parent`` before or after, each in its order."""
    groups: dict[int, list[Task]] = {}
    for task in tasks:
        if task.parent == parent.id and task.relation == relation and counts(task):
            groups.setdefault(task.group, []).append(task)
    return [sorted(group, key=_place) for _, group in sorted(groups.items())]


def vote_of(task: Task, tasks: Sequence[Task]) -> Vote:
    """A rejection by somebody added is a rejection of the share; it is approved when all that belongs to it is."""
    own = _OWN.get(task.state, "")
    if own == REJECTED:
        return Vote(REJECTED, task.weight, task.closed)
    seq = task.closed
    for relation in ("before", "after"):
        for group in added(tasks, task, relation):
            found, last = group_outcome(group, tasks)
            seq = max(seq, last)
            if found == REJECTED:
                return Vote(REJECTED, task.weight, last)
            if not found:
                own = ""
    return Vote(own, task.weight, seq if own else 0)


def group_outcome(group: Sequence[Task], tasks: Sequence[Task]) -> tuple[str, int]:
    """What an added group has come to, and by which entry."""
    votes = [vote_of(task, tasks) for task in group]
    found = outcome(Policy(kind=group[0].method or "all"), votes)
    return found, max((v.seq for v in votes if v.answer), default=0)


def votes_of(tasks: Sequence[Task]) -> list[Vote]:
    return [vote_of(task, tasks) for task in top_shares(tasks)]


def visit_outcome(policy: Policy, tasks: Sequence[Task]) -> str:
    """What a visit with these tasks has come to; '' while it is open."""
    return outcome(policy, votes_of(tasks))


def depth(task: Task, tasks: dict[int, Task]) -> int:
    """How many added groups deep the task stands."""
    found = 0
    while task.parent is not None:
        task, found = tasks[task.parent], found + 1
    return found


def _place(task: Task) -> tuple[int, int]:
    return task.order, task.id
