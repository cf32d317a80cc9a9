"""People decide (approve) or do something (handle)."""

from __future__ import annotations

from jimu.flows.approvals.copies import copy_to
from jimu.flows.approvals.model import Visit
from jimu.flows.approvals.opening import open_tasks
from jimu.flows.approvals.work import Work


def enter(work: Work, visit: Visit) -> None:
    node = work.node(visit)
    if node.cc:
        copy_to(work, node.name, node.cc, "cc")
    open_tasks(work, visit, node)
