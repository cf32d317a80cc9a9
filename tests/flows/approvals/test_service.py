"""The service: approvals over real records, in one transaction each, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jimu.errors import Conflict, Forbidden, Invalid, JimuError, Locked, NotFound, StaleVersion
from jimu.flows.approvals import events, service
from jimu.flows.approvals.batches import decide_batch
from jimu.flows.approvals.engine import new_run
from jimu.flows.approvals.keeping import load_entries
from jimu.flows.approvals.looking_after import hand_over, migrate
from jimu.flows.approvals.replay import replay
from jimu.flows.approvals.service import Answer, Request
from jimu.records import Create, Delete, ListRequest, Update, read, write
from tests.flows.approvals.office import Office


def test_a_purchase_goes_its_way_and_its_effects_come_with_the_last_decision(office: Office) -> None:
    record = office.purchase(amount="5000")
    done = office.start(record)
    approval = done.approval.id
    assert office.value(record, "status") == "asked"
    assert list(office.tasks(approval)) == ["m"]
    office.decide(approval, "m")
    assert sorted(office.tasks(approval)) == ["a", "b"]
    office.decide(approval, "a", comment="fine")
    assert office.state(approval) == "approved"
    assert office.value(record, "status") == "approved"
    (deal,) = read.list_records(ListRequest("deal"), office.project.system).records
    assert deal.values["purchase"] == record
    assert office.history(approval)[-1] == "ended"


def test_28_a_withdrawal_unlocks_and_does_the_recall_actions(office: Office) -> None:
    record = office.purchase()
    approval = office.start(record).approval.id
    service.on_approval(events.Withdraw, approval, office.as_("s"))
    assert office.state(approval) == "withdrawn"
    assert office.value(record, "status") == "back"
    write.write(Update("purchase", record, {"remark": "mine again"}), office.as_("s"))


def test_41_a_locked_record_is_changed_by_nobody_but_admins_and_comments_still_work(office: Office) -> None:
    record = office.purchase()
    approval = office.start(record).approval.id
    for command in (Update("purchase", record, {"remark": "x"}), Delete("purchase", record)):
        with pytest.raises(Locked) as caught:
            write.write(command, office.as_("s"))
        assert caught.value.details["flow"] == "purchase"
        assert caught.value.details["approval"]
    write.write(Create("comment", {"record": record, "text": "please"}), office.as_("s"))
    write.write(Update("purchase", record, {"remark": "admin"}), office.as_("adm"))
    office.decide(approval, "m", "reject", comment="no")
    assert office.value(record, "status") == "rejected"
    write.write(Update("purchase", record, {"remark": "free"}), office.as_("s"))


def test_44_who_is_asked_reads_this_record_and_no_other(office: Office) -> None:
    record, other = office.purchase(amount="5000", secret="secret words"), office.purchase(name="Tables", amount="5000")
    with pytest.raises(NotFound):
        read.get("purchase", record, office.as_("a"))
    approval = office.start(record).approval.id
    office.decide(approval, "m")
    seen = read.get("purchase", record, office.as_("a"))
    assert seen.values["name"] == "Chairs"
    assert "secret words" not in str(seen.values["secret"])
    assert read.get("purchase", record, office.as_("s")).values["secret"] == "secret words"
    assert office.project.ids("purchase", office.as_("a")) == {record}
    with pytest.raises(NotFound):
        read.get("purchase", other, office.as_("a"))
    with pytest.raises(NotFound):
        read.get("approval", approval, office.as_("x"))
    with pytest.raises(NotFound):
        service.decide(office.tasks(approval)["a"], Answer("approve"), office.as_("x"))
    with pytest.raises(JimuError):
        write.write(Delete("approval", approval), office.as_("s"))


def test_40_and_edits_of_an_approver_are_written_with_his_decision(office: Office) -> None:
    record = office.purchase(amount="5000", discount="1")
    approval = office.start(record).approval.id
    office.decide(approval, "m")
    with pytest.raises(Invalid):
        office.decide(approval, "a", changes={"discount": "9", "remark": "x"})
    assert office.value(record, "remark") is None
    office.decide(approval, "a", changes={"remark": "checked"})
    assert office.value(record, "remark") == "checked"
    assert office.state(approval) == "approved"


def test_46_one_approval_of_a_record_runs_at_a_time(office: Office) -> None:
    record = office.purchase()
    first = office.start(record).approval.id
    with pytest.raises(Conflict) as caught:
        office.start(record)
    assert caught.value.details["approval"]
    office.decide(first, "m", "reject")
    assert office.start(record).approval.id != first


def test_who_may_not_change_a_record_may_not_ask_for_its_approval(office: Office) -> None:
    record = office.purchase()
    with pytest.raises(NotFound):
        office.start(record, "x")
    with pytest.raises(Invalid):
        office.start(office.purchase(amount=None))


def test_47_the_same_request_again_gets_the_same_answer(office: Office) -> None:
    approval = office.start(office.purchase()).approval.id
    task = office.tasks(approval)["m"]
    first = service.decide(task, Answer("approve", key="k"), office.as_("m"))
    again = service.decide(task, Answer("approve", key="k"), office.as_("m"))
    assert again.repeated
    assert again.entry == first.entry
    assert office.history(approval).count("approve") == 1


def test_45_a_batch_does_what_it_can(office: Office) -> None:
    approvals = [office.start(office.purchase(name=f"n{i}")).approval.id for i in range(5)]
    tasks = [office.tasks(a)["m"] for a in approvals]
    service.on_approval(events.Withdraw, approvals[1], office.as_("s"))
    results = decide_batch(tasks, Answer("approve"), office.as_("m")).results
    assert [r.error is None for r in results] == [True, False, True, True, True]
    assert [office.state(a) for a in approvals].count("approved") == 4


def test_what_changed_since_it_was_opened_must_be_looked_at(office: Office) -> None:
    record = office.purchase()
    approval = office.start(record).approval.id
    version = read.get("purchase", record, office.as_("m")).version
    write.write(Update("purchase", record, {"amount": "900"}), office.as_("adm"))
    with pytest.raises(StaleVersion) as caught:
        office.decide(approval, "m", record_version=version)
    assert caught.value.details["fields"] == ["amount"]
    office.decide(approval, "m", record_version=read.get("purchase", record, office.as_("m")).version)


def test_42_a_running_approval_ends_by_the_version_in_which_it_began(office: Office) -> None:
    record = office.purchase(amount="5000")
    approval = office.start(record).approval.id
    flows = office.project.manifest.all("approval")
    flow = flows["purchase"]
    changed = replace(flow, version="other", nodes={"approved": flow.nodes["approved"]})
    others = {**office.project.manifest.others, "approval": {**flows, "purchase": changed}}
    office.project.manifest = replace(office.project.manifest, others=others)
    office.decide(approval, "m")
    assert sorted(office.tasks(approval)) == ["a", "b"]
    office.decide(approval, "b")
    assert office.state(approval) == "approved"
    assert office.start(office.purchase()).approval.run.version == "other"


def test_38_a_deadline_is_a_job_and_happens_once(office: Office) -> None:
    approval = office.start(office.purchase()).approval.id
    office.project.clock.forward(hours=9)
    office.work()
    assert list(office.tasks(approval)) == ["adm"]
    kept = office.kept(approval)
    service.timer_due(approval, min(kept.run.timers, default=1), office.project.system)
    office.work()
    assert office.history(approval).count("timeout") == 1


def test_43_who_is_disabled_loses_the_tasks_to_the_manager(office: Office) -> None:
    approval = office.start(office.purchase()).approval.id
    write.write(Update("user", office.people["m"], {"active": False}), office.project.system)
    office.work()
    assert list(office.tasks(approval)) == ["d"]
    assert office.kept(approval).run.state == "running"


def test_39_an_absence_lets_the_agent_decide(office: Office) -> None:
    clock = office.project.clock
    until = clock().replace(year=2027)
    values = {"owner": office.people["m"], "agent": office.people["x"], "starts_at": clock(), "ends_at": until}
    approval = office.start(office.purchase()).approval.id
    write.write(Create("absence", values), office.project.system)
    office.work()
    task = office.tasks(approval)["m"]
    service.decide(task, Answer("approve"), office.as_("x"))
    with office.project.store.read() as transaction:
        entries = load_entries(approval, replace(office.project.system, transaction=transaction))
    entry = next(e for e in entries if e.action == "approve")
    assert (entry.actor, entry.behalf) == (office.people["x"], office.people["m"])


def test_a_change_waits_aside_until_it_is_approved(office: Office) -> None:
    paper = office.project.create("paper", office.as_("s"), name="Contract", price="10")
    write.write(Update("paper", paper, {"note": "free"}), office.as_("s"))
    write.write(Update("paper", paper, {"price": "20"}), office.as_("s"))
    assert str(office.value(paper, "price", "paper")) == "10.00"
    (row,) = read.list_records(ListRequest("approval"), office.project.system).records
    assert row.values["purpose"] == "change"
    office.decide(row.id, "a")
    assert str(office.value(paper, "price", "paper")) == "10.00"
    office.decide(row.id, "b")
    assert str(office.value(paper, "price", "paper")) == "20.00"


def test_a_deletion_that_needs_approval_is_done_by_it(office: Office) -> None:
    paper = office.project.create("paper", office.as_("s"), name="Contract", price="10")
    with pytest.raises(Locked) as caught:
        write.write(Delete("paper", paper), office.as_("s"))
    assert caught.value.details["flow"] == "paper_removal"
    done = service.start(Request("paper", paper, purpose="delete"), office.as_("s"))
    office.decide(done.approval.id, "a")
    assert office.state(done.approval.id) == "approved"
    with pytest.raises(NotFound):
        read.get("paper", paper, office.project.system)


def test_a_flow_within_a_flow_starts_on_creation_and_goes_on_when_it_ends(office: Office) -> None:
    record = office.purchase()
    deal = office.project.create("deal", office.as_("s"), name="Deal", purchase=record)
    (parent,) = read.list_records(ListRequest("approval"), office.project.system).records
    assert parent.values["record"] == deal
    office.decide(parent.id, "m")
    rows = read.list_records(ListRequest("approval"), office.project.system).records
    (child,) = [r for r in rows if r.values["parent_run"] == parent.id]
    assert child.values["record"] == record
    office.decide(child.id, "m")
    assert office.state(child.id) == "approved"
    assert office.state(parent.id) == "approved"


def test_withdrawing_a_flow_ends_those_within_it(office: Office) -> None:
    office.project.create("deal", office.as_("s"), name="Deal", purchase=office.purchase())
    (parent,) = read.list_records(ListRequest("approval"), office.project.system).records
    office.decide(parent.id, "m")
    service.on_approval(events.Withdraw, parent.id, office.as_("s"))
    states = {r.values["state"] for r in read.list_records(ListRequest("approval"), office.project.system).records}
    assert states == {"withdrawn", "terminated"}


def test_49_a_revocation_is_asked_of_those_who_approved(office: Office) -> None:
    record = office.purchase()
    approval = office.start(record).approval.id
    office.decide(approval, "m")
    office.project.clock.forward(days=3)
    with pytest.raises(Forbidden):
        service.revoke(approval, office.as_("m"))
    again = service.revoke(approval, office.as_("s")).approval.id
    assert list(office.tasks(again)) == ["m"]
    office.decide(again, "m")
    assert office.state(approval) == "revoked"
    assert office.value(record, "status") == "revoked"
    other = office.start(office.purchase()).approval.id
    office.decide(other, "m")
    office.project.clock.forward(days=8)
    with pytest.raises(Conflict):
        service.revoke(other, office.as_("s"))


def test_an_action_that_fails_leaves_the_decision_and_asks_for_repair(office: Office) -> None:
    record = office.purchase(name="A name that is longer than that of a deal")
    approval = office.start(record).approval.id
    office.decide(approval, "m")
    kept = office.kept(approval)
    assert (kept.run.state, kept.run.cause.partition(":")[0]) == ("error", "name")
    assert list(office.tasks(approval)) == ["adm"]
    assert office.value(record, "status") == "asked"
    write.write(Update("purchase", record, {"name": "short"}), office.as_("adm"))
    service.on_approval(events.Repair, approval, office.as_("adm"), comment="shortened")
    assert office.state(approval) == "approved"
    assert office.value(record, "status") == "approved"


def test_50_stored_history_leads_to_the_same_again(office: Office) -> None:
    approval = office.start(office.purchase(amount="5000")).approval.id
    office.decide(approval, "m", comment="yes")
    service.on_task(events.Transfer, office.tasks(approval)["a"], office.as_("a"), to=office.people["d"])
    office.decide(approval, "d")
    kept = office.kept(approval)
    with office.project.store.read() as transaction:
        entries = load_entries(approval, replace(office.project.system, transaction=transaction))
    first = new_run(kept.flow, office.people["s"])
    assert replay(kept.flow, first, entries) == kept.run


def test_people_are_told_once_it_is_their_turn(office: Office) -> None:
    office.start(office.purchase())
    rows = read.list_records(ListRequest("notification"), office.project.system).records
    assert [(r.values["owner"], r.values["reason"]) for r in rows] == [(office.people["m"], "approval.asked")]
    assert "Chairs" in rows[0].values["subject"]


def test_running_approvals_can_be_brought_to_another_version_after_a_dry_run(office: Office) -> None:
    approval = office.start(office.purchase(amount="5000")).approval.id
    other = office.start(office.purchase(amount="5000")).approval.id
    office.decide(other, "m")
    flows = office.project.manifest.all("approval")
    flow = flows["purchase"]
    nodes = {"boss": replace(flow.nodes["manager"], name="boss"), "route": flow.nodes["route"]}
    nodes |= {name: flow.nodes[name] for name in ("approved", "rejected")}
    changed = replace(flow, version="other", nodes=nodes)
    others = {**office.project.manifest.others, "approval": {**flows, "purchase": changed}}
    office.project.manifest = replace(office.project.manifest, others=others)
    with pytest.raises(Forbidden):
        migrate("purchase", office.as_("s"))
    tried = {m.approval: m.problem for m in migrate("purchase", office.as_("adm"), nodes={"manager": "boss"})}
    assert tried[approval] is None
    assert "finance" in str(tried[other])
    assert office.kept(approval).run.version == flow.version
    migrate("purchase", office.as_("adm"), nodes={"manager": "boss"}, dry_run=False)
    assert office.kept(approval).run.version == "other"
    assert office.kept(other).run.version == flow.version
    assert list(office.tasks(approval)) == ["m"]
    assert office.kept(approval).run.open_tasks[0].visit in office.kept(approval).run.visits


def test_a_persons_tasks_are_handed_over_together(office: Office) -> None:
    approvals = [office.start(office.purchase(name=f"n{i}")).approval.id for i in range(3)]
    results = hand_over(office.people["m"], office.people["d"], office.as_("adm"), "leaves the company")
    assert [r.error for r in results] == [None, None, None]
    assert [list(office.tasks(a)) for a in approvals] == [["d"], ["d"], ["d"]]


def _in_effect_at_once(office: Office) -> int:
    """A paper whose change of price is in effect at once and waits for approval."""
    flows = office.project.manifest.all("approval")
    flow = flows["paper"]
    changed = replace(flow, trigger=replace(flow.trigger, change="restore"), lock="none")
    others = {**office.project.manifest.others, "approval": {**flows, "paper": changed}}
    office.project.manifest = replace(office.project.manifest, others=others)
    paper = office.project.create("paper", office.as_("s"), name="Contract", price="10", note="old")
    write.write(Update("paper", paper, {"price": "20", "note": "new"}), office.as_("s"))
    assert str(office.value(paper, "price", "paper")) == "20.00"
    return paper


def test_a_change_in_effect_is_taken_back_when_it_is_rejected_but_not_what_others_changed(office: Office) -> None:
    paper = _in_effect_at_once(office)
    (row,) = read.list_records(ListRequest("approval"), office.project.system).records
    assert row.values["purpose"] == "restore"
    write.write(Update("paper", paper, {"note": "by somebody else"}), office.as_("adm"))
    office.decide(row.id, "a", "reject")
    assert str(office.value(paper, "price", "paper")) == "10.00"
    assert office.value(paper, "note", "paper") == "by somebody else"
    entries = read.list_records(ListRequest("approval_entry", limit=200), office.project.system).records
    (told,) = [e.values["details"] for e in entries if e.values["action"] == "restored"]
    assert told == {"fields": ["price"], "kept": ["note"]}


def test_a_change_in_effect_stays_when_approved_and_goes_when_withdrawn_with_its_corrections(office: Office) -> None:
    paper = _in_effect_at_once(office)
    (row,) = read.list_records(ListRequest("approval"), office.project.system).records
    office.decide(row.id, "a")
    office.decide(row.id, "b")
    assert str(office.value(paper, "price", "paper")) == "20.00"
    write.write(Update("paper", paper, {"price": "30"}), office.as_("s"))
    (again,) = [r for r in read.list_records(ListRequest("approval"), office.project.system).records if r.id != row.id]
    service.on_task(events.Return, office.tasks(again.id)["a"], office.as_("a"), target="start")
    write.write(Update("paper", paper, {"price": "40", "note": "corrected"}), office.as_("s"))
    service.on_approval(events.Withdraw, again.id, office.as_("s"))
    assert str(office.value(paper, "price", "paper")) == "20.00"
    assert office.value(paper, "note", "paper") == "new"
