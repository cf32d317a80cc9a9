"""Automations of one event go in their order; circles end, also over approvals; a schedule goes in batches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jimu.fieldtypes.ids import encode_id
from jimu.flows.automations import schedules, try_out
from jimu.flows.automations.running import run_automation
from jimu.flows.automations.schedules import run_timed
from jimu.records import Create, Update, write
from tests.flows.automations.conftest import FILES, Workshop
from tests.flows.automations.test_automations import GivenJob, runs
from tests.records.project import prepared_project

AGAIN = "label: Again\nobject: order\nwhen: {approval: {is: approved, flow: by_itself}}\ndo: [{approve: by_itself}]\n"


def writing(letter: str, order: int) -> str:
    """An automation that writes its letter behind what is there when an order's price changes."""
    return f"""
label: Letter
object: order
order: {order}
when: {{updated: [price]}}
do: [{{set: {{note: {{formula: "concat(note, '{letter}')"}}}}}}]
"""


@pytest.fixture
def house(backend: str, tmp_path: Path) -> Iterator[Workshop]:
    files = {
        **FILES,
        "flows/automations/x_third.yaml": writing("c", 30),
        "flows/automations/y_first.yaml": writing("a", 10),
        "flows/automations/z_second.yaml": writing("b", 20),
        "flows/automations/again.yaml": AGAIN,
        "flows/automations/asked.yaml": AGAIN.replace("{approval: {is: approved, flow: by_itself}}", "restored")
        .replace("label: Again", "label: Asked")
        .replace("when: restored", "when: {changed: {field: state, to: doing}}"),
        "flows/approvals/by_itself.yaml": """
label: By itself
object: order
start: {by: [anyone]}
nodes:
  approved: {type: end}
""",
        "objects/roles/clerk.yaml": "label: Clerk\nobjects:\n  order: {create: true, read: all, update: all}\n",
    }
    with prepared_project(backend, tmp_path, files) as project:
        yield Workshop(project)


def test_those_of_one_event_go_in_their_order_however_many_workers_there_are(house: Workshop) -> None:
    project = house.project
    orders = [project.create("order", name=f"O{n}") for n in range(3)]
    write.write_many([Update("order", id, {"price": "5"}) for id in orders], project.system)
    with project.store.write() as transaction:
        waiting = transaction.claim_jobs(project.clock(), project.clock(), 100, "test")
    started = [job.payload for job in waiting if job.kind == "automation.run"]
    assert [p["automation"] for p in started if p["event"] == "update"] == ["y_first"]  # the others come after it
    (first,) = [job for job in waiting if job.kind == "automation.run" and job.payload["event"] == "update"]
    for _ in range(2):  # a worker that dies after it handed on
        run_automation(GivenJob(first.payload, first.id), project.system)
        house.work()
    assert [project.value("order", id, "note") for id in orders] == ["abc"] * 3


def test_one_that_fails_holds_up_none_that_comes_after_it(house: Workshop) -> None:
    project = house.project
    order = project.create("order", name="Press")
    ids = [encode_id(order)]
    job = GivenJob({"automation": "breaks", "ids": ids, "then": [["x_third", ids]], "event": "x", "chain": []})
    write.write(Update("order", order, {"name": "A long name"}), project.system)
    run_automation(job, project.system)
    house.work()
    assert [r["state"] for r in runs(house, "breaks")] == ["retrying"]
    assert project.value("order", order, "note") == "c"


def test_a_circle_over_approvals_that_nobody_decides_is_stopped(house: Workshop) -> None:
    project = house.project
    owner = project.user("Kim", "clerk")
    order = project.create("order", name="Press", owner=owner)
    write.write(Update("order", order, {"state": "doing"}), project.system)
    house.work()
    (stopped,) = [r for r in runs(house, "again") if r["state"] == "stopped"]
    link = "approval by_itself > again"
    assert stopped["trace"] == f"asked > {link} > {link} > {link} > {link}"
    assert len(runs(house, "again")) == 4


def test_what_comes_before_a_write_can_be_tried_out_on_a_record(house: Workshop) -> None:
    project = house.project
    cheap, dear = (project.create("order", name="Press", price=price) for price in ("10", "1500"))
    assert not try_out("a_price", cheap, project.system).holds
    assert try_out("a_price", dear, project.system).writes == (("update", "order", {"note": "dear"}),)


def test_a_schedule_goes_through_many_records_in_batches_and_each_once(
    house: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedules, "BATCH", 3)
    project = house.project
    rows = write.write_many([Create("order", {"name": f"n{i}"}) for i in range(8)], project.system).rows
    orders = [row.record.id for row in rows if row.record]
    job = GivenJob({"automation": "weekly", "n": 0, "slot": "2026-03-09T08:00:00+00:00"})
    run_timed(job, project.system)
    run_timed(job, project.system)
    with project.store.write() as transaction:
        (next_one,) = [
            j for j in transaction.claim_jobs(project.clock(), project.clock(), 100, "test")
            if j.kind == schedules.JOB
        ]  # fmt: skip
    assert next_one.payload["batch"] == 1
    run_timed(next_one, project.system)
    run_timed(next_one, project.system)
    project.clock.forward(minutes=5)
    house.work()
    assert [project.value("order", id, "count") for id in orders] == [1] * 8
    assert sum(r["records"] for r in runs(house, "weekly")) == 8
