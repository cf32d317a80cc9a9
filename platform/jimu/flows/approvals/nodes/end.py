"""The end of the run, also from within a branch: all else is cancelled, its actions are done, then it is over."""

from __future__ import annotations

from jimu.definitions.approvals.model import EndNode
from jimu.flows.approvals.copies import copy_to
from jimu.flows.approvals.model import APPROVED, REJECTED, Visit
from jimu.flows.approvals.moving import cancel_visit, finish
from jimu.flows.approvals.work import Work


def enter(work: Work, visit: Visit) -> None:
    node: EndNode = work.node(visit)
    copy_to(work, node.name, node.cc, "cc")
    reason = "node-rejected" if node.result == REJECTED else "ended"
    token = work.tokens[visit.token]
    if not node.actions and not (work.get("holds") and node.result == APPROVED):
        work.put_visit(visit, state="done", outcome=node.result)
        finish(work, node.result)
        return
    for other in list(work.visits.values()):
        if other.state == "open" and other.id != visit.id:
            cancel_visit(work, other, reason)
    for id in [t for t in work.tokens if t != token.id]:
        del work.tokens[id]
    work.put_token(token, block=None)
    work.timers.clear()
    work.agenda.clear()
    work.set(ending=node.name)
    work.effect("actions", node=node.name, point="end", visit=visit.id)


def done(work: Work, visit: Visit) -> None:
    work.put_visit(visit, state="done", outcome=work.node(visit).result)
    finish(work, work.node(visit).result)
