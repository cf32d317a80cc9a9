"""Handing on what comes later, rejections to the step before as drawn, one agent for two, boxes of one flow."""

from __future__ import annotations

from jimu.flows.approvals import events
from jimu.flows.approvals.inbox import box
from tests.flows.approvals.laboratory import A, B, C, Case, Company, E, M, X
from tests.flows.approvals.office import Office


def test_what_comes_later_in_the_run_goes_with_a_task_that_was_handed_on() -> None:
    flow = """
        nodes:
          one: {approvers: [{user: a}], to: two}
          two: {approvers: [{user: [a, b]}], to: three}
          three: {approvers: [{user: [a, x]}], to: end}
    """
    case = Case(flow).submit()
    case.happen(events.Transfer, A, task=case.task(A).id, to=X, later=True)
    case.approve(X)
    assert case.asked() == [X, B]
    case.approve(X)
    case.approve(B)
    assert case.asked() == [X]  # once, though both rules lead to the same person
    assert case.replayed() == case.run
    plain = Case(flow).submit()
    plain.happen(events.Transfer, A, task=plain.task(A).id, to=X)
    plain.approve(X)
    assert plain.asked() == [A, B]


def test_a_circle_of_handing_on_ends() -> None:
    case = Case("nodes: {one: {approvers: [{user: a}], to: two}, two: {approvers: [{user: a}], to: end}}").submit()
    case.happen(events.Transfer, A, task=case.task(A).id, to=B, later=True)
    case.happen(events.Transfer, B, task=case.task(B).id, to=A, later=True)
    case.approve(A)
    assert case.asked() == [A]


def test_a_rejection_to_the_parent_goes_by_the_drawing_and_not_by_what_happened() -> None:
    flow = """
        nodes:
          one: {approvers: [{user: a}], to: split}
          split: {type: parallel, branches: [left, right], to: last}
          left: {approvers: [{user: b}]}
          right: {approvers: [{user: c}]}
          last: {approvers: [{user: e}], on_reject: RULE, to: end}
    """
    asked = {}
    for rule in ("parent", "previous"):
        case = Case(flow.replace("RULE", rule)).submit()
        case.approve(A)
        case.approve(B)
        case.approve(C)
        case.reject(E)
        asked[rule] = case.asked() or case.run.state
    assert asked == {"parent": [A], "previous": [A]}
    first = Case("nodes: {one: {approvers: [{user: a}], on_reject: parent, to: end}}").submit()
    first.reject(A)
    assert first.run.state == "returned"
    jumped = Case("""
        nodes:
          one: {approvers: [{user: a}], to: two}
          two: {approvers: [{user: b}], to: three}
          three: {approvers: [{user: c}], on_reject: parent, to: end}
    """).submit()
    jumped.happen(events.Jump, 99, node="three", comment="so")
    jumped.reject(C)
    assert jumped.asked() == [B]


def test_one_agent_decides_for_each_of_two_who_are_away() -> None:
    company = Company(agents={A: [(X, None)], B: [(X, None)]})
    case = Case("nodes: {one: {approvers: [{user: [a, b, m]}], to: end}}", company).submit()
    for person in (A, B):
        task = next(t for t in case.run.tasks.values() if t.person == person)
        case.happen(events.Decide, X, task=task.id, answer="approve")
    assert [(e.actor, e.behalf) for e in case.entries if e.action == "approve"] == [(X, A), (X, B)]
    assert case.asked() == [M]


def test_a_box_of_one_flow_is_chosen_before_its_pages_are_cut(office: Office) -> None:
    for _ in range(3):
        office.project.create("deal", office.as_("s"), name="Deal")
    approvals = [office.start(office.purchase(name=f"n{i}")).approval.id for i in range(3)]
    context, seen, after = office.as_("m"), list[int](), None
    while True:
        page = box("pending", context, after=after, limit=2, flow="purchase")
        seen += [i.approval for i in page.items]
        assert len(page.items) in (1, 2)
        after = page.next
        if after is None:
            break
    assert seen == approvals
    for approval in approvals:
        office.decide(approval, "m")
    assert [i.flow for i in box("done", context, limit=2, flow="purchase").items] == ["purchase", "purchase"]
    assert box("copies", context, flow="purchase").items == ()
