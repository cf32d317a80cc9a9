"""Random flows and organisations for property tests: every graph is sound, everything else is as wild as it may be."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from jimu.definitions.approvals.model import (
    MAY,
    Action,
    ActionNode,
    ApproverRule,
    AutoNode,
    BlockNode,
    Branch,
    CcNode,
    Deadline,
    DecisionNode,
    Empty,
    EndNode,
    FlowDef,
    Limits,
    PeopleNode,
    Policy,
    Sensitive,
    SubFlowNode,
    WaitNode,
)
from tests.flows.approvals.laboratory import ADM, CEO, A, B, C, Company, D, E, M, S, X, hours

PEOPLE = (S, M, D, A, B, C, E, X, CEO)
FURTHER = (41, 42, 43, 44)  # nobody's approvers, but people whom one can add

policies = st.one_of(
    st.sampled_from(
        [
            Policy("all"), Policy("all", collect=True), Policy("any"), Policy("any", any_rejects=False),
            Policy("any", collect=True), Policy("sequence"),
        ]
    ),
    st.builds(
        lambda percent, strict, reject: Policy("vote", percent=Fraction(percent), strict=strict, reject_at=reject),
        st.integers(1, 99), st.booleans(), st.sampled_from([None, Fraction(50)]),
    ),
    st.builds(
        lambda a, b, strict, reject: Policy("vote", fraction=Fraction(min(a, b), b), strict=strict, reject_at=reject),
        st.integers(1, 7), st.integers(2, 7), st.booleans(), st.sampled_from([None, Fraction(1, 3), Fraction(2, 3)]),
    ),
    st.builds(lambda n: Policy("vote", count=n), st.integers(1, 3)),
    st.builds(lambda w: Policy("vote", weight=Fraction(w, 2)), st.integers(1, 6)),
)  # fmt: skip

rules = st.one_of(
    st.builds(
        lambda ids, w: ApproverRule("people", ids=tuple(ids), weight=Fraction(w, 3)),
        st.lists(st.sampled_from(PEOPLE), max_size=4), st.integers(1, 6),
    ),
    st.builds(lambda n: ApproverRule("role", name=n), st.sampled_from(["finance", "board", "nobody"])),
    st.just(ApproverRule("field", name="people")),
    st.builds(lambda k, n: ApproverRule(k, level=n), st.sampled_from(["manager", "head"]), st.integers(1, 3)),
    st.builds(
        lambda k, n, r: ApproverRule(k, until_level=n, until_role=r),
        st.sampled_from(["managers", "heads"]), st.sampled_from([None, 1, 2]), st.sampled_from(["", "board"]),
    ),
    st.just(ApproverRule("submitter")),
)  # fmt: skip

deadlines = st.one_of(
    st.none(),
    st.builds(
        lambda n, then, of: Deadline(hours(n), then, (hours(1),), of=of),
        st.integers(1, 9),
        st.sampled_from(["remind", "approve", "reject", "to_manager", "to_admin", "close", "suspend"]),
        st.sampled_from(["task", "node"]),
    ),
)


empties = st.one_of(
    st.builds(Empty, st.sampled_from(["to_admin", "pass", "refuse"])),
    st.builds(
        lambda ids: Empty("ask", (ApproverRule("people", ids=tuple(ids)),)),
        st.lists(st.sampled_from(PEOPLE), max_size=2),
    ),
)


class _Graph:
    """Makes nodes with names of their own; ``draw`` is hypothesis'."""

    def __init__(self, draw: Any) -> None:
        self.draw, self.nodes, self.number = draw, dict[str, Any](), 0

    def name(self) -> str:
        self.number += 1
        return f"n{self.number}"

    def chain(self, end: str | None, depth: int) -> str | None:
        """One to three nodes one after the other, the last leading to ``end``; gives the first."""
        first = end
        for _ in range(self.draw(st.integers(1, 3 if depth == 0 else 2))):
            first = self.node(first, depth)
        return first

    def node(self, to: str | None, depth: int) -> str:
        kinds = ["people"] * 6 + ["pool", "cc", "auto", "wait", "sub_flow", "action"]
        kinds += ["decision", "block", "block"] if depth < 2 else []
        name = self.name()
        self.nodes[name] = getattr(self, self.draw(st.sampled_from(kinds)))(name, to, depth)
        return name

    def people(self, name: str, to: str | None, depth: int) -> PeopleNode:
        draw = self.draw
        return PeopleNode(
            name, to=to, approvers=tuple(draw(st.lists(rules, min_size=1, max_size=2))), policy=draw(policies),
            on_empty=draw(empties),
            on_self=draw(st.sampled_from(["drop", "skip", "allow", "manager", "head", "forbid"])),
            on_reject=draw(st.sampled_from(["end", "end", "start", "previous"])),
            resume=draw(st.sampled_from(["", "all", "remaining"])), same_people=draw(st.booleans()),
            deadline=draw(deadlines), is_handle=draw(st.sampled_from([False, False, True])),
            dedupe=draw(st.sampled_from([None, None, "each", "consecutive", "first"])),
            may=draw(st.sampled_from([frozenset(MAY), frozenset(MAY), frozenset(MAY[:4])])),
            fields=draw(st.sampled_from([{}, {}, {"amount": "edit"}])), cc=tuple(draw(st.lists(rules, max_size=1))),
        )  # fmt: skip

    def pool(self, name: str, to: str | None, depth: int) -> PeopleNode:
        role = ApproverRule("role", name=self.draw(st.sampled_from(["finance", "board", "nobody"])))
        return PeopleNode(
            name, to=to, approvers=(role,), pool=True, policy=Policy("any"), deadline=self.draw(deadlines),
            on_empty=self.draw(empties),
        )  # fmt: skip

    def sub_flow(self, name: str, to: str | None, depth: int) -> SubFlowNode:
        rule = self.draw(st.sampled_from(["reject", "return", "continue"]))
        return SubFlowNode(name, to=to, flow="other", each="line", wait=self.draw(st.booleans()), on_reject=rule)

    def action(self, name: str, to: str | None, depth: int) -> ActionNode:
        return ActionNode(name, to=to, actions=(Action("set", values={"amount": 1}),))

    def cc(self, name: str, to: str | None, depth: int) -> CcNode:
        return CcNode(name, to=to, people=tuple(self.draw(st.lists(rules, max_size=2))))

    def auto(self, name: str, to: str | None, depth: int) -> AutoNode:
        return AutoNode(name, to=to, approves=self.draw(st.sampled_from([True, True, True, False])))

    def wait(self, name: str, to: str | None, depth: int) -> WaitNode:
        after = self.draw(st.sampled_from([1, 3, 5, None]))
        signal = "go" if after is None or self.draw(st.booleans()) else ""
        return WaitNode(name, to=to, after=hours(after) if after else None, signal=signal)

    def decision(self, name: str, to: str | None, depth: int) -> DecisionNode:
        branches = [Branch(self.chain(to, depth + 1), f"amount > {n}") for n in (100, 10)]
        otherwise = self.draw(st.sampled_from([to, to, "end"]))
        return DecisionNode(name, to=None, branches=(*branches, Branch(otherwise, otherwise=True)))

    def block(self, name: str, to: str | None, depth: int) -> BlockNode:
        number = self.draw(st.integers(2, 3))
        inclusive = self.draw(st.booleans())
        ends = [self.chain(None, depth + 1) if self.draw(st.integers(0, 5)) else None for _ in range(number)]
        branches = [
            Branch(end, f"amount > {i * 20}" if inclusive and i else None, inclusive and not i)
            for i, end in enumerate(ends)
        ]
        return BlockNode(
            name, to=to, branches=tuple(branches), is_inclusive=inclusive,
            join=self.draw(st.sampled_from([None, None, 1])),
            rest=self.draw(st.sampled_from(["cancel", "copy", "finish"])),
            on_reject=self.draw(st.sampled_from(["end", "wait"])),
        )  # fmt: skip


@st.composite
def flows(draw: Any) -> FlowDef:
    graph = _Graph(draw)
    first = graph.chain("end", 0)
    done = draw(st.sampled_from([(), (Action("set", values={"amount": 1}),)]))
    ends = {"end": EndNode("end", actions=done)}
    if draw(st.booleans()):
        ends["rejected"] = EndNode("rejected", result="rejected", actions=done)
    assert first is not None
    order = [first, *(n for n in graph.nodes if n != first)]
    main = [n for n in order if isinstance(graph.nodes[n], PeopleNode) and n in _line(graph, first)]
    sensitive = Sensitive(frozenset({"amount"}), main[0]) if main and draw(st.booleans()) else None
    return FlowDef(
        "random", "thing", nodes={**{n: graph.nodes[n] for n in order}, **ends}, version="1",
        dedupe=draw(st.sampled_from(["each", "consecutive", "first"])),
        limits=Limits(visits=draw(st.sampled_from([3, 20])), transfers=draw(st.sampled_from([2, 10]))),
        restart=draw(st.sampled_from(["new", "same"])), sensitive=sensitive,
        withdraw=draw(st.sampled_from(["any_time", "any_time", "before_first_decision"])),
    )  # fmt: skip


def _line(graph: _Graph, first: str | None) -> list[str]:
    """The nodes that every run comes by: from the first one on as long as no decision parts the ways."""
    found: list[str] = []
    while first in graph.nodes:
        found.append(first)
        first = graph.nodes[first].to
    return found


@st.composite
def companies(draw: Any) -> Company:
    people = st.sampled_from(PEOPLE)
    return Company(
        inactive=draw(st.sets(people, max_size=3)),
        managers=draw(st.dictionaries(people, people, max_size=8)),
        departments=draw(st.dictionaries(people, st.sampled_from([100, 101, 102]), max_size=8)),
        heads=draw(st.dictionaries(st.sampled_from([100, 101, 102]), people, max_size=3)),
        tree=draw(st.dictionaries(st.sampled_from([100, 101, 102]), st.sampled_from([100, 101, 102]), max_size=3)),
        roles={"finance": draw(st.lists(people, max_size=4, unique=True)), "board": [CEO]},
        agents={p: [(q, None)] for p, q in draw(st.dictionaries(people, people, max_size=3)).items() if p != q},
        admins=draw(st.sampled_from([[ADM], [ADM, M], []])),
        fields={
            "people": draw(st.lists(people, max_size=2)),
            "items": draw(st.sampled_from([[], ["1"], ["1", "2", "3"]])),
        },
    )
