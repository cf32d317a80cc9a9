"""Assignment by rule: turns are fair, limits and absences count, what is not taken up goes on, and why is kept."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from jimu.definitions.kinds.assignment import AssignmentDef
from jimu.errors import Forbidden, NotFound
from jimu.flows.assignments import accept, assign_by_rule, explain, place
from jimu.flows.assignments.choosing import Candidate, Turn, choose
from jimu.jobs import LocalBackend, Runner
from jimu.messages import Text
from jimu.plugins import build_plugin_manager
from jimu.records import Create, ListRequest, Update, read, write
from tests.records.project import Project


def rule(how: str, **more: object) -> AssignmentDef:
    return AssignmentDef("r", Text({"": "R"}), "lead", how, **more)  # type: ignore[arg-type]


def chosen(how: str, candidates: list[Candidate], times: int, **more: object) -> list[int]:
    turn: Turn = {}
    found = []
    for _ in range(times):
        choice = choose(rule(how, **more), candidates, turn, Random(1))
        assert choice is not None
        turn = choice.turn
        found.append(choice.candidate.id)
        candidates = [c.given_one() if c.id == choice.candidate.id else c for c in candidates]
    return found


def people(*ids: int, **more: object) -> list[Candidate]:
    return [Candidate(id, {"name": str(id)}, **more) for id in ids]  # type: ignore[arg-type]


def test_turns_go_round_and_pass_over_who_is_full() -> None:
    assert chosen("round_robin", people(1, 2, 3), 7) == [1, 2, 3, 1, 2, 3, 1]
    some = [replace(c, most_open=1) if c.id == 2 else c for c in people(1, 2, 3)]
    assert chosen("round_robin", some, 5) == [1, 2, 3, 1, 3]
    assert choose(rule("round_robin"), people(1, 2, most_open=0), {}, Random(1)) is None


def test_weights_share_out_smoothly() -> None:
    weighted = [replace(c, weight=Decimal(w)) for c, w in zip(people(1, 2, 3), (5, 1, 1), strict=True)]
    assert chosen("weighted", weighted, 7) == [1, 1, 2, 1, 3, 1, 1]
    assert Counter(chosen("weighted", weighted, 70)) == {1: 50, 2: 10, 3: 10}


def test_load_score_and_lot_choose_as_they_say() -> None:
    loaded = [replace(c, load=n) for c, n in zip(people(1, 2, 3), (2, 0, 1), strict=True)]
    assert chosen("by_load", loaded, 4) == [2, 3, 2, 1]
    scored = [replace(c, score=Decimal(n)) for c, n in zip(people(1, 2, 3), (1, 5, 5), strict=True)]
    assert chosen("by_match", scored, 3) == [2, 3, 2]
    assert choose(rule("by_match", least_score=Decimal(9)), scored, {}, Random(1)) is None
    assert set(chosen("random", people(1, 2, 3), 20)) <= {1, 2, 3}


@pytest.fixture
def sales(company: Project) -> list[int]:
    department = company.create("department", name="Sales", code="SALES")
    below = company.create("department", name="Sales East", code="EAST", above=department)
    company.user("outside", "rep")
    company.user("gone", "rep", department=department, active=False)
    return [company.user(f"s{n}", "rep", department=(department, below)[n % 2], position="Sales") for n in range(3)]


def leads(company: Project, count: int, **values: object) -> list[int]:
    commands = [Create("lead", {"name": f"L{n}", "level": "b", **values}) for n in range(count)]
    return [r.record.id for r in write.write_many(commands, company.system).rows if r.record]


def work(company: Project) -> int:
    """Run all jobs that are due by the company's clock."""
    plugins = build_plugin_manager()
    handlers = {k: h for _, found in plugins.collect("jimu_job_handlers") for k, h in found.items()}
    runner = Runner(company.store.write, lambda: handlers, lambda: company.system, company.clock)
    backend, total = LocalBackend(runner), 0
    while taken := backend.take():
        total += taken
    return total


def owners(company: Project, ids: list[int]) -> list[int | None]:
    return [company.value("lead", id, "owner") for id in ids]


def test_new_records_go_to_people_in_turn_within_their_limits(company: Project, sales: list[int]) -> None:
    ids = leads(company, 13)
    assert owners(company, ids) == [None] * 13
    assert work(company)
    got = owners(company, ids)
    assert got[:3] == sales
    assert Counter(got) == {**dict.fromkeys(sales, 4), None: 1}
    (entry, *_) = [
        r.values
        for r in read.list_records(ListRequest("claim", limit=100), company.system).records
        if r.values["record"] == ids[0]
    ]
    assert (entry["action"], entry["rule"], entry["why"]) == ("assigned", "turn", "Their turn, one of 3")
    assert entry["accept_by"] == company.clock.now + timedelta(hours=4)
    told = read.list_records(ListRequest("notification"), company.acting(sales[0])).records
    assert [n.values["subject"] for n in told] == ["4 records were assigned to you (In turn)"]


def test_who_is_away_is_passed_over(company: Project, sales: list[int]) -> None:
    now = company.clock.now
    company.create("absence", owner=sales[1], starts_at=now, ends_at=now + timedelta(days=3))
    ids = leads(company, 4)
    work(company)
    assert Counter(owners(company, ids)) == {sales[0]: 2, sales[2]: 2}


def test_what_is_not_taken_up_goes_to_the_next_and_then_back(company: Project, sales: list[int]) -> None:
    taken, followed, left = leads(company, 3)
    work(company)
    accept("lead", taken, company.acting(sales[0]))
    company.clock.forward(hours=1)
    write.write(Create("activity", {"subject": "Call", "record": followed}), company.acting(sales[1]))
    with pytest.raises(NotFound):
        accept("lead", left, company.acting(sales[0]))
    company.clock.forward(hours=2, minutes=59)
    assert work(company) == 0
    company.clock.forward(minutes=1)
    work(company)
    assert owners(company, [taken, followed]) == sales[:2]
    assert owners(company, [left]) == [sales[0]]  # the next in turn
    company.clock.forward(hours=4)
    work(company)
    assert owners(company, [left]) == [None]  # two were tried: it stays in the pool, and is not assigned again
    states = [
        (r.values["action"], r.values["person"], r.values["state"])
        for r in read.list_records(ListRequest("claim", order=("at", "id"), limit=100), company.system).records
        if r.values["record"] == left
    ]
    assert states == [
        ("assigned", sales[2], "expired"),
        ("assigned", sales[0], "expired"),
        ("auto_returned", None, None),
    ]


def test_a_record_that_comes_back_is_assigned_anew(company: Project, sales: list[int]) -> None:
    (id,) = leads(company, 1, owner=sales[0])
    assert work(company) == 0
    write.write(Update("lead", id, {"owner": None}), company.system)
    work(company)
    assert company.value("lead", id, "owner") == sales[0]


def test_by_match_chooses_who_fits_and_tells_managers_when_nobody_does(company: Project) -> None:
    chief = company.acting(company.user("carla", "chief"))
    rep = company.user("rob", "rep", position="north", employee_number="7")
    senior = company.user("sue", "rep", position="south", employee_number="senior")
    ids = leads(company, 2, level="c", region="north") + leads(company, 1, level="c", region="south")
    rules = {e.rule.name: e for e in explain("lead", ids[0], company.system)}
    assert not rules["turn"].holds
    assert rules["match"].person == rep
    assert {v.candidate.id: (v.candidate.score, v.hindrance) for v in rules["match"].verdicts} == {
        rep: (Decimal(10), ""),
        senior: (Decimal(1), ""),
    }
    assert [o.person for o in assign_by_rule("lead", ids, chief)] == [rep, rep, senior]
    with pytest.raises(Forbidden):
        assign_by_rule(
            "lead",
            leads(company, 1, level="c", region="north"),
            company.acting(company.user("z", "rep", position="Sales")),
        )
    for user in (rep, senior):
        write.write(Update("user", user, {"active": False}), company.system)
    nobody = leads(company, 1, level="c", region="north")
    assert [o.code for o in assign_by_rule("lead", nobody, chief)] == ["nobody"]
    assign_by_rule("lead", nobody, chief)
    told = read.list_records(ListRequest("notification"), chief).records
    assert [n.values["subject"] for n in told] == ["Nobody can take L0"]


def test_turns_are_fair_when_many_come_at_once(company: Project, sales: list[int]) -> None:
    ids = leads(company, 12)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda part: place("lead", part, "create", company.system), [ids[n::4] for n in range(4)]))
    assert Counter(owners(company, ids)) == dict.fromkeys(sales, 4)


def test_the_same_job_run_twice_assigns_once(company: Project, sales: list[int]) -> None:
    ids = leads(company, 3)
    first = place("lead", ids, "create", company.system)
    assert [o.person for o in first] == sales
    assert [o.status for o in place("lead", ids, "create", company.system)] == ["taken"] * 3
    assert owners(company, ids) == sales
