"""What is wrong with the graph of a flow: places that cannot be reached or left, splits and joins that do not fit,
waits without end. Pure; each finding has a place in the file, a dead end also shows a way into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jimu.definitions.approvals.model import (
    START,
    AutoNode,
    BlockNode,
    Branch,
    DecisionNode,
    EndNode,
    FlowDef,
    NodeDef,
    PeopleNode,
    SubFlowNode,
    WaitNode,
)
from jimu.messages import Message

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    message: Message
    path: Path


def _finding(code: str, template: str, path: Path, params: Mapping[str, Any] | None = None) -> Finding:
    return Finding(code, Message(template, params or {}), path)


def verify(flow: FlowDef) -> list[Finding]:
    """Everything that is wrong; [] for a sound graph."""
    if not flow.nodes:
        return [_finding("no_nodes", "A flow needs nodes.", ("nodes",))]
    lost = list(_unknown_nodes(flow))
    if lost:
        return lost
    blocks, crossings = contexts(flow)
    found = [*crossings, *_shapes(flow), *_people(flow)]
    found += _unreachable(flow, blocks)
    found += _dead_ends(flow, blocks)
    if flow.batch.at_once > flow.batch.most:
        template = "More cannot be decided at once than may be decided together."
        found.append(_finding("bad_batch", template, ("batch", "at_once")))
    if flow.sensitive is not None and blocks.get(flow.sensitive.reopen) is not None:
        template = "It cannot be opened again at {node}, which stands in a branch."
        found.append(_finding("bad_reopen", template, ("sensitive", "reopen"), {"node": flow.sensitive.reopen}))
    if not crossings:
        found += [*_without_end(flow, blocks), *_loops(flow, blocks), *_rejections(flow, blocks)]
    return found


# --- names ---


def _named(node: NodeDef) -> Iterator[tuple[str, Path]]:
    """The nodes that a node names, and where."""
    at: Path = ("nodes", node.name)
    if node.to is not None:
        yield node.to, (*at, "to")
    for i, branch in enumerate(branches_of(node)):
        if branch.to is not None:
            yield branch.to, (*at, "branches", i)
    rule = getattr(node, "on_reject", "end")
    if isinstance(node, (PeopleNode, AutoNode)) and rule not in ("end", START, "previous", "parent"):
        yield rule, (*at, "on_reject")
    if isinstance(node, PeopleNode):
        for i, name in enumerate(node.returns):
            if name not in (START, "previous", "visited"):
                yield name, (*at, "return_to", i)
        for i, other in enumerate(node.approvers):
            if other.kind == "node":
                yield other.name, (*at, "approvers", i, "approvers_of")
            elif other.kind == "pick" and other.of != "submitter":
                yield other.of, (*at, "approvers", i, "pick")


def _unknown_nodes(flow: FlowDef) -> Iterator[Finding]:
    for node in flow.nodes.values():
        if node.name == START:
            yield _finding("reserved_node", "A node cannot be called start.", ("nodes", START))
        for name, path in _named(node):
            if name not in flow.nodes:
                yield _finding("unknown_node", "The flow has no node {name}.", path, {"name": name})
    for name, path in _named_by_flow(flow):
        if name not in flow.nodes:
            yield _finding("unknown_node", "The flow has no node {name}.", path, {"name": name})


def _named_by_flow(flow: FlowDef) -> Iterator[tuple[str, Path]]:
    if flow.sensitive is not None:
        yield flow.sensitive.reopen, ("sensitive", "reopen")
    if flow.lock_from:
        yield flow.lock_from, ("lock_from",)
    if flow.withdraw_until:
        yield flow.withdraw_until, ("withdraw", "until")


def branches_of(node: NodeDef) -> tuple[Branch, ...]:
    found: tuple[Branch, ...] = getattr(node, "branches", ())
    return found


# --- blocks ---


def contexts(flow: FlowDef) -> tuple[dict[str, str | None], list[Finding]]:
    """The block in which each node stands (None: in none), and nodes that would stand in two places."""
    found: dict[str, str | None] = {}
    owner: dict[str, tuple[str, int] | None] = {}
    crossing: dict[str, Finding] = {}

    def walk(name: str | None, block: str | None, branch: tuple[str, int] | None) -> None:
        while name is not None:
            if name in found:
                if owner[name] != branch and name not in crossing:
                    crossing[name] = _finding(
                        "crossing_block",
                        "{node} is reached from {first} and from {second}: a branch must end in its own join.",
                        ("nodes", name),
                        {"node": name, "first": _where(owner[name]), "second": _where(branch)},
                    )
                return
            found[name], owner[name] = block, branch
            node = flow.nodes[name]
            if isinstance(node, DecisionNode):
                for b in node.branches:
                    walk(b.to, block, branch)
                return
            if isinstance(node, BlockNode):
                for i, b in enumerate(node.branches):
                    walk(b.to, name, (name, i))
            name = node.to

    walk(flow.first, None, None)
    for node in flow.nodes.values():
        rule = getattr(node, "on_reject", "end")
        if node.name in found and rule in flow.nodes and rule not in found:
            walk(rule, found[node.name], owner[node.name])
    for end in flow.nodes.values():
        if isinstance(end, EndNode):
            crossing.pop(end.name, None)
            found.setdefault(end.name, None)
    return found, list(crossing.values())


def _where(branch: tuple[str, int] | None) -> str:
    return "the main way" if branch is None else f"branch {branch[1] + 1} of {branch[0]}"


# --- ways ---


def next_nodes(flow: FlowDef, name: str, blocks: Mapping[str, str | None]) -> list[str]:
    """Where a token may go on from a node, rejections left out; the end of a branch leads to what follows the block."""
    node = flow.nodes[name]
    if isinstance(node, EndNode):
        return []
    targets: list[str | None] = [b.to for b in branches_of(node)]
    if not isinstance(node, DecisionNode):
        targets.append(node.to)
    found: list[str] = []
    for target in targets:
        if target is not None:
            found.append(target)
        elif not isinstance(node, BlockNode):
            found += _after(flow, name, blocks)
    if isinstance(node, BlockNode) and node.to is None:
        found += _after(flow, name, blocks)
    return list(dict.fromkeys(found))


def _after(flow: FlowDef, name: str, blocks: Mapping[str, str | None]) -> list[str]:
    """What follows the block around a node."""
    seen = set()
    block = blocks.get(name)
    while block is not None and block not in seen:
        seen.add(block)
        to = flow.nodes[block].to
        if to is not None:
            return [to]
        block = blocks.get(block)
    return []


def _rejection_targets(flow: FlowDef, node: NodeDef) -> list[str]:
    rule = getattr(node, "on_reject", None)
    if rule is None or rule in (START, "previous", "parent", "wait"):
        return []
    if rule != "end":
        return [rule]
    return [n.name for n in flow.nodes.values() if isinstance(n, EndNode) and n.result == "rejected"][:1]


def way_to(flow: FlowDef, target: str, blocks: Mapping[str, str | None]) -> list[str]:
    """A shortest way from the beginning to a node; [] if there is none."""
    ways: dict[str, list[str]] = {flow.first: [flow.first]}
    queue = [flow.first]
    while queue:
        name = queue.pop(0)
        if name == target:
            return ways[name]
        for other in [*next_nodes(flow, name, blocks), *_rejection_targets(flow, flow.nodes[name])]:
            if other not in ways:
                ways[other] = [*ways[name], other]
                queue.append(other)
    return []


def _unreachable(flow: FlowDef, blocks: Mapping[str, str | None]) -> Iterator[Finding]:
    for name in flow.nodes:
        if not way_to(flow, name, blocks):
            yield _finding("unreachable_node", "No way leads to {node}.", ("nodes", name), {"node": name})


def _dead_ends(flow: FlowDef, blocks: Mapping[str, str | None]) -> Iterator[Finding]:
    for node in flow.nodes.values():
        if isinstance(node, EndNode) or next_nodes(flow, node.name, blocks):
            continue
        way = way_to(flow, node.name, blocks)
        if way:
            yield _finding(
                "dead_end", "{node} leads nowhere: {way}. Write `to`, or make it an end.", ("nodes", node.name),
                {"node": node.name, "way": " → ".join((START, *way))},
            )  # fmt: skip


def _without_end(flow: FlowDef, blocks: Mapping[str, str | None]) -> Iterator[Finding]:
    """Nodes that lead on and on, and never to an end."""
    good = {n for n, node in flow.nodes.items() if isinstance(node, EndNode)}
    grown = True
    while grown:
        more = {n for n in flow.nodes if n not in good and good & set(next_nodes(flow, n, blocks))}
        good |= more
        grown = bool(more)
    for name in flow.nodes:
        way = way_to(flow, name, blocks)
        is_first = len(way) == 1 or (len(way) > 1 and way[-2] in good)
        if name not in good and is_first and next_nodes(flow, name, blocks):
            yield _finding(
                "no_end", "From {node} no end can be reached: {way}.", ("nodes", name),
                {"node": name, "way": " → ".join((START, *way))},
            )  # fmt: skip


def _waits(node: NodeDef) -> bool:
    return isinstance(node, (PeopleNode, WaitNode, EndNode)) or (isinstance(node, SubFlowNode) and node.wait)


def _loops(flow: FlowDef, blocks: Mapping[str, str | None]) -> Iterator[Finding]:
    """Circles of nodes that ask nobody."""
    done: set[str] = set()
    for first in flow.nodes:
        stack: list[tuple[str, tuple[str, ...]]] = [(first, (first,))]
        while stack:
            name, way = stack.pop()
            if _waits(flow.nodes[name]) or name in done:
                continue
            for other in next_nodes(flow, name, blocks):
                if other == first:
                    yield _finding(
                        "endless_loop", "This way leads back to itself and waits for nobody: {way}.",
                        ("nodes", first), {"way": " → ".join((*way, other))},
                    )  # fmt: skip
                    stack = []
                    break
                if other not in way:
                    stack.append((other, (*way, other)))
        done.add(first)


def _rejections(flow: FlowDef, blocks: Mapping[str, str | None]) -> Iterator[Finding]:
    """A rejection may lead out of a block, never into another one."""
    for node in flow.nodes.values():
        rule = getattr(node, "on_reject", "end")
        if not isinstance(node, (PeopleNode, AutoNode)) or rule not in flow.nodes:
            continue
        around: set[str | None] = {None}
        block = blocks.get(node.name)
        while block is not None and block not in around:
            around.add(block)
            block = blocks.get(block)
        if blocks.get(rule) not in around:
            yield _finding(
                "crossing_block",
                "{node} is reached from {first} and from {second}: a branch must end in its own join.",
                ("nodes", node.name, "on_reject"), {"node": rule, "first": rule, "second": node.name},
            )  # fmt: skip


# --- single nodes ---


def _shapes(flow: FlowDef) -> Iterator[Finding]:
    for node in flow.nodes.values():
        at: Path = ("nodes", node.name)
        if isinstance(node, DecisionNode) or (isinstance(node, BlockNode) and node.is_inclusive):
            yield from _conditions(node, at)
        if isinstance(node, BlockNode) and node.join is not None and not 1 <= node.join <= len(node.branches):
            template = "{node} waits for more branches than it has."
            yield _finding("bad_join", template, (*at, "join"), {"node": node.name})
        if isinstance(node, WaitNode) and node.after is None and not node.until:
            template = "{node} could wait for ever: write after or until."
            yield _finding("endless_wait", template, at, {"node": node.name})


def _conditions(node: DecisionNode | BlockNode, at: Path) -> Iterator[Finding]:
    if sum(b.otherwise for b in node.branches) != 1:
        yield _finding("no_otherwise", "{node} needs one branch with otherwise: true.", at, {"node": node.name})
    for i, branch in enumerate(node.branches):
        if branch.when is None and not branch.otherwise:
            template = "A branch of {node} needs a condition."
            yield _finding("branch_condition", template, (*at, "branches", i), {"node": node.name})


def _people(flow: FlowDef) -> Iterator[Finding]:
    for node in flow.nodes.values():
        if not isinstance(node, PeopleNode):
            continue
        at: Path = ("nodes", node.name)
        if not node.approvers:
            yield _finding("no_approvers", "{node} asks nobody.", at, {"node": node.name})
        if node.pool and any(r.kind not in ("role", "group") for r in node.approvers):
            yield _finding("bad_pool", "At {node} only roles and groups can be asked to claim.", (*at, "approvers"),
                          {"node": node.name})  # fmt: skip
        if node.pool and any(r.within for r in node.approvers):
            yield _finding("bad_pool", "What {node} leaves to be claimed is for all of a role: write no within.",
                           (*at, "approvers"), {"node": node.name})  # fmt: skip
        need = node.policy.count
        named = _named_people(node)
        if need is not None and named is not None and need > named:
            yield _finding("bad_vote", "So much can never be voted for: {text}.", (*at, "mode"), {"text": str(need)})


def _named_people(node: PeopleNode) -> int | None:
    """How many people the rules name at most, where that stands in the file."""
    if any(r.kind not in ("user", "submitter", "owner") for r in node.approvers) or "add_parallel" in node.may:
        return None
    return sum(len(r.names) if r.kind == "user" else 1 for r in node.approvers)


def circles(sub_flows: Mapping[str, Iterable[str]], name: str) -> list[str]:
    """A way of sub-flows over the same record from ``name`` back to it; [] if there is none."""
    stack: list[tuple[str, tuple[str, ...]]] = [(name, (name,))]
    while stack:
        here, way = stack.pop()
        for other in sub_flows.get(here, ()):
            if other == name:
                return [*way, other]
            if other not in way:
                stack.append((other, (*way, other)))
    return []
