"""The first branch whose condition holds is taken, else the one for otherwise."""

from __future__ import annotations

from jimu.definitions.approvals.model import DecisionNode
from jimu.flows.approvals.model import Visit
from jimu.flows.approvals.moving import fail, leave
from jimu.flows.approvals.work import Work


def enter(work: Work, visit: Visit) -> None:
    node: DecisionNode = work.node(visit)
    taken = choose(work, node)
    values = work.world.take_values()
    if taken is None:
        fail(work, "no-branch", visit)
        return
    work.note_own("branch", node=node.name, visit=visit.id, details={"branch": taken, "values": values})
    leave(work, visit, "passed", node.branches[taken].to)


def choose(work: Work, node: DecisionNode) -> int | None:
    """The number of the branch taken now."""
    for number, branch in enumerate(node.branches):
        if not branch.otherwise and work.world.condition(node.name, number):
            return number
    return next((n for n, b in enumerate(node.branches) if b.otherwise), None)
