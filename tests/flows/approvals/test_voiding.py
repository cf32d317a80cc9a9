"""Changes of what approvals rest on (§2.3, §4): the approvals are void, and the flow goes on from where it says."""

from __future__ import annotations

from dataclasses import replace

from jimu.definitions.approvals.model import Sensitive
from jimu.flows.approvals import events
from jimu.records import Update, write
from tests.flows.approvals.laboratory import ADM, A, B, C, Case, E, S
from tests.flows.approvals.office import Office

FLOW = """
    sensitive: {fields: [amount], reopen: two}
    nodes:
      one: {approvers: [{user: a}], to: two}
      two: {approvers: [{user: b}], to: three}
      three: {approvers: [{user: [c, e]}], fields: {amount: edit}, to: end}
"""


def test_a_change_by_an_approver_voids_the_approvals_since_the_node_and_asks_anew() -> None:
    case = Case(FLOW).submit()
    case.approve(A)
    case.approve(B)
    case.approve(C)
    case.approve(E, changes={"amount": 5}, changed=("amount",))
    assert case.asked() == [B]
    assert case.visits("one") == ["done"]
    assert case.visits("two") == ["stale", "open"]
    entry = next(e for e in case.entries if e.action == "voided")
    assert entry.details == {"fields": ["amount"], "people": [B, C]}
    assert case.notices("voided") == [(B, C)]
    case.approve(B)
    case.approve(C)
    assert case.run.state == "running"
    case.approve(E, changes={"amount": 5})  # nothing is other than before
    assert case.run.state == "approved"
    assert case.replayed() == case.run


def test_a_change_that_nobody_approved_before_and_of_other_fields_voids_nothing() -> None:
    case = Case(FLOW).submit()
    case.happen(events.Edited, ADM, fields=("amount",))
    assert case.asked() == [A]
    case.approve(A)
    case.happen(events.Edited, ADM, fields=("amount",))  # the approval of one stands before the node named
    assert case.asked() == [B]
    case.approve(B)
    case.happen(events.Edited, ADM, fields=("remark",))
    assert case.asked() == [C, E]
    case.happen(events.Edited, ADM, fields=("amount", "remark"))
    assert case.asked() == [B]


def test_what_changes_while_it_stands_still_counts_when_it_goes_on() -> None:
    case = Case(FLOW).submit()
    case.approve(A)
    case.approve(B)
    case.happen(events.Suspend, ADM, comment="so")
    case.happen(events.Edited, ADM, fields=("amount",))
    assert case.run.state == "suspended"
    case.happen(events.Continue, ADM, comment="so")
    assert case.asked() == [B]


def test_what_the_submitter_corrects_ends_resuming_at_the_returning_node() -> None:
    flow = FLOW.replace("fields: {amount: edit}", "fields: {amount: edit}, resume: all")
    for fields, asked in ((("amount",), [B]), (("remark",), [C, E])):
        case = Case(flow).submit()
        case.approve(A)
        case.approve(B)
        case.happen(events.Return, C, task=case.task(C).id, target="start")
        case.happen(events.Edited, S, fields=fields)
        case.submit()
        assert case.asked() == asked


def test_the_branches_of_a_block_go_with_it() -> None:
    case = Case("""
        sensitive: {fields: [amount]}
        nodes:
          one: {approvers: [{user: a}], to: split}
          split: {type: parallel, branches: [left, right], to: end}
          left: {approvers: [{user: b}]}
          right: {approvers: [{user: c}]}
    """).submit()
    case.approve(A)
    case.approve(B)
    case.happen(events.Edited, ADM, fields=("amount",))
    assert case.asked() == [A]
    case.approve(A)
    assert case.asked() == [B, C]


def test_an_administrators_edit_of_a_record_under_approval_voids_what_was_approved(office: Office) -> None:
    flows = office.project.manifest.all("approval")
    changed = replace(flows["purchase"], sensitive=Sensitive(frozenset({"amount"}), "manager"))
    others = {**office.project.manifest.others, "approval": {**flows, "purchase": changed}}
    office.project.manifest = replace(office.project.manifest, others=others)
    record = office.purchase(amount="5000")
    approval = office.start(record).approval.id
    office.decide(approval, "m")
    write.write(Update("purchase", record, {"remark": "x"}), office.as_("adm"))
    assert sorted(office.tasks(approval)) == ["a", "b"]
    write.write(Update("purchase", record, {"amount": "5000.00"}), office.as_("adm"))
    assert sorted(office.tasks(approval)) == ["a", "b"]
    write.write(Update("purchase", record, {"amount": "7000"}), office.as_("adm"))
    assert sorted(office.tasks(approval)) == ["m"]
    assert "voided" in office.history(approval)
