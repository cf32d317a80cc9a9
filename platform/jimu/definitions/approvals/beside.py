"""What branches of one block do at the same time. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from jimu.definitions.approvals.model import BlockNode, EndNode, FlowDef
from jimu.definitions.approvals.verify import branches_of

_OPEN = ("edit", "required")


def shared_fields(flow: FlowDef) -> Iterator[tuple[str, str, str]]:
    """(field, node, other node) of what steps of different branches of one block open."""
    for block in (n for n in flow.nodes.values() if isinstance(n, BlockNode)):
        known: dict[str, tuple[int, str]] = {}
        for number, branch in enumerate(block.branches):
            for name in _in_branch(flow, branch.to):
                for field, level in getattr(flow.nodes[name], "fields", {}).items():
                    other, first = known.setdefault(field, (number, name)) if level in _OPEN else (number, name)
                    if other != number:
                        yield field, first, name


def _in_branch(flow: FlowDef, first: str | None) -> list[str]:
    """The nodes of a branch, those of blocks and decisions in it too."""
    found: list[str] = []
    queue = [first]
    while queue:
        name = queue.pop(0)
        if name is None or name in found or name not in flow.nodes:
            continue
        node = flow.nodes[name]
        if not isinstance(node, EndNode):
            found.append(name)
            queue += [*(b.to for b in branches_of(node)), node.to]
    return found
