"""Passes or rejects without anybody being asked."""

from __future__ import annotations

from jimu.definitions.approvals.model import AutoNode
from jimu.flows.approvals.model import Visit
from jimu.flows.approvals.moving import leave, refuse
from jimu.flows.approvals.work import Work


def enter(work: Work, visit: Visit) -> None:
    node: AutoNode = work.node(visit)
    if node.approves:
        leave(work, visit, "approved")
    else:
        refuse(work, visit, node.on_reject)
