"""A small company and a way to drive one approval through the pure core; every event is followed by all invariants."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from jimu.definitions.approvals.model import FlowDef
from jimu.definitions.approvals.reading import read_flow
from jimu.definitions.kinds.duration import Duration
from jimu.diagnostics import Place
from jimu.errors import JimuError
from jimu.flows.approvals import events
from jimu.flows.approvals.dump import dump, load_run
from jimu.flows.approvals.engine import advance, new_run
from jimu.flows.approvals.invariants import violations
from jimu.flows.approvals.model import Effect, Entry, Outcome, Run, Task
from jimu.flows.approvals.replay import replay

S, M, D, A, B, C, E, X, ADM, CEO = 1, 2, 3, 11, 12, 13, 14, 30, 99, 4
NAMES = {
    "S": S, "M": M, "D": D, "A": A, "B": B, "C": C, "E": E, "X": X, "ADM": ADM, "CEO": CEO,
}  # fmt: skip
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Making:
    """Reads a flow with formulas left as their sources; a report is a failure."""

    def place(self, path: Any) -> Place:
        return Place()

    def error(self, code: str, template: str, path: Any, **params: object) -> None:
        raise AssertionError(f"{code}: {template.format(**params)}")

    def condition(self, source: str, path: Any) -> Any:
        return source

    people = value = condition


def flow_of(text: str, **changes: Any) -> FlowDef:
    """The flow that the YAML says; ``end: {type: end}`` is added where it has none."""
    data = yaml.safe_load(textwrap.dedent(text))
    data.setdefault("object", "thing")
    data["nodes"].setdefault("end", {"type": "end"})
    flow = read_flow("f", data, Making())
    return replace(flow, version="1", **changes)


@dataclass
class Company:
    """The world's answers. Names as in the specification: S reports to M, M to D, D to the CEO."""

    inactive: set[int] = field(default_factory=set)
    managers: dict[int, int] = field(default_factory=lambda: {S: M, M: D, D: CEO, A: M, B: M, C: M, E: M})
    departments: dict[int, int] = field(default_factory=lambda: {S: 100, M: 100, A: 100, D: 101, CEO: 102})
    heads: dict[int, int | None] = field(default_factory=lambda: {100: M, 101: D, 102: CEO})
    tree: dict[int, int] = field(default_factory=lambda: {100: 101, 101: 102})
    further: dict[int, list[int]] = field(default_factory=dict)
    legal: set[int] = field(default_factory=set)  # departments that are companies of their own
    roles: dict[str, list[int]] = field(default_factory=lambda: {"finance": [A, B, C], "board": [CEO]})
    groups: dict[str, list[int]] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    agents: dict[int, list[tuple[int, datetime | None]]] = field(default_factory=dict)
    admins: list[int] = field(default_factory=lambda: [ADM])

    def answer(self, question: str, *arguments: Any) -> Any:
        found = getattr(self, f"_{question}")(*arguments)
        return list(found) if isinstance(found, tuple) else found

    def _active(self, user: int) -> bool:
        return user not in self.inactive

    def _manager(self, user: int) -> int | None:
        return self.managers.get(user)

    def _department(self, user: int) -> int | None:
        return self.departments.get(user)

    def _head(self, department: int) -> int | None:
        return self.heads.get(department)

    def _departments(self, user: int) -> list[int]:
        main = self.departments.get(user)
        return [*([main] if main is not None else []), *self.further.get(user, [])]

    def _company(self, department: int) -> int | None:
        seen = set[int]()
        now: int | None = department
        while now is not None and now not in seen:
            if now in self.legal:
                return now
            seen.add(now)
            now = self.tree.get(now)
        return None

    def _companies(self, user: int) -> list[int | None]:
        return list(dict.fromkeys(self._company(d) for d in self._departments(user)))

    def _above(self, department: int) -> int | None:
        return self.tree.get(department)

    def _role(self, name: str, within: str, submitter: int) -> list[int]:
        return [p for p in self.roles.get(name, []) if p not in self.inactive]

    def _has_role(self, user: int, role: str) -> bool:
        return user in self.roles.get(role, [])

    def _group(self, code: str) -> list[int]:
        return self.groups.get(code, [])

    def _field(self, name: str) -> list[int]:
        found = self.fields.get(name)
        return found if isinstance(found, list) else [] if found is None else [found]

    def _owner(self) -> list[int]:
        return [S]

    def _named(self, emails: list[str]) -> list[int]:
        return [NAMES[e.upper()] for e in emails]

    def _admins(self) -> list[int]:
        return self.admins

    def _is_admin(self, user: int) -> bool:
        return user in self.admins

    def _formula(self, node: str, place: str) -> list[int]:
        return self._field(node)

    def _agents(self, user: int, at: str) -> list[list[Any]]:
        return [[u, until.isoformat() if until else None] for u, until in self.agents.get(user, [])]

    def _condition(self, node: str, branch: int) -> bool:
        source = self.conditions[node, branch]
        amounts = {k: 0 if v is None else v for k, v in self.fields.items()}
        blank = any(self.fields.get(n) is None for n in ("amount",) if n in source)
        return not blank and bool(eval(source, {"amount": 0, **amounts}))

    def _lines_blank(self, column: str, besides: list[str]) -> bool:
        return any(not v for k, v in self.fields.get(column, {}).items() if k not in besides)

    def _filled(self, name: str) -> bool:
        return self.fields.get(name) not in (None, "")

    def _moment(self, name: str) -> str | None:
        found = self.fields.get(name)
        return found.isoformat() if found else None

    def _items(self, node: str) -> list[str]:
        return list(self.fields.get("items", ["1"]))

    def _due(self, at: str, amount: int, unit: str, user: int | None, calendar: str) -> str:
        hours = {"hours": 1, "working_hours": 1, "days": 24, "workdays": 24, "minutes": 1 / 60}[unit]
        return (datetime.fromisoformat(at) + timedelta(hours=amount * hours)).isoformat()

    conditions: Mapping[tuple[str, int], str] = field(default_factory=dict)


def conditions_of(flow: FlowDef) -> dict[tuple[str, int], str]:
    return {
        (node.name, i): branch.when
        for node in flow.nodes.values()
        for i, branch in enumerate(getattr(node, "branches", ()))
        if branch.when is not None
    }


class Case:
    """One approval being driven. Actions of nodes count as done at once, as in the service, unless ``hold`` is set."""

    def __init__(
        self, flow: str | FlowDef, company: Company | None = None, *, hold: bool = False, purpose: str = "record",
        **fields: Any,
    ):  # fmt: skip
        self.flow = flow_of(flow) if isinstance(flow, str) else flow
        self.flows = {self.flow.version: self.flow}
        self.company = company or Company()
        self.company.fields.update(fields)
        self.company.conditions = conditions_of(self.flow)
        self.first = self.run = new_run(self.flow, S, purpose=purpose)
        self.at = START
        self.entries: list[Entry] = []
        self.effects: list[Effect] = []
        self.children: list[str] = []  # runs begun by this one that have not ended
        self.problem = ""  # why actions of nodes fail
        self.hold = hold
        self.last: Outcome | None = None

    # --- events ---

    def happen(self, kind: type[events.Event], actor: int, **values: Any) -> Outcome:
        self.at += timedelta(seconds=1)
        return self.feed(kind(actor=actor, at=self.at, **values))

    def feed(self, event: events.Event) -> Outcome:
        outcome = advance(self.flow, self.run, event, self.company)
        assert [e.seq for e in outcome.entries] == list(
            range(self.run.sequence + 1, self.run.sequence + 1 + len(outcome.entries))
        )
        self.run, self.last = outcome.run, outcome
        self.entries += outcome.entries
        self.effects += outcome.effects
        wrong = violations(self.flow, self.run)
        assert not wrong, wrong
        assert load_run(dump(self.run)) == self.run
        for effect in outcome.effects:
            self._follow(effect)
        return outcome

    def _follow(self, effect: Effect) -> None:
        """What the service would do about it."""
        if effect.kind == "child":
            self.children.append(effect.key)
        elif effect.kind == "end_child" and effect.key in self.children:
            self.children.remove(effect.key)
        elif effect.kind == "restore" and not self.hold:
            self.feed(events.Restored(actor=0, at=self.at, fields=("amount",)))
        elif effect.kind == "actions" and effect.visit is not None and not self.hold:
            self.feed(events.ActionsDone(actor=0, at=self.at, visit=effect.visit, problem=self.problem))

    def migrate(self, flow: FlowDef, actor: int) -> Outcome:
        """Go on under another version of the flow."""
        self.flow, before = flow, self.flow
        self.flows[flow.version] = flow
        try:
            return self.happen(events.Migrate, actor, version=flow.version, comment="new")
        except JimuError:
            self.flow = before
            raise

    def submit(self, actor: int = S, **picks: tuple[int, ...]) -> Case:
        self.happen(events.Submit, actor, picks=picks)
        return self

    def approve(self, actor: int, **values: Any) -> Outcome:
        return self.happen(events.Decide, actor, task=self.task(actor).id, answer="approve", **values)

    def reject(self, actor: int, **values: Any) -> Outcome:
        return self.happen(events.Decide, actor, task=self.task(actor).id, answer="reject", **values)

    def wait(self, hours: float) -> None:
        """Time passes; whatever timer is due fires, in order."""
        until = self.at + timedelta(hours=hours)
        while self.run.state == "running" and (
            due := sorted((t.due, t.id) for t in self.run.timers.values() if t.due <= until)
        ):
            self.at = max(self.at, due[0][0])
            self.feed(events.TimerDue(actor=0, at=self.at, timer=due[0][1]))
        self.at = until

    # --- questions ---

    def task(self, person: int, states: tuple[str, ...] = ("pending", "delegated")) -> Task:
        """The open task that the person holds (of whatever is there, else the latest of his)."""
        tasks = list(self.run.tasks.values())
        found = [t for t in tasks if t.state in states and person in (t.holder, *(a.user for a in t.agents))]
        return (found or [t for t in tasks if t.person == person] or [t for t in tasks if t.pool])[-1]

    def asked(self) -> list[int | None]:
        """Who has a task to decide now, in the order of the tasks."""
        return [t.holder for t in self.run.tasks.values() if t.state in ("pending", "delegated")]

    def states(self, node: str) -> list[str]:
        """The states of the tasks of the latest visit of a node."""
        visit = max(v.id for v in self.run.visits.values() if v.node == node)
        return [t.state + (f"({t.reason})" if t.reason else "") for t in self.run.tasks.values() if t.visit == visit]

    def visits(self, node: str) -> list[str]:
        return [v.state for v in self.run.visits.values() if v.node == node]

    def actions(self) -> list[str]:
        return [e.action for e in self.entries]

    def notices(self, point: str) -> list[tuple[int, ...]]:
        return [e.people for e in self.effects if e.kind == "notice" and e.point == point]

    def replayed(self) -> Run:
        return replay(self.flows[self.first.version], self.first, self.entries, self.flows.__getitem__)


def hours(amount: int) -> Duration:
    return Duration(amount, "hours")
