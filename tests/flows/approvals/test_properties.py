"""Random flows, organisations and orders of events: all invariants hold after every event, history replays to the
same, and a refused event changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from jimu.definitions.approvals.model import Limits
from jimu.errors import JimuError
from jimu.flows.approvals import events
from jimu.flows.approvals.model import FINAL
from jimu.flows.approvals.shares import depth
from tests.flows.approvals.generated import FURTHER, PEOPLE, companies, flows
from tests.flows.approvals.laboratory import ADM, Case, S

ACTIONS = (
    "decide", "decide", "decide", "decide", "transfer", "delegate", "recall", "add", "remove", "return", "reclaim",
    "time", "left", "back", "withdraw", "urge", "admin", "resubmit", "agents", "claim", "unclaim", "add", "delegate",
    "child", "child", "signal", "edit", "organisation", "actions", "comment", "revoked", "migrate",
    "nest", "nest", "nest", "nest", "restart",
)  # fmt: skip

PURPOSES = ("record", "record", "change", "restore")


def _someone(draw: Any) -> int:
    return int(draw(st.sampled_from(PEOPLE)))


def _event(case: Case, draw: Any) -> Any:
    """Something that somebody tries: mostly with a task of their own, now and then with any."""
    action = draw(st.sampled_from(ACTIONS))
    tasks = list(case.run.tasks.values())
    open_tasks = [t for t in tasks if t.is_open] if draw(st.integers(0, 9)) else tasks
    if action == "resubmit":
        return events.Submit, S, {}
    if action == "restart":
        return events.Restart, S, {}
    if action == "withdraw":
        return (events.Withdraw, S, {}) if not draw(st.integers(0, 4)) else None
    if action == "urge":
        return events.Urge, S, {}
    if action == "admin":
        return _admin(case, draw)
    if action == "left":
        person = _someone(draw)
        case.company.inactive.add(person)
        return events.Left, 0, {"person": person}
    if action == "back":
        case.company.inactive.discard(_someone(draw))
        return None
    if action == "agents":
        person, agent = _someone(draw), _someone(draw)
        case.company.agents[person] = [] if person == agent else [(agent, None)]
        return events.AgentsChanged, 0, {"person": person}
    if action == "reclaim":
        mine = [t for t in tasks if t.decided_by is not None]
        task = draw(st.sampled_from(mine)) if mine else None
        return (events.Reclaim, task.decided_by, {"task": task.id}) if task else None
    if action in _BESIDE:
        return _beside(case, draw, action)
    if action == "nest":
        return _nest(case, draw)
    if not open_tasks:
        return None
    deeper = action in ("add", "delegate") and draw(st.booleans())  # added to the added, delegated by the delegate
    task = open_tasks[-1] if deeper else draw(st.sampled_from(open_tasks))
    actor = task.holder if task.holder is not None and draw(st.integers(0, 9)) else _someone(draw)
    return _on_task(case, draw, action, task, actor)


def _nest(case: Case, draw: Any) -> Any:
    """Who stands deepest among those added adds somebody who can be added: so that nesting comes to its limit."""
    tasks = dict(case.run.tasks)
    pending = [t for t in tasks.values() if t.state == "pending" and t.holder is not None and t.kind != "repair"]
    if not pending:
        return None
    task = max(pending, key=lambda t: (depth(t, tasks), t.id))
    here = {p for t in tasks.values() if t.visit == task.visit and t.is_open for p in (t.person, t.holder, *t.owners)}
    free = [p for p in (*PEOPLE, *FURTHER) if p not in here and p not in case.company.inactive and p != S]
    relation, method = draw(st.sampled_from(["before", "after"])), draw(st.sampled_from(["all", "any", "sequence"]))
    number = draw(st.integers(1, 2))
    people = tuple(draw(st.lists(st.sampled_from(free), min_size=1, max_size=number, unique=True))) if free else ()
    more = {"people": people, "relation": relation, "method": method}
    return (events.AddSign, task.holder, {"task": task.id, **more}) if people else None


_BESIDE = ("child", "signal", "edit", "organisation", "actions", "comment", "revoked", "migrate")


def _beside(case: Case, draw: Any, action: str) -> Any:
    """What happens outside of any task."""
    company = case.company
    if action == "child" and case.children:
        key = case.children.pop(draw(st.integers(0, len(case.children) - 1)))
        result = draw(st.sampled_from(["approved", "approved", "rejected", "withdrawn", "terminated"]))
        return events.ChildEnded, 0, {"child": key, "result": result}
    if action == "signal":
        return events.Signal, 0, {"name": draw(st.sampled_from(["go", "go", "other"]))}
    if action == "edit":
        company.fields["amount"] = draw(st.sampled_from([None, 5, 50, 500]))
        return events.Edited, S, {"fields": (draw(st.sampled_from(["amount", "amount", "people"])),)}
    if action == "comment":
        return draw(st.sampled_from([events.Comment, events.CopyTo])), S, {"people": (_someone(draw),), "comment": "x"}
    if action == "revoked":
        return events.Revoked, S, {}
    if action == "migrate":
        version = str(int(case.flow.version) + 1)
        return events.Migrate, ADM, {"version": version} if not draw(st.integers(0, 3)) else {}
    if action == "actions":
        case.problem = draw(st.sampled_from(["", "", "no room"]))
    if action == "organisation":
        _reorganise(company, draw)
    return None


def _reorganise(company: Any, draw: Any) -> None:
    """Managers, heads, departments and roles become others while runs are under way."""
    company.managers[_someone(draw)] = _someone(draw)
    company.departments[_someone(draw)] = draw(st.sampled_from([100, 101, 102]))
    company.heads[draw(st.sampled_from([100, 101, 102]))] = draw(st.sampled_from([*PEOPLE, None]))
    company.roles["finance"] = draw(st.lists(st.sampled_from(PEOPLE), max_size=4, unique=True))
    company.fields["people"] = draw(st.lists(st.sampled_from(PEOPLE), max_size=2))


def _on_task(case: Case, draw: Any, action: str, task: Any, actor: int) -> Any:
    id = {"task": task.id}
    if action == "decide":
        return events.Decide, actor, {**id, **_answer(case, draw, task)}
    if action == "transfer":
        return events.Transfer, actor, {**id, "to": _someone(draw)}
    if action == "delegate":
        return events.Delegate, actor, {**id, "to": _someone(draw)}
    if action == "recall":
        return events.Recall, draw(st.sampled_from(task.owners)) if task.owners else actor, id
    if action == "add":
        people = tuple(draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2)))
        relation = draw(st.sampled_from(["before", "after", "parallel"]))
        method = draw(st.sampled_from(["all", "any", "sequence"]))
        return events.AddSign, actor, {**id, "people": people, "relation": relation, "method": method}
    if action == "remove":
        return events.RemoveSign, task.added_by if task.added_by is not None else ADM, id
    if action == "return":
        return events.Return, actor, {**id, "target": draw(st.sampled_from(["start", *case.flow.nodes]))}
    if action in ("claim", "unclaim"):
        return events.Claim if action == "claim" else events.Unclaim, actor, id
    return None


def _answer(case: Case, draw: Any, task: Any) -> dict[str, Any]:
    """Now and then with a key, by which the same request counts once, and with a field filled in."""
    answer = "done" if task.kind == "handle" else draw(st.sampled_from(["approve", "approve", "approve", "reject"]))
    found: dict[str, Any] = {"answer": answer}
    visit = case.run.visits.get(task.visit)
    if visit and getattr(case.flow.nodes[visit.node], "fields", {}) and draw(st.booleans()):
        found |= {"changes": {"amount": 7}, "changed": ("amount",)}
    return {**found, "key": f"k{case.run.sequence}"} if draw(st.booleans()) else found


def _admin(case: Case, draw: Any) -> Any:
    kind = draw(st.sampled_from(["jump", "reassign", "suspend", "continue", "repair", "repair", "terminate"]))
    why = {"comment": "because"}
    if kind == "jump":
        return events.Jump, ADM, {**why, "node": draw(st.sampled_from(["start", *case.flow.nodes]))}
    if kind == "reassign":
        tasks = [t.id for t in case.run.tasks.values() if t.is_open]
        return (events.Reassign, ADM, {**why, "task": tasks[0], "to": _someone(draw)}) if tasks else None
    if kind == "terminate" and draw(st.integers(0, 5)):
        return None
    found = {"suspend": events.Suspend, "continue": events.Continue, "repair": events.Repair}
    return found.get(kind, events.Terminate), ADM, why


def live(case: Case, data: Any, steps: int) -> None:
    """Drive the case; every step is checked by the laboratory."""
    draw = data.draw
    try:
        case.submit()
    except JimuError:
        return
    for _ in range(draw(st.integers(steps // 3, steps))):
        if draw(st.integers(0, 9)) == 0:
            case.wait(draw(st.integers(1, 10)))
            continue
        found = _event(case, draw)
        if found is not None:
            _try(case, *found)
    if case.run.state in FINAL:
        assert not case.run.open_tasks
        assert not [key for key in case.children if _waits_for(case, key)]
    assert case.replayed() == case.run
    _tell(case)


def _try(case: Case, kind: type[events.Event], actor: int, values: dict[str, Any]) -> None:
    """What is refused changes nothing; what was done counts once; decisions of before stay as they were."""
    before, entries = case.run, len(case.entries)
    try:
        if kind is events.Migrate:
            version = values.get("version", "2")
            case.migrate(replace(case.flow, version=version), actor)
        else:
            case.happen(kind, actor, **values)
    except JimuError:
        assert case.run is before
        assert len(case.entries) == entries
        return
    if len(case.entries) > entries:
        event(f"accepted: {kind.__name__}")
    if values.get("key") and kind is events.Decide:
        after = case.run
        assert case.happen(kind, actor, **values).repeated
        assert case.run is after
    if kind is not events.Reclaim:
        for id, task in before.tasks.items():
            if task.decided_by is not None and not task.is_open:
                now = case.run.tasks[id]
                assert (now.state, now.decided_by, now.decided_at) == (task.state, task.decided_by, task.decided_at)


def _waits_for(case: Case, key: str) -> bool:
    return any(key in v.children for v in case.run.visits.values())


def nested(case: Case) -> int:
    """How deep people were added to added people."""
    return max((depth(t, dict(case.run.tasks)) for t in case.run.tasks.values()), default=0)


def _tell(case: Case) -> None:
    """What the run came by, for ``--hypothesis-show-statistics``."""
    run = case.run
    event(f"ended as: {run.state}")
    event(f"rounds: {min(run.round, 4)}")
    event(f"added people nested: {nested(case)}")
    blocks = {v.id: v for v in run.visits.values() if v.started}
    if any(v.block in blocks for v in blocks.values()):
        event("a block within a block")
    for action in {e.action for e in case.entries}:
        event(f"entry: {action}")
    for reason in {t.reason for t in run.tasks.values() if t.reason}:
        event(f"closed because: {reason}")


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=False)
@given(flows(), companies(), st.sampled_from([None, 5, 50, 500]), st.sampled_from(PURPOSES), st.data())
def test_every_run_stays_sound_whatever_happens(
    flow: Any, company: Any, amount: int | None, purpose: str, data: Any
) -> None:
    live(Case(flow, company, purpose=purpose, amount=amount), data, 25)


def test_random_runs_nest_added_people_as_deep_as_a_flow_allows() -> None:
    reached: set[int] = set()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(flows(), companies(), st.data())
    def drive(flow: Any, company: Any, data: Any) -> None:
        case = Case(flow, company, amount=50)
        live(case, data, 30)
        reached.add(nested(case))

    drive()
    assert max(reached) == Limits().nesting == 3


@pytest.mark.slow
@settings(max_examples=8000, deadline=None, suppress_health_check=list(HealthCheck))
@given(flows(), companies(), st.sampled_from([None, 5, 50, 500]), st.sampled_from(PURPOSES), st.data())
def test_every_run_stays_sound_in_the_long_run(
    flow: Any, company: Any, amount: int | None, purpose: str, data: Any
) -> None:
    live(Case(flow, company, purpose=purpose, amount=amount), data, 60)
