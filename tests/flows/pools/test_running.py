"""The day's run: what is due goes back once, who is concerned is told before, and all of it can be taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from jimu.errors import Forbidden
from jimu.flows.pools import claim, foresee, latest_runs, next_return, run_pool, undo_run
from jimu.flows.pools.jobs import jimu_timers
from jimu.records import Context, Create, ListRequest, Update, read, write
from tests.records.project import Project


@pytest.fixture
def rep(company: Project) -> Context:
    return company.acting(company.user("rita", "rep", position="Sales"))


@pytest.fixture
def chief(company: Project) -> Context:
    return company.acting(company.user("carla", "chief"))


def held(company: Project, rep: Context, name: str, **values: object) -> int:
    return company.create("lead", name=name, owner=rep.actor.id, **{"region": "north", "status": "pending", **values})


def told(rep: Context) -> list[str]:
    found = read.list_records(ListRequest("notification", order=("id",)), rep).records
    return [r.values["subject"] for r in found]


def north(company: Project):  # type: ignore[no-untyped-def]
    return company.manifest.all("pool")["north"]


def test_a_run_returns_what_is_due_by_its_rule_and_nothing_else(company: Project, rep: Context) -> None:
    idle = held(company, rep, "Idle")
    big = held(company, rep, "Big", level="b")
    exempt = held(company, rep, "Exempt", level="a")
    followed = held(company, rep, "Followed")
    south = held(company, rep, "South", region="south")
    company.clock.forward(days=6)
    write.write(Create("activity", {"subject": "Call", "record": followed}), rep)
    company.clock.forward(days=4)
    forecast = foresee(north(company), company.clock.now.date(), company.system)
    assert [(o.owner, dict(o.by_rule), [d.id for d in o.records]) for o in forecast.owners] == [
        (rep.actor.id, {"idle": 1}, [idle])
    ]
    run = run_pool(north(company), company.system)
    assert (run.state, run.returned, run.day) == ("done", 1, date(2026, 3, 12))
    owners = {id: company.value("lead", id, "owner") for id in (idle, big, exempt, followed, south)}
    assert owners == {idle: None, **dict.fromkeys((big, exempt, followed, south), rep.actor.id)}
    assert company.value("lead", idle, "status") == "new"
    assert told(rep)[-1:] == ["Went back to North: Idle"]
    (entry,) = [
        r.values
        for r in read.list_records(ListRequest("claim"), company.system).records
        if r.values["action"] == "auto_returned"
    ]
    assert (entry["record"], entry["rule"], entry["run"]) == (idle, "idle", run.id)
    company.clock.forward(days=85)  # 95 days: the second rule, with its days of grace, takes the exempt one too
    assert run_pool(north(company), company.system).returned == 3
    assert company.value("lead", exempt, "owner") is None


def test_a_claim_is_protected_for_some_days(company: Project, rep: Context) -> None:
    id = company.create("lead", name="Old", region="north")
    company.clock.forward(days=100)
    claim("north", [id], rep)
    due = next_return("lead", id, company.system)
    assert due is not None
    assert (due.rule.name, due.day) == ("idle", (company.clock.now + timedelta(days=10)).date())
    company.clock.forward(days=1)
    assert run_pool(north(company), company.system).returned == 0


def test_the_same_day_runs_once_however_often_it_is_asked_for(company: Project, rep: Context) -> None:
    for n in range(3):
        held(company, rep, f"L{n}")
    late = held(company, rep, "Late", level="a")
    company.clock.forward(days=10)
    first = run_pool(north(company), company.system)
    write.write(Update("lead", late, {"level": None}), company.system)
    assert run_pool(north(company), company.system) == first
    assert told(rep) == ["3 records went back to North"]
    assert len(latest_runs("north", company.system)) == 1
    again = run_pool(north(company), company.system, again=True)
    assert (again.number, again.returned) == (2, 1)


def test_owners_are_warned_once_for_each_number_of_days(company: Project, rep: Context) -> None:
    one = held(company, rep, "One")
    held(company, rep, "Two")
    company.clock.forward(days=6)
    assert run_pool(north(company), company.system).warned == 0
    company.clock.forward(days=1)
    assert foresee(north(company), company.clock.now.date(), company.system).warnings == 2
    assert run_pool(north(company), company.system).warned == 2
    assert run_pool(north(company), company.system, again=True).warned == 0
    assert told(rep) == ["2 of your records go back to North soon"]
    company.clock.forward(days=1)
    assert run_pool(north(company), company.system).warned == 0
    write.write(Create("activity", {"subject": "Call", "record": one}), rep)
    company.clock.forward(days=1)
    assert run_pool(north(company), company.system).warned == 1
    text = read.list_records(ListRequest("notification", order=("-id",)), rep).records[0].values["text"]
    assert text == "Two: goes back on 2026-03-12 (No follow-up). Log an activity."
    company.clock.forward(days=6)  # the day before the other goes back: the nearer number of days
    assert run_pool(north(company), company.system).warned == 1


def test_a_run_can_be_taken_back_but_for_what_was_claimed_since(company: Project, rep: Context, chief: Context) -> None:
    ids = [held(company, rep, f"L{n}", status="following") for n in range(3)]
    since = company.value("lead", ids[1], "owner_since")
    company.clock.forward(days=10)
    run = run_pool(north(company), company.system)
    other = company.acting(company.user("olga", "rep", position="Sales"))
    claim("north", ids[:1], other)
    with pytest.raises(Forbidden):
        undo_run(run.id, other)
    undone = undo_run(run.id, chief)
    assert (undone.changed, undone.failures + undone.skipped) == (2, 1)
    assert [company.value("lead", id, "owner") for id in ids] == [other.actor.id, rep.actor.id, rep.actor.id]
    assert company.value("lead", ids[1], "status") == "following"
    assert {company.value("lead", id, "owner_since") for id in ids[1:]} == {since}, "as if they had never been away"
    assert latest_runs("north", company.system)[0].state == "undone"


def test_two_runs_at_once_change_nothing_twice(company: Project, rep: Context) -> None:
    ids = [held(company, rep, f"L{n}") for n in range(40)]
    company.clock.forward(days=10)
    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(lambda _: run_pool(north(company), company.system), range(3)))
    assert len({r.id for r in runs}) == 1
    (run,) = latest_runs("north", company.system)
    assert (run.state, run.returned, run.failures) == ("done", 40, 0)
    assert all(company.value("lead", id, "owner") is None for id in ids)
    entries = read.list_records(ListRequest("claim", limit=200), company.system).records
    assert len(entries) == 40
    assert told(rep) == ["40 records went back to North"]


def test_the_run_comes_round_each_night_in_the_zone_of_the_workspace(company: Project) -> None:
    (timer,) = jimu_timers(company.manifest)
    assert (timer.cron, timer.zone, timer.kind) == ("0 2 * * *", "UTC", "pools.run")
