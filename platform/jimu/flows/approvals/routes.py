"""Where a flow leads, looked at without walking it: what lies ahead under the conditions as they are now."""

from __future__ import annotations

from jimu.definitions.approvals.model import BlockNode, DecisionNode, EndNode, FlowDef
from jimu.flows.approvals.nodes.block import started_branches
from jimu.flows.approvals.nodes.decision import choose
from jimu.flows.approvals.work import Work


def nodes_ahead(work: Work) -> list[str]:
    """The nodes that the run would pass now from the start, each once, those within blocks too."""
    found: list[str] = []
    _walk(work, work.flow.first, found)
    return found


def _walk(work: Work, name: str | None, found: list[str]) -> None:
    while name is not None and name not in found:
        found.append(name)
        node = work.flow.nodes[name]
        if isinstance(node, EndNode):
            return
        if isinstance(node, DecisionNode):
            taken = choose(work, node)
            name = node.branches[taken].to if taken is not None else None
            continue
        if isinstance(node, BlockNode):
            for branch in started_branches(work, node):
                _walk(work, node.branches[branch].to, found)
        name = node.to


def blocks_of(flow: FlowDef) -> dict[str, str | None]:
    """For each node the block in whose branch it stands; None: in none."""
    found: dict[str, str | None] = {}

    def walk(name: str | None, block: str | None) -> None:
        while name is not None and name in flow.nodes and name not in found:
            found[name] = block
            node = flow.nodes[name]
            if isinstance(node, DecisionNode):
                for branch in node.branches:
                    walk(branch.to, block)
                return
            if isinstance(node, BlockNode):
                for branch in node.branches:
                    walk(branch.to, name)
            name = node.to

    if flow.nodes:
        walk(flow.first, None)
    return found


def outermost(flow: FlowDef, name: str) -> str | None:
    """The node itself, or the outermost block around it; None if there is no such node."""
    blocks = blocks_of(flow)
    if name not in flow.nodes:
        return None
    while (around := blocks.get(name)) is not None:
        name = around
    return name
