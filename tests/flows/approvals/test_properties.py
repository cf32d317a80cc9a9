"""Random flows, organisations and orders of events: all invariants hold after every event, history replays to the
same, and a refused event changes nothing.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jimu.errors import JimuError
from jimu.flows.approvals import events
from jimu.flows.approvals.model import FINAL
from tests.flows.approvals.generated import PEOPLE, companies, flows
from tests.flows.approvals.laboratory import ADM, Case, S

ACTIONS = (
    "decide", "decide", "decide", "decide", "transfer", "delegate", "recall", "add", "remove", "return", "reclaim",
    "time", "left", "back", "withdraw", "urge", "admin", "resubmit", "agents", "claim", "repeat",
)  # fmt: skip


def _someone(draw: Any) -> int:
    return int(draw(st.sampled_from(PEOPLE)))


def _event(case: Case, draw: Any) -> tuple[type[events.Event], int, dict[str, Any]] | None:
    """Something that somebody tries: mostly with a task of their own, now and then with any."""
    action = draw(st.sampled_from(ACTIONS))
    tasks = list(case.run.tasks.values())
    open_tasks = [t for t in tasks if t.is_open] if draw(st.integers(0, 9)) else tasks
    if action == "resubmit":
        return events.Submit, S, {}
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
    if not open_tasks:
        return None
    task = draw(st.sampled_from(open_tasks))
    actor = task.holder if task.holder is not None and draw(st.integers(0, 9)) else _someone(draw)
    return _on_task(case, draw, action, task, actor)


def _on_task(case: Case, draw: Any, action: str, task: Any, actor: int) -> Any:
    id = {"task": task.id}
    if action in ("decide", "repeat"):
        answer = "done" if task.kind == "handle" else draw(st.sampled_from(["approve", "approve", "approve", "reject"]))
        return events.Decide, actor, {**id, "answer": answer}
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
    if action == "claim":
        return events.Claim, actor, id
    return None


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
    for _ in range(draw(st.integers(1, steps))):
        if draw(st.integers(0, 9)) == 0:
            case.wait(draw(st.integers(1, 10)))
            continue
        found = _event(case, draw)
        if found is None:
            continue
        kind, actor, values = found
        before, entries = case.run, len(case.entries)
        try:
            case.happen(kind, actor, **values)
        except JimuError:
            assert case.run is before
            assert len(case.entries) == entries
        assert sum(t.state == "approved" and t.closed == 0 for t in case.run.tasks.values()) == 0
    if case.run.state in FINAL:
        assert not case.run.open_tasks
    assert case.replayed() == case.run


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=False)
@given(flows(), companies(), st.sampled_from([None, 5, 50, 500]), st.data())
def test_every_run_stays_sound_whatever_happens(flow: Any, company: Any, amount: int | None, data: Any) -> None:
    live(Case(flow, company, amount=amount), data, 25)


@pytest.mark.slow
@settings(max_examples=8000, deadline=None, suppress_health_check=list(HealthCheck))
@given(flows(), companies(), st.sampled_from([None, 5, 50, 500]), st.data())
def test_every_run_stays_sound_in_the_long_run(flow: Any, company: Any, amount: int | None, data: Any) -> None:
    live(Case(flow, company, amount=amount), data, 60)
