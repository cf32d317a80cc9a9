"""When something happens to a record, if a condition holds, what is written is done: once, in order, and logged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from jimu.errors import BadRequest, Invalid
from jimu.fieldtypes.ids import encode_id
from jimu.flows.automations import discard, run_again, try_out
from jimu.flows.automations.running import run_automation
from jimu.flows.automations.schedules import run_timed
from jimu.records import Create, Delete, ListRequest, Update, read, write
from tests.flows.automations.conftest import Workshop


class GivenJob:
    """A job as a worker hands it to a handler."""

    def __init__(self, payload: dict[str, Any], id: int = 7) -> None:
        self.payload, self.id, self.attempts, self.max_attempts = payload, id, 1, 10


def runs(workshop: Workshop, automation: str) -> list[dict[str, Any]]:
    found = read.list_records(ListRequest("automation_run", order=("id",)), workshop.project.system).records
    return [dict(r.values) for r in found if r.values["automation"] == automation]


def records(workshop: Workshop, object: str) -> list[dict[str, Any]]:
    found = read.list_records(ListRequest(object, order=("id",)), workshop.project.system).records
    return [{"id": r.id, **r.values} for r in found]


def begin(workshop: Workshop, **values: Any) -> int:
    project = workshop.project
    order = project.create("order", name="Press", **values)
    write.write(Update("order", order, {"state": "doing"}), project.system)
    return order


def test_what_comes_before_sets_and_refuses_in_the_same_write(workshop: Workshop) -> None:
    project = workshop.project
    order = project.create("order", name="Press", price="1500")
    assert project.value("order", order, "note") == "dear"
    with pytest.raises(Invalid) as caught:
        write.write(Update("order", order, {"price": "6000"}), project.system)
    assert [(p.code, str(p.message)) for p in caught.value.problems] == [("automation:a_price", "Too dear")]
    write.write(Update("order", order, {"note": "fine"}), project.system)
    assert project.value("order", order, "note") == "fine"  # the price did not change


def test_what_comes_after_creates_updates_and_tells(workshop: Workshop) -> None:
    project = workshop.project
    keeper = project.user("Kim", language="zh-CN")
    customer = project.create("customer", name="Acme", visits=4)
    order = begin(workshop, customer=customer, customer_keeper=keeper)
    assert records(workshop, "step") == []
    workshop.work()
    assert [(s["what"], s["order"]) for s in records(workshop, "step")] == [("Check Press", order)]
    assert project.value("customer", customer, "visits") == 5
    assert [(n["subject"], n["owner"]) for n in records(workshop, "notification")] == [("Press 已开始", keeper)]
    (run,) = runs(workshop, "started")
    assert (run["state"], run["record"], run["records"], run["event"], run["trace"]) == (
        "done", order, 1, "update", "started",
    )  # fmt: skip


def test_a_change_from_another_value_sets_nothing_off(workshop: Workshop) -> None:
    order = begin(workshop)
    workshop.work()
    write.write(Update("order", order, {"state": "new"}), workshop.project.system)
    write.write(Update("order", order, {"name": "Lathe"}), workshop.project.system)
    workshop.work()
    assert len(runs(workshop, "started")) == 1


def test_what_is_taken_back_sets_nothing_off(workshop: Workshop) -> None:
    project = workshop.project
    order = project.create("order", name="Press")
    commands = [Update("order", order, {"state": "doing"}), Create("order", {"name": "x" * 30})]
    assert not write.write_many(commands, project.system).committed
    workshop.work()
    assert records(workshop, "step") == []


def test_a_job_that_runs_twice_does_nothing_twice(workshop: Workshop) -> None:
    project = workshop.project
    order = project.create("order", name="Press")
    job = GivenJob({"automation": "started", "ids": [encode_id(order)], "event": "update", "chain": []})
    run_automation(job, project.system)
    run_automation(job, project.system)
    assert len(records(workshop, "step")) == 1


def test_many_records_run_in_one_transaction_and_one_that_fails_holds_up_no_other(workshop: Workshop) -> None:
    project = workshop.project
    good = project.create("order", name="Press")
    bad = project.create("order", name="Lathe")
    write.write(Delete("order", bad), project.system)
    write.write(Update("order", good, {"state": "new"}), project.system)
    gone = project.create("order", name="Saw")
    ids = [encode_id(i) for i in (good, bad, gone)]
    run_automation(GivenJob({"automation": "started", "ids": ids, "event": "x", "chain": []}), project.system)
    assert {s["order"] for s in records(workshop, "step")} == {good, gone}
    (run,) = runs(workshop, "started")
    assert (run["records"], run["record"]) == (3, None)


def broken(workshop: Workshop) -> tuple[int, int]:
    """An order that the automation ``breaks`` fails for, and its run, as often tried as it may be."""
    project = workshop.project
    order = project.create("order", name="A long name")
    write.write(Update("order", order, {"note": "break"}), project.system)
    for _ in range(3):
        workshop.work()
        project.clock.forward(minutes=5)
    (run,) = read.list_records(ListRequest("automation_run"), project.system).records
    return order, run.id


def test_what_fails_is_tried_again_with_pauses_and_then_waits_in_a_list(workshop: Workshop) -> None:
    project = workshop.project
    order = project.create("order", name="A long name")
    write.write(Update("order", order, {"note": "break"}), project.system)
    workshop.work()
    workshop.work()
    assert [(r["state"], r["attempts"]) for r in runs(workshop, "breaks")] == [("retrying", 1)]
    for _ in range(3):
        project.clock.forward(minutes=5)
        workshop.work()
    (run,) = runs(workshop, "breaks")
    assert (run["state"], run["attempts"]) == ("failed", 3)
    assert run["error"].startswith("name: ")
    assert records(workshop, "step") == []  # nothing of a run that failed is kept


def test_a_failed_run_can_be_tried_again_by_hand_once_its_cause_is_gone(workshop: Workshop) -> None:
    project = workshop.project
    order, run = broken(workshop)
    write.write(Update("order", order, {"name": "Saw"}), project.system)
    run_again(run, project.system)
    workshop.work()
    assert project.value("order", order, "name") == "SawSawSaw"
    assert [r["state"] for r in runs(workshop, "breaks")] == ["done"]


def test_a_failed_run_can_be_discarded_and_only_such_a_one(workshop: Workshop) -> None:
    _, run = broken(workshop)
    discard(run, workshop.project.system)
    assert [r["state"] for r in runs(workshop, "breaks")] == ["discarded"]
    with pytest.raises(BadRequest):
        discard(run, workshop.project.system)


def test_of_many_records_those_that_fail_hold_up_no_other(workshop: Workshop) -> None:
    project = workshop.project
    short, long = project.create("order", name="Saw"), project.create("order", name="A long name")
    commands = [Update("order", i, {"note": "break"}) for i in (short, long)]
    write.write_many(commands, project.system)
    workshop.work()
    assert {r["record"]: r["state"] for r in runs(workshop, "breaks")} == {short: "done", long: "retrying"}
    assert [s["order"] for s in records(workshop, "step")] == [short]


def test_a_circle_is_stopped_and_told_with_its_trace(workshop: Workshop) -> None:
    project = workshop.project
    customer = project.create("customer", name="Acme")
    write.write(Update("customer", customer, {"visits": 100}), project.system)
    workshop.work()
    stopped = [r for r in runs(workshop, "ping") if r["state"] == "stopped"]
    assert [(r["trace"], r["record"]) for r in stopped] == [("ping > ping > ping > ping", customer)]
    assert project.value("customer", customer, "visits") == 103


def test_waiting_goes_on_later_with_what_is_left(workshop: Workshop) -> None:
    project = workshop.project
    order = begin(workshop)
    workshop.work()
    write.write(Update("order", order, {"state": "done"}), project.system)
    workshop.work()
    assert [s["done"] for s in records(workshop, "step")] == [True]
    assert [r["state"] for r in runs(workshop, "finished")] == ["waiting"]
    project.clock.forward(days=1)
    workshop.work()
    assert project.value("order", order, "note") is None
    project.clock.forward(days=1, seconds=1)
    workshop.work()
    assert project.value("order", order, "note") == "old"
    assert [r["state"] for r in runs(workshop, "finished")] == ["waiting", "done"]


def test_days_before_a_date_are_met_once_also_after_days_without_a_worker(workshop: Workshop) -> None:
    project = workshop.project
    owner = project.user("Kim")
    for day, name in (("2026-03-05", "now"), ("2026-03-07", "later"), ("2026-03-20", "far")):
        project.create("order", name=name, due_on=day, owner=owner)
    project.create("order", name="done", due_on="2026-03-05", owner=owner, state="done")

    def slot(day: int) -> None:
        at = datetime(2026, 3, day, 9, tzinfo=UTC)
        job = GivenJob({"automation": "reminder", "n": 0, "slot": at.isoformat()})
        run_timed(job, project.system)
        run_timed(job, project.system)
        workshop.work()

    slot(2)
    assert [n["subject"] for n in records(workshop, "notification")] == ["now is due soon"]
    slot(6)  # the 3rd, 4th and 5th were missed
    assert [n["subject"] for n in records(workshop, "notification")] == ["now is due soon", "later is due soon"]


def test_a_schedule_runs_on_every_record_for_which_the_condition_holds(workshop: Workshop) -> None:
    project = workshop.project
    new = [project.create("order", name=f"n{i}") for i in range(3)]
    other = project.create("order", name="x", state="doing")
    run_timed(GivenJob({"automation": "weekly", "n": 0, "slot": "2026-03-09T08:00:00+00:00"}), project.system)
    workshop.work()
    assert [project.value("order", i, "count") for i in new] == [1, 1, 1]
    assert project.value("order", other, "count") == 0


def test_trying_out_tells_what_would_be_written_and_keeps_nothing(workshop: Workshop) -> None:
    project = workshop.project
    customer = project.create("customer", name="Acme")
    order = project.create("order", name="Press", customer=customer)
    trial = try_out("started", order, project.system)
    assert trial.holds
    assert [(kind, object) for kind, object, _ in trial.writes] == [("create", "step"), ("update", "customer")]
    assert records(workshop, "step") == []
    assert project.value("customer", customer, "visits") == 0
    assert not try_out("weekly", begin(workshop), project.system).holds
