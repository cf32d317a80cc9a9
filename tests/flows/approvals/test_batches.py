"""Many tasks with one answer: what a flow allows, what goes to the queue, what is refused (§2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jimu.errors import Invalid
from jimu.flows.approvals.batches import BATCH_JOB, decide_batch, is_batchable, run_batch
from jimu.flows.approvals.service import Answer, Request, start
from jimu.records import ListRequest, read
from tests.definitions.workspaces import loaded
from tests.flows.approvals.laboratory import flow_of
from tests.flows.approvals.office import FILES, Office
from tests.records.project import prepared_project

FLOW = """
label: {name}
object: purchase
priority: 500
batch: {batch}
nodes:
  one: {{approvers: [{{user: m@example.com}}], to: end}}
  end: {{type: end}}
"""
FLOWS = {
    "few": "{at_once: 2, most: 4}",
    "yes": "{answers: [approve]}",
    "never": "false",
}


@pytest.fixture
def desk(backend: str, tmp_path: Path) -> Iterator[Office]:
    flows = {f"flows/approvals/{n}.yaml": FLOW.format(name=n, batch=batch) for n, batch in FLOWS.items()}
    with prepared_project(backend, tmp_path, {**FILES, **flows}) as project:
        yield Office.of(project)


def asked(desk: Office, flow: str, number: int) -> tuple[list[int], list[int]]:
    """Approvals, and the tasks in them."""
    records = [desk.purchase(name=f"{flow} {n}") for n in range(number)]
    approvals = [start(Request("purchase", r, flow), desk.as_("s")).approval.id for r in records]
    return approvals, [desk.tasks(a)["m"] for a in approvals]


def told(desk: Office, name: str) -> list[tuple[str, str]]:
    rows = read.list_records(ListRequest("notification", limit=200), desk.project.system).records
    mine = [r for r in rows if r.values["owner"] == desk.people[name] and r.values["reason"] == "approval.batch"]
    return [(r.values["subject"], r.values["text"]) for r in mine]


def test_a_flow_says_with_which_answers_several_are_decided_together(desk: Office) -> None:
    _, one_by_one = asked(desk, "never", 1)
    _, approved = asked(desk, "yes", 2)
    found = decide_batch([*one_by_one, approved[0]], Answer("approve"), desk.as_("m")).results
    assert [b.error is None for b in found] == [False, True]
    (found_last,) = decide_batch(approved[1:], Answer("reject"), desk.as_("m")).results
    assert str(found_last.error) == "Approvals of this flow are decided one by one."


def test_more_than_at_once_are_decided_in_the_queue_once_and_whoever_asked_is_told(desk: Office) -> None:
    approvals, tasks = asked(desk, "few", 3)
    desk.decide(approvals[1], "m", "reject")
    decided = decide_batch([*tasks, tasks[0]], Answer("approve", "fine"), desk.as_("m"))
    assert (decided.results, decided.queued) == ((), 3)
    assert desk.state(approvals[0]) == "running"
    with desk.project.store.write() as transaction:
        now = desk.project.clock()
        (job,) = [j for j in transaction.claim_jobs(now, now, 100, "test") if j.kind == BATCH_JOB]
    run_batch(job, desk.project.system)
    desk.work()  # the same job, delivered again
    assert [desk.state(a) for a in approvals] == ["approved", "rejected", "approved"]
    assert desk.history(approvals[0]).count("approve") == 1
    assert set(told(desk, "m")) == {("2 of 3 were decided.", "1 × This task is no longer open.")}


def test_more_than_the_flow_allows_are_refused_before_any_is_decided(desk: Office) -> None:
    approvals, tasks = asked(desk, "few", 5)
    with pytest.raises(Invalid) as caught:
        decide_batch(tasks, Answer("approve"), desk.as_("m"))
    assert [p.code for p in caught.value.problems] == ["too_many"]
    assert {desk.state(a) for a in approvals} == {"running"}


def test_who_may_not_see_the_tasks_learns_nothing_of_their_flow(desk: Office) -> None:
    _, tasks = asked(desk, "few", 5)
    found = decide_batch(tasks, Answer("approve"), desk.as_("x")).results
    assert {b.error.code for b in found if b.error} == {"not_found"}


def test_a_step_that_wants_more_than_an_answer_is_no_part_of_a_batch() -> None:
    flow = flow_of("""
        nodes:
          plain: {approvers: [{user: a}], to: signed}
          signed: {approvers: [{user: a}], signature: true, to: filled}
          filled: {approvers: [{user: a}], fields: {amount: required}, to: picking}
          picking: {approvers: [{user: a}], to: picked}
          picked: {approvers: [{pick: picking}], to: end}
    """)
    assert [n for n in flow.nodes if is_batchable(flow, n)] == ["plain", "picked"]


def test_more_at_once_than_together_is_refused_when_the_flow_is_read() -> None:
    def codes(batch: str) -> list[str]:
        text = FLOW.format(name="f", batch=batch).replace("purchase", "company")
        return [d.code for d in loaded({"flows/approvals/f.yaml": text})[1] if d.severity.value == "error"]

    assert codes("{at_once: 50, most: 20}") == ["bad_batch"]
    assert codes("{at_once: 0}") == []
