"""What would become of an approval: who would be asked, in which order, why, and until when. Nothing is stored.

The run is worked off in memory with everybody approving at once; ``compare`` does it for approvals that have ended, by
another version of their flow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jimu.access.approvals import APPROVAL
from jimu.definitions.approvals.model import FlowDef, PeopleNode
from jimu.errors import Conflict, JimuError
from jimu.flows.approvals.approvers import pool_members
from jimu.flows.approvals.choosing import picks_by
from jimu.flows.approvals.engine import advance, new_run
from jimu.flows.approvals.events import ActionsDone, ChildEnded, Claim, Decide, Signal, Submit, TimerDue
from jimu.flows.approvals.facts import Facts
from jimu.flows.approvals.keeping import Kept, load
from jimu.flows.approvals.line_fields import own_fields
from jimu.flows.approvals.model import Entry, Run, Task
from jimu.flows.approvals.work import Work
from jimu.flows.approvals.world import World
from jimu.messages import Message
from jimu.records import Context
from jimu.storage.query import Compare, Query, Sort

_MOST_STEPS = 500


@dataclass(frozen=True)
class Asked:
    """``how``: '' asked, or why not (duplicate, self …). ``due``: until when, if it began now."""

    person: int | None
    pool: str = ""
    how: str = ""
    due: datetime | None = None


@dataclass(frozen=True)
class Step:
    """One visit: ``why`` says which branch was taken, or why nobody is asked."""

    node: str
    type: str
    outcome: str
    people: tuple[Asked, ...] = ()
    why: str = ""
    block: str = ""


@dataclass(frozen=True)
class Forecast:
    """``end``: the state in which it would end; '' and a ``problem`` where it would not begin or get stuck."""

    flow: str
    steps: tuple[Step, ...] = ()
    end: str = ""
    problem: Message | None = None
    problems: tuple[Any, ...] = ()


def foresee(
    flow: FlowDef,
    record: int,
    context: Context,
    *,
    submitter: int | None = None,
    picks: Mapping[str, tuple[int, ...]] | None = None,
    held: Mapping[str, Any] | None = None,
    department: int | None = None,
) -> Forecast:
    """The way that the record would take now. ``context`` has a transaction."""
    asker = int(context.actor.id or 0) if submitter is None else submitter
    facts = _Hopeful(context, flow, record, asker, held).handed_in(department)
    walk = _Walk(flow, new_run(flow, asker), facts, context.clock())
    try:
        walk.feed(Submit(actor=asker, at=walk.at, picks=picks or {}, department=department))
        for _ in range(_MOST_STEPS):
            if not walk.go_on():
                break
    except JimuError as error:
        return Forecast(flow.name, walk.steps(), "", error.message, error.problems)
    return Forecast(flow.name, walk.steps(), walk.run.state if walk.run.is_final else "")


class _Hopeful(Facts):
    """As the record is, but that lines will be filled in where a step wants it."""

    def ask_lines_blank(self, column: str, besides: Iterable[str]) -> bool:
        return False


@dataclass
class _Walk:
    flow: FlowDef
    run: Run
    facts: Facts
    at: datetime
    entries: list[Entry] = field(default_factory=list)

    def feed(self, event: Any) -> None:
        outcome = advance(self.flow, self.run, event, self.facts)
        self.run = outcome.run
        self.entries += outcome.entries
        for effect in outcome.effects:
            if effect.kind == "actions" and effect.visit is not None:
                self.feed(ActionsDone(actor=0, at=self.at, visit=effect.visit))

    def go_on(self) -> bool:
        """Whether there was something that somebody would do next; everybody agrees."""
        if self.run.state != "running":
            return False
        task = next((t for t in self.run.tasks.values() if t.state == "pending" and t.kind != "repair"), None)
        if task is not None:
            self._approve(task)
            return True
        timer = next((t for t in self.run.timers.values() if t.kind == "wait"), None)
        if timer is not None:
            self.feed(TimerDue(actor=0, at=max(self.at, timer.due), timer=timer.id))
            return True
        return self._from_outside()

    def _from_outside(self) -> bool:
        for visit in self.run.visits.values():
            if visit.state == "open" and visit.children:
                self.feed(ChildEnded(actor=0, at=self.at, child=visit.children[0], result="approved"))
                return True
            if visit.state == "open" and bool(getattr(self.flow.nodes[visit.node], "signal", "")):
                self.feed(Signal(actor=0, at=self.at, name=self.flow.nodes[visit.node].signal))
                return True
        return False

    def _approve(self, task: Task) -> None:
        if task.holder is None:
            work = Work(self.flow, self.run, Signal(actor=0, at=self.at, name=""), World(self.facts))
            members = [p for p in pool_members(work, task.pool) if p != self.run.submitter]
            if not members:
                raise _nobody(task.pool)
            self.feed(Claim(actor=members[0], at=self.at, task=task.id))
            task = self.run.tasks[task.id]
        node: PeopleNode = self.flow.nodes[self.run.visits[task.visit].node]
        chosen = [n for n, _ in picks_by(self.flow, node.name) if n.name not in self.run.picks]
        if chosen:
            raise _chosen_later(node, chosen[0])
        changes = {n: "…" for n, level in own_fields(node).items() if level == "required"}
        answer = "done" if node.is_handle else "approve"
        self.feed(
            Decide(actor=int(task.holder or 0), at=self.at, task=task.id, answer=answer, comment="…",
                   changes=changes, signature="…")
        )  # fmt: skip

    def steps(self) -> tuple[Step, ...]:
        branches = {e.visit: e.details.get("branch") for e in self.entries if e.action == "branch"}
        whys = {e.visit: "empty" for e in self.entries if e.action in ("empty", "passed")}
        return tuple(
            Step(
                v.node,
                self.flow.nodes[v.node].type,
                v.outcome,
                tuple(self._asked(t) for t in self.run.tasks.values() if t.visit == v.id and t.kind != "repair"),
                str(branches[v.id]) if v.id in branches else whys.get(v.id, ""),
                self.run.visits[v.block].node if v.block is not None else "",
            )
            for v in self.run.visits.values()
        )

    def _asked(self, task: Task) -> Asked:
        how = "" if task.reason in ("decided-by-other", "node-rejected") else task.reason
        return Asked(task.person, task.pool, how, task.due)


def _nobody(pool: str) -> JimuError:
    return Conflict(Message("Nobody can claim what is for {pool}.", {"pool": pool}))


def _chosen_later(by: PeopleNode, node: PeopleNode) -> JimuError:
    params = {"node": node.label or node.name, "by": by.label or by.name}
    return Conflict(Message("Who is asked at {node} is chosen at {by}.", params))


@dataclass(frozen=True)
class Comparison:
    """One approval that has ended, against the way it would take by another version of its flow."""

    approval: int
    record: int
    before: tuple[str, ...]
    now: tuple[str, ...]
    problem: Message | None = None

    @property
    def is_same(self) -> bool:
        return self.before == self.now and self.problem is None


def compare(flow: FlowDef, context: Context, last: int = 50) -> list[Comparison]:
    """The last approvals by ``flow.name`` that have ended, the latest first, and the way each would take now."""
    mine = Compare("flow", "eq", flow.name) & Compare("key", "blank") & Compare("record", "not_blank")
    query = Query(APPROVAL, mine, sort=(Sort(("id",), descending=True),), fields=("record",), limit=min(last, 500))
    found = []
    for row in context.transaction.select(query).rows:
        kept = load(row["id"], context)
        if kept.row.get("revokes") is None:
            found.append(_compared(kept, flow, context))
    return found


def _compared(kept: Kept, flow: FlowDef, context: Context) -> Comparison:
    run = kept.run
    forecast = foresee(flow, kept.record, context, submitter=run.submitter, picks=run.picks, department=run.department)
    before = tuple(_way((v.node, kept.run.tasks.values(), v.id) for v in kept.run.path))
    now = tuple(_foreseen(forecast))
    return Comparison(kept.id, kept.record, before, now, forecast.problem)


def _way(visits: Any) -> list[str]:
    """The nodes at which somebody was asked, with whom: what a change of a flow is judged by."""
    found = []
    for node, tasks, visit in visits:
        people = sorted({t.original for t in tasks if t.visit == visit and t.original and t.kind != "repair"})
        if people:
            found.append(f"{node}: {', '.join(map(str, people))}")
    return found


def _foreseen(forecast: Forecast) -> list[str]:
    found = []
    for step in forecast.steps:
        people = sorted({a.person for a in step.people if a.person})
        if people:
            found.append(f"{step.node}: {', '.join(map(str, people))}")
    return found
