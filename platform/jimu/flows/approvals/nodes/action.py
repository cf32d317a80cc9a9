"""Something is done to records: asked for as an effect; the visit stays open until it is known to be done."""

from __future__ import annotations

from jimu.flows.approvals.model import Visit
from jimu.flows.approvals.moving import leave
from jimu.flows.approvals.work import Work


def enter(work: Work, visit: Visit) -> None:
    work.effect("actions", node=visit.node, point="node", visit=visit.id)


def done(work: Work, visit: Visit) -> None:
    leave(work, visit, "done")
