"""§7 of the specification: what real definitions of other products do and where public engines have gone wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jimu.errors import JimuError, Locked
from jimu.flows.approvals import events, service
from jimu.flows.approvals.service import Request
from jimu.records import Update, write
from tests.flows.approvals.laboratory import ADM, A, B, C, Case, Company, E, M, S, X
from tests.flows.approvals.office import FILES, Office
from tests.records.project import prepared_project

# --- as definitions of another product have it


def test_a_step_is_skipped_where_its_criteria_are_not_met() -> None:
    flow = """
        nodes:
          small: {type: decision, branches: [{when: amount > 100, to: first}, {otherwise: true, to: second}]}
          first: {approvers: [{user: a}], to: second}
          second: {approvers: [{user: b}], to: end}
    """
    assert Case(flow, amount=500).submit().asked() == [A]
    assert Case(flow, amount=5).submit().asked() == [B]
    assert Case(flow).submit().asked() == [B]  # a blank amount meets nothing


def test_a_record_is_approved_where_the_criteria_of_a_step_are_not_met() -> None:
    flow = """
        nodes:
          first: {approvers: [{user: a}], to: enough}
          enough: {type: decision, branches: [{when: amount > 100, to: second}, {otherwise: true, to: end}]}
          second: {approvers: [{user: b}], to: end}
    """
    for amount, state in ((500, "running"), (5, "approved")):
        case = Case(flow, amount=amount).submit()
        case.approve(A)
        assert case.run.state == state


def test_a_rejection_is_not_one_where_the_criteria_say_so() -> None:
    """Else-reject of entry criteria: who does not meet them is rejected without anybody being asked."""
    flow = """
        nodes:
          enough: {type: decision, branches: [{when: amount > 100, to: first}, {otherwise: true, to: refused}]}
          first: {approvers: [{user: a}], to: end}
          refused: {type: auto_reject, to: end}
    """
    assert Case(flow, amount=5).submit().run.state == "rejected"


def test_the_manager_of_a_field_and_the_whole_line_of_another() -> None:
    flow = """
        nodes:
          one: {approvers: [{manager_of: seller}], to: two}
          two: {approvers: [{managers_of: seller, level: 2, until: 2}], to: end}
    """
    case = Case(flow, seller=S).submit()
    assert case.asked() == [M]


def test_an_adhoc_approver_is_chosen_by_whoever_asks_and_by_the_step_before() -> None:
    flow = """
        nodes:
          one: {approvers: [{pick: submitter}], to: two}
          two: {approvers: [{pick: one, from: [role:finance]}], to: end}
    """
    with pytest.raises(JimuError):
        Case(flow).submit()
    case = Case(flow).submit(one=(X,))
    with pytest.raises(JimuError):
        case.approve(X, picks={"two": (E,)})
    case.approve(X, picks={"two": (B,)})
    assert case.asked() == [B]


SIX = """
label: Six points
object: purchase
on_submit: [{set: {remark: submitted}}, {notify: [owner], text: said on submission}]
on_withdraw: [{set: {remark: recalled}}, {notify: [owner], text: said on recall}]
nodes:
  one: {approvers: [{user: m@example.com}], on_reject: refused, to: passed}
  passed: {type: action, actions: [{set: {remark: step approved}}, {notify: [owner], text: said on the step}], to: two}
  refused: {type: action, actions: [{set: {remark: step rejected}}, {notify: [owner], text: said on refusal}], to: two}
  two: {approvers: [{user: d@example.com}], to: approved}
  approved: {type: end, actions: [{set: {status: approved}}, {notify: [owner], text: said on approval}]}
  rejected: {type: end, result: rejected, actions: [{set: {status: rejected}}, {notify: [owner], text: said}]}
"""


@pytest.fixture
def six(backend: str, tmp_path: Path) -> Iterator[Office]:
    with prepared_project(backend, tmp_path, {**FILES, "flows/approvals/six.yaml": SIX}) as project:
        yield Office.of(project)


def test_fields_are_set_and_people_told_at_six_points(six: Office) -> None:
    def seen(record: int) -> tuple[str, str]:
        return six.value(record, "remark"), six.value(record, "status")

    def begin() -> tuple[int, int]:
        record = six.purchase()
        approval = service.start(Request("purchase", record, "six"), six.as_("s")).approval.id
        assert seen(record) == ("submitted", "new")
        return record, approval

    record, approval = begin()
    six.decide(approval, "m")
    assert seen(record) == ("step approved", "new")
    six.decide(approval, "d")
    assert seen(record) == ("step approved", "approved")
    record, approval = begin()
    six.decide(approval, "m", "reject")
    assert seen(record) == ("step rejected", "new")
    six.decide(approval, "d", "reject")
    assert seen(record) == ("step rejected", "rejected")
    record, approval = begin()
    service.on_approval(events.Withdraw, approval, six.as_("s"))
    assert seen(record) == ("recalled", "new")


@pytest.mark.parametrize(("lock", "may"), [("all", []), ("admin", ["adm"]), ("approver", ["adm", "m"])])
def test_the_variants_of_the_lock(six: Office, lock: str, may: list[str]) -> None:
    flows = six.project.manifest.all("approval")
    others = {**six.project.manifest.others, "approval": {**flows, "six": replace(flows["six"], lock=lock)}}
    six.project.manifest = replace(six.project.manifest, others=others)
    record = six.purchase(owner=six.people["m"])  # so that nothing but the lock keeps the approver from it
    service.start(Request("purchase", record, "six"), six.as_("adm"))
    able = []
    for number, name in enumerate(("adm", "m")):
        try:
            write.write(Update("purchase", record, {"discount": str(number + 1)}), six.as_(name))
        except Locked:
            continue
        able.append(name)
    assert able == may


# --- where public engines went wrong


def test_seven_submissions_of_one_claim_ask_anew_each_time() -> None:
    case = Case("nodes: {one: {approvers: [{user: a}], to: two}, two: {approvers: [{user: b}], to: end}}").submit()
    for _ in range(6):
        case.approve(A)
        case.happen(events.Return, B, task=case.task(B).id, target="start")
        case.submit()
    assert (case.run.round, case.asked()) == (7, [A])


def test_people_are_added_inside_of_inclusive_branches() -> None:
    case = Case(
        """
        nodes:
          split: {type: inclusive, branches: [{when: amount > 1, to: one}, {otherwise: true, to: two}], to: last}
          one: {approvers: [{user: a}]}
          two: {approvers: [{user: b}]}
          last: {approvers: [{user: c}], to: end}
        """,
        amount=5,
    ).submit()
    case.happen(events.AddSign, A, task=case.task(A).id, people=(E,), relation="after")
    assert case.asked() == [E]
    case.approve(E)
    assert case.asked() == [C]


def test_a_route_whose_first_child_is_a_condition_again() -> None:
    case = Case(
        """
        nodes:
          route: {type: decision, branches: [{when: amount > 1, to: inner}, {otherwise: true, to: end}]}
          inner: {type: decision, branches: [{when: amount > 100, to: one}, {otherwise: true, to: two}]}
          one: {approvers: [{user: a}], to: end}
          two: {approvers: [{user: b}], to: end}
        """,
        amount=5,
    ).submit()
    assert case.asked() == [B]


def test_several_roles_of_one_person_are_one_share_and_one_claim_leaves_the_other_pool_open() -> None:
    company = Company(roles={"finance": [A, B], "board": [A]})
    flow = "nodes: {one: {approvers: [{role: finance}, {role: board}], MORE to: end}}"
    case = Case(flow.replace("MORE", ""), company).submit()
    assert case.asked() == [A, B]
    pooled = Case(flow.replace("MORE", "pool: true,"), company).submit()
    first, second = pooled.run.open_tasks
    pooled.happen(events.Claim, B, task=first.id)
    assert [t.state for t in pooled.run.open_tasks] == ["pending", "pending"]
    pooled.approve(B)
    assert pooled.run.state == "running"
    pooled.happen(events.Claim, A, task=second.id)
    pooled.approve(A)
    assert pooled.run.state == "approved"


def test_what_one_all_sign_node_gathered_is_nothing_to_the_next() -> None:
    case = Case("nodes: {one: {approvers: [{user: [a, b]}], to: two}, two: {approvers: [{user: [b, a]}], to: end}}")
    case.submit()
    case.approve(A)
    case.approve(B)
    assert case.asked() == [B, A]


def test_a_rejection_touches_no_copy_and_a_timeout_is_told_like_a_decision() -> None:
    case = Case(
        "nodes: {one: {approvers: [{user: a}], cc: [{user: x}], deadline: {after: 8 hours, then: reject}, to: end}}"
    )
    case.submit()
    assert case.notices("copied") == [(X,)]
    case.wait(9)
    assert case.run.state == "rejected"
    assert X in case.run.readers
    assert [e.data["result"] for e in case.effects if e.kind == "notice" and e.point == "ended"] == ["rejected"]
    assert "timeout" in case.actions()


def test_who_claims_or_rejects_after_the_end_is_told_so() -> None:
    case = Case("nodes: {one: {approvers: [{user: [a, b]}], mode: any, to: end}}").submit()
    case.approve(A)
    with pytest.raises(JimuError) as caught:
        case.reject(B)
    assert caught.value.details["by"] == A
    assert case.run.open_tasks == []
    with pytest.raises(JimuError):
        case.happen(events.Jump, ADM, node="one", comment="so")


def test_who_looks_after_a_flow_can_do_what_it_asks_of_them() -> None:
    case = Case("""
        admins: [{user: a}]
        nodes: {one: {approvers: [{user: b}], mode: {count: 3}, to: end}}
    """).submit()
    assert (case.run.state, case.run.cause, case.asked()) == ("error", "too-few-approvers", [A])
    for actor in (B, X):
        with pytest.raises(JimuError):
            case.happen(events.Terminate, actor, comment="so")
    case.happen(events.Terminate, A, comment="so")
    assert case.run.state == "terminated"


def test_nobody_adds_themselves_in_the_name_of_another() -> None:
    company = Company(agents={A: [(B, None)]})
    case = Case("nodes: {one: {approvers: [{user: a}], to: end}}", company).submit()
    with pytest.raises(JimuError):
        case.happen(events.AddSign, B, task=case.task(A).id, people=(B,), relation="before")


def test_an_approval_by_time_is_one_where_nothing_is_missing_for_it() -> None:
    flow = """
        nodes:
          one: {approvers: [{user: a}], fields: {amount: required}, deadline: {after: 8 hours, then: approve}, to: end}
    """
    case = Case(flow, amount=5).submit()
    case.wait(9)
    assert case.run.state == "approved"
    case = Case(flow).submit()
    case.wait(9)
    assert case.asked() == [M]


def test_whom_the_submitter_chose_and_who_left_meanwhile_is_replaced_by_nobody() -> None:
    flow = "nodes: {one: {approvers: [{user: a}], to: two}, two: {approvers: [{pick: submitter}], to: end}}"
    case = Case(flow).submit(two=(E,))
    case.company.inactive.add(E)
    case.approve(A)
    assert case.asked() == [ADM]  # not their manager: nobody chose them
