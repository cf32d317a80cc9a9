"""What follows an end: started again as another approval or a further round, and the lock that stays (§2.3, §2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace as replaced
from pathlib import Path

import pytest

from jimu.errors import Conflict, Forbidden, Locked, NotFound
from jimu.flows.approvals import events, service
from jimu.flows.approvals.engine import new_run
from jimu.flows.approvals.inbox import box, mark_read
from jimu.flows.approvals.keeping import load_entries
from jimu.flows.approvals.replay import replay
from jimu.flows.approvals.service import Request, Restarting
from jimu.records import Create, Delete, Update, read, write
from jimu.records.reading import reading
from jimu.revisions import Deployment, plan
from tests.flows.approvals.office import FILES, Office
from tests.records.project import build_manifest, prepared_project

FLOW = """
label: {name}
object: {object}
priority: 500
{more}
nodes:
  one: {{approvers: [{{pick: submitter}}], to: end}}
  end: {{type: end}}
"""
FLOWS = {
    "again": "restart: new",
    "further": "restart: same",
    "once": "restart: never",
    "settling": "lock: admin\nlock_after: [approved]\nrevoke: 7 days",
    "private": "read_until: end",
    "closing": "lock: all\nlock_after: [approved, rejected]",
}
LINE = """
label: Part
title: "{name}"
fields:
  name: {type: text}
  purchase: {type: parent, to: purchase}
"""


@pytest.fixture
def desk(backend: str, tmp_path: Path) -> Iterator[Office]:
    flows = {f"flows/approvals/{n}.yaml": FLOW.format(name=n, object="purchase", more=m) for n, m in FLOWS.items()}
    with prepared_project(backend, tmp_path, {**FILES, **flows, "objects/m/part.yaml": LINE}) as project:
        yield Office.of(project)


def begin(desk: Office, flow: str) -> tuple[int, int]:
    """A record and its approval, which ``m`` decides."""
    record = desk.purchase()
    wish = Request("purchase", record, flow, picks={"one": (desk.people["m"],)})
    return record, service.start(wish, desk.as_("s")).approval.id


def test_what_was_rejected_is_started_again_as_another_approval_linked_to_it(desk: Office) -> None:
    record, first = begin(desk, "again")
    with pytest.raises(Conflict):
        service.restart(first, Restarting(), desk.as_("s"))
    desk.decide(first, "m", "reject")
    with pytest.raises(Forbidden):
        service.restart(first, Restarting(), desk.as_("m"))
    done = service.restart(first, Restarting("once more"), desk.as_("s"))
    assert (done.approval.id != first, done.approval.record) == (True, record)
    assert desk.kept(done.approval.id).row["restarts"] == first
    assert list(desk.tasks(done.approval.id)) == ["m"]  # who was chosen is chosen still
    with pytest.raises(Conflict):
        service.restart(first, Restarting(), desk.as_("s"))


def test_or_in_a_further_round_of_the_same_one(desk: Office) -> None:
    _, approval = begin(desk, "further")
    service.on_approval(events.Withdraw, approval, desk.as_("s"))
    assert desk.kept(approval).row["key"] is None
    done = service.restart(approval, Restarting(picks={"one": (desk.people["d"],)}), desk.as_("s"))
    assert (done.approval.id, done.approval.run.round) == (approval, 2)
    kept = desk.kept(approval)
    assert (kept.row["ended_at"], kept.row["key"] is not None) == (None, True)
    desk.decide(approval, "d")
    assert desk.state(approval) == "approved"
    with reading(desk.project.system) as transaction:
        entries = load_entries(approval, replaced(desk.project.system, transaction=transaction))
    kept = desk.kept(approval)
    assert replay(kept.flow, new_run(kept.flow, kept.run.submitter), entries) == kept.run
    with pytest.raises(Conflict):
        service.restart(approval, Restarting(), desk.as_("s"))  # it was approved


def test_a_further_round_waits_for_another_approval_of_the_record(desk: Office) -> None:
    record, approval = begin(desk, "further")
    desk.decide(approval, "m", "reject")
    service.start(Request("purchase", record, "further", picks={"one": (desk.people["m"],)}), desk.as_("s"))
    with pytest.raises(Conflict):
        service.restart(approval, Restarting(), desk.as_("s"))


def test_a_flow_may_want_it_only_once(desk: Office) -> None:
    _, approval = begin(desk, "once")
    desk.decide(approval, "m", "reject")
    with pytest.raises(Conflict, match="cannot be started again"):
        service.restart(approval, Restarting(), desk.as_("s"))


def refused(desk: Office, name: str, record: int) -> list[str]:
    """What of changing, deleting and adding a line is refused."""
    commands = {
        "update": Update("purchase", record, {"remark": name}),
        "line": Create("part", {"name": "x", "purchase": record}),
        "delete": Delete("purchase", record),
    }
    found = []
    for what, command in commands.items():
        try:
            with write.unit_of_work(desk.as_(name)) as inner, inner.transaction.savepoint():
                write.write(command, inner)
                raise Undo
        except Undo:
            continue
        except Locked:
            found.append(what)
    return found


class Undo(Exception):
    """Takes back what a question has tried."""


def test_the_lock_stays_after_the_end_as_the_flow_says(desk: Office) -> None:
    record, approval = begin(desk, "settling")
    desk.decide(approval, "m", "reject")
    assert refused(desk, "adm", record) == []
    write.write(Update("purchase", record, {"remark": "put right"}), desk.as_("s"))
    done = service.restart(approval, Restarting(), desk.as_("s"))
    desk.decide(done.approval.id, "m")
    with pytest.raises(Locked) as caught:
        write.write(Update("purchase", record, {"remark": "later"}), desk.as_("s"))
    assert str(caught.value) == "This record is settled by an approval and cannot be changed."
    assert refused(desk, "adm", record) == []
    revocation = service.revoke(done.approval.id, desk.as_("s")).approval.id
    desk.decide(revocation, "m")
    write.write(Update("purchase", record, {"remark": "later"}), desk.as_("s"))


def test_a_lock_for_everybody_keeps_administrators_out_too(desk: Office) -> None:
    record, approval = begin(desk, "closing")
    desk.decide(approval, "m", "reject")
    assert refused(desk, "adm", record) == ["update", "line", "delete"]


def test_whom_it_names_reads_the_record_until_the_end_where_the_flow_says_so(desk: Office) -> None:
    def reads(name: str, object: str, id: int) -> bool:
        try:
            read.get(object, id, desk.as_(name))
        except NotFound:
            return False
        return True

    record, approval = begin(desk, "private")
    copied = (desk.people["b"],)
    service.on_approval(events.CopyTo, approval, desk.as_("s"), people=copied)
    assert (reads("m", "purchase", record), reads("b", "purchase", record)) == (True, True)
    desk.decide(approval, "m", "reject")
    for name in ("m", "b"):
        assert not reads(name, "purchase", record)
        assert reads(name, "approval", approval)
    again = service.restart(approval, Restarting(), desk.as_("s")).approval.id
    assert reads("m", "purchase", record)
    desk.decide(again, "m")
    assert not reads("m", "purchase", record)


def test_a_copy_is_unread_until_it_is_opened(desk: Office) -> None:
    _, approval = begin(desk, "again")
    service.on_approval(events.CopyTo, approval, desk.as_("s"), people=(desk.people["x"],))
    assert [i.read for i in box("copies", desk.as_("x")).items] == [False]
    mark_read(approval, desk.as_("m"))  # who was sent none
    assert [i.read for i in box("copies", desk.as_("x")).items] == [False]
    mark_read(approval, desk.as_("x"))
    assert [i.read for i in box("copies", desk.as_("x")).items] == [True]


def test_a_flow_by_which_approvals_run_is_not_taken_away(desk: Office) -> None:
    _, approval = begin(desk, "again")
    files = {k: v for k, v in desk.project.manifest.files.items() if k != "flows/approvals/again.yaml"}
    deployment = Deployment(desk.project.database, desk.project.manifest, None, None, desk.project.plugins)
    (finding,) = [f for f in plan(deployment, build_manifest(files)).findings if f.code == "approval_removed"]
    assert (finding.severity.value, finding.count) == ("blocking", 1)
    desk.decide(approval, "m")
    found = plan(deployment, build_manifest(files)).findings
    assert [f.severity.value for f in found if f.code == "approval_removed"] == ["safe"]
