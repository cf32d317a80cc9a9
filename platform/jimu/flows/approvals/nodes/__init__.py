"""Kinds of node, one file each: what happens when a token enters one. **A new kind = one file + one line here.**"""

from __future__ import annotations

from typing import Protocol

from jimu.flows.approvals.model import Visit
from jimu.flows.approvals.nodes import action, approve, auto, block, cc, decision, end, sub_flow, wait
from jimu.flows.approvals.work import Work


class NodeKind(Protocol):
    def enter(self, work: Work, visit: Visit) -> None: ...


NODES: dict[str, NodeKind] = {
    "approve": approve,
    "handle": approve,
    "decision": decision,
    "parallel": block,
    "inclusive": block,
    "cc": cc,
    "action": action,
    "wait": wait,
    "sub_flow": sub_flow,
    "auto_pass": auto,
    "auto_reject": auto,
    "end": end,
}

__all__ = ["NODES", "NodeKind"]
