"""Parallel and inclusive: a token for each branch that is started; this one waits for them."""

from __future__ import annotations

from jimu.definitions.approvals.model import BlockNode
from jimu.flows.approvals.model import Token, Visit
from jimu.flows.approvals.moving import arrive, join
from jimu.flows.approvals.work import Work


def enter(work: Work, visit: Visit) -> None:
    node: BlockNode = work.node(visit)
    started = started_branches(work, node)
    visit = work.put_visit(visit, started=tuple(started))
    details = {"branches": started, "values": work.world.take_values()}
    work.note_own("split", node=node.name, visit=visit.id, details=details)
    if not started:
        join(work, visit)
        return
    tokens = [work.put_token(Token(work.new_id(), node.name, visit.id, branch)) for branch in started]
    for token in tokens:
        target = node.branches[token.branch].to
        if token.id not in work.tokens:
            continue
        if target is None:
            arrive(work, token)
        else:
            work.go(token, target)


def started_branches(work: Work, node: BlockNode) -> list[int]:
    """All of a parallel node; of an inclusive one those whose condition holds, else the one for otherwise."""
    numbers = range(len(node.branches))
    if not node.is_inclusive:
        return list(numbers)
    found = [n for n in numbers if not node.branches[n].otherwise and work.world.condition(node.name, n)]
    return found or [n for n in numbers if node.branches[n].otherwise]
