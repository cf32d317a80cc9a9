"""Random flows and organisations for property tests: every graph is sound, everything else is as wild as it may be."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from jimu.definitions.approvals.model import (
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
    WaitNode,
)
from tests.flows.approvals.laboratory import ADM, CEO, A, B, C, Company, D, E, M, S, X, hours

PEOPLE = (S, M, D, A, B, C, E, X, CEO)

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
    st.builds(lambda n: Policy("vote", count=n), st.integers(1, 3)),
    st.builds(lambda w: Policy("vote", weight=Fraction(w, 2)), st.integers(1, 6)),
)  # fmt: skip

rules = st.one_of(
    st.builds(lambda ids: ApproverRule("people", ids=tuple(ids)), st.lists(st.sampled_from(PEOPLE), max_size=4)),
    st.builds(lambda n: ApproverRule("role", name=n), st.sampled_from(["finance", "board", "nobody"])),
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
        lambda n, then: Deadline(hours(n), then, (hours(1),)),
        st.integers(1, 9),
        st.sampled_from(["remind", "approve", "reject", "to_manager", "to_admin", "close"]),
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
        kinds = ["people"] * 5 + ["cc", "auto", "wait"] + (["decision", "block", "block"] if depth < 2 else [])
        name = self.name()
        self.nodes[name] = getattr(self, self.draw(st.sampled_from(kinds)))(name, to, depth)
        return name

    def people(self, name: str, to: str | None, depth: int) -> PeopleNode:
        draw = self.draw
        return PeopleNode(
            name, to=to, approvers=tuple(draw(st.lists(rules, min_size=1, max_size=2))), policy=draw(policies),
            on_empty=Empty(draw(st.sampled_from(["to_admin", "pass"]))),
            on_self=draw(st.sampled_from(["drop", "skip", "allow", "manager", "head"])),
            on_reject=draw(st.sampled_from(["end", "end", "start", "previous"])),
            resume=draw(st.sampled_from(["", "all", "remaining"])), same_people=draw(st.booleans()),
            deadline=draw(deadlines), is_handle=draw(st.sampled_from([False, False, True])),
        )  # fmt: skip

    def cc(self, name: str, to: str | None, depth: int) -> CcNode:
        return CcNode(name, to=to, people=tuple(self.draw(st.lists(rules, max_size=2))))

    def auto(self, name: str, to: str | None, depth: int) -> AutoNode:
        return AutoNode(name, to=to, approves=self.draw(st.sampled_from([True, True, True, False])))

    def wait(self, name: str, to: str | None, depth: int) -> WaitNode:
        return WaitNode(name, to=to, after=hours(self.draw(st.integers(1, 5))))

    def decision(self, name: str, to: str | None, depth: int) -> DecisionNode:
        branches = [Branch(self.chain(to, depth + 1), f"amount > {n}") for n in (100, 10)]
        return DecisionNode(name, to=None, branches=(*branches, Branch(to, otherwise=True)))

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
            join=self.draw(st.sampled_from([None, None, 1])), rest=self.draw(st.sampled_from(["cancel", "finish"])),
            on_reject=self.draw(st.sampled_from(["end", "wait"])),
        )  # fmt: skip


@st.composite
def flows(draw: Any) -> FlowDef:
    graph = _Graph(draw)
    first = graph.chain("end", 0)
    ends = {"end": EndNode("end")}
    order = [first, *(n for n in graph.nodes if n != first)]
    return FlowDef(
        "random", "thing", nodes={**{n: graph.nodes[n] for n in order}, **ends}, version="1",
        dedupe=draw(st.sampled_from(["each", "consecutive", "first"])),
        limits=Limits(visits=draw(st.sampled_from([3, 20]))),
    )  # fmt: skip


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
    )
