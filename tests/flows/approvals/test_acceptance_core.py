"""The acceptance statements of the specification that the core can answer alone, by their numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jimu.errors import Conflict, Forbidden, Invalid, TooManyRequests
from jimu.flows.approvals import events
from tests.flows.approvals.laboratory import ADM, CEO, A, B, C, Case, Company, D, E, M, S, X

ALL = """
    nodes:
      one: {approvers: [{user: [a, b, c]}], mode: all, to: two}
      two: {approvers: [{user: e}], to: end}
"""
ANY = ALL.replace("mode: all", "mode: any").replace("[a, b, c]", "[a, b]")
SEQUENCE = ALL.replace("mode: all", "mode: sequence")
FOUR = """
    nodes:
      n1: {approvers: [{user: a}], to: n2}
      n2: {approvers: [{user: b}], to: n3}
      n3: {approvers: [{user: c}], to: n4}
      n4: {approvers: [{user: e}], to: end%s}
"""


def test_1_all_sign_waits_for_everybody_and_goes_on_once() -> None:
    case = Case(ALL).submit()
    case.approve(A)
    case.approve(B)
    assert case.asked() == [C]
    case.approve(C)
    assert case.asked() == [E]
    assert case.visits("two") == ["open"]


def test_2_the_first_rejection_of_all_sign_cancels_the_rest_and_the_rule_runs_once() -> None:
    case = Case(ALL).submit()
    case.reject(B)
    assert case.states("one") == ["cancelled(node-rejected)", "rejected", "cancelled(node-rejected)"]
    assert case.run.state == "rejected"
    assert case.actions().count("rejected_at") == case.actions().count("ended") == 1


def test_3_who_is_named_twice_has_one_task() -> None:
    case = Case("nodes: {one: {approvers: [{user: a}, {role: finance}], to: end}}").submit()
    assert case.asked() == [A, B, C]


def test_4_any_sign_is_decided_by_the_first_and_tells_the_next_by_whom() -> None:
    case = Case(ANY).submit()
    task = case.task(B)
    case.approve(A)
    assert case.states("one") == ["approved", "cancelled(decided-by-other)"]
    with pytest.raises(Conflict) as caught:
        case.happen(events.Decide, B, task=task.id, answer="reject")
    assert caught.value.details["by"] == A
    assert caught.value.details["at"] == case.at.replace(second=case.at.second - 1).isoformat()
    assert caught.value.details["outcome"] == "approved"


def test_5_a_sequence_asks_one_after_the_other_and_the_tail_is_never_told() -> None:
    case = Case(SEQUENCE).submit()
    assert case.asked() == [A]
    case.approve(A)
    assert case.asked() == [B]
    case.reject(B)
    assert case.run.state == "rejected"
    assert C not in {p for people in case.notices("asked") for p in people}


def test_6_a_vote_passes_and_fails_as_soon_as_it_is_certain() -> None:
    text = "nodes: {one: {approvers: [{user: [a, b, c, e, x]}], mode: {percent: 60}, to: end}}"
    case = Case(text).submit()
    case.approve(A), case.approve(B), case.approve(C)
    assert case.run.state == "approved"
    assert case.states("one")[3:] == ["cancelled(decided-by-other)"] * 2
    case = Case(text).submit()
    case.reject(A), case.reject(B)
    assert case.run.state == "running"
    case.reject(C)
    assert case.run.state == "rejected"


def test_7_a_fixed_count_stays_when_voters_are_added() -> None:
    case = Case("nodes: {one: {approvers: [{user: [a, b, c]}], mode: {count: 2}, to: end}}").submit()
    case.happen(events.AddSign, A, task=case.task(A).id, people=(E,), relation="parallel")
    case.approve(E)
    case.approve(B)
    assert case.run.state == "approved"


def test_8_an_empty_role_goes_to_the_admin_and_history_says_why() -> None:
    case = Case("nodes: {one: {approvers: [{role: nobody}], to: end}}").submit()
    assert case.asked() == [ADM]
    assert "empty" in case.actions()


def test_9_an_empty_role_may_refuse_the_submission() -> None:
    case = Case("nodes: {one: {approvers: [{role: nobody}], when_empty: refuse, to: end}}")
    with pytest.raises(Invalid, match=r"one.*role nobody"):
        case.submit()
    assert case.run.state == "draft"


@pytest.mark.parametrize("mode", ["{count: 3}", "{weight: 3}", "{weight: 2, strict: true}"])
def test_7b_a_vote_that_cannot_be_won_is_asked_of_nobody_and_looked_at_anew_on_repair(mode: str) -> None:
    company = Company(roles={"finance": [A, B]})
    case = Case(f"nodes: {{one: {{approvers: [{{role: finance}}], mode: {mode}, to: end}}}}", company).submit()
    assert (case.run.state, case.run.cause, case.asked()) == ("error", "too-few-approvers", [ADM])
    case.happen(events.Repair, ADM, comment="again")
    assert case.run.state == "error"
    company.roles["finance"] = [A, B, C]
    case.happen(events.Repair, ADM, comment="there are more now")
    assert case.asked() == [A, B, C]


def test_10_who_would_decide_on_his_own_request_is_replaced_by_the_manager() -> None:
    company = Company(heads={100: S})
    case = Case("nodes: {one: {approvers: [{group: x}], when_self: manager, to: end}}", company)
    company.groups["x"] = [S]
    case.submit()
    assert case.asked() == [M]


def test_11_skipping_oneself_in_all_sign_passes_only_that_share() -> None:
    case = Case("nodes: {one: {approvers: [submitter, {user: a}], when_self: skip, to: end}}").submit()
    assert case.states("one") == ["auto_passed(self)", "pending"]
    assert case.asked() == [A]


def test_12_consecutive_duplicates_pass() -> None:
    text = """
        dedupe: consecutive
        nodes:
          n1: {approvers: [{user: a}], to: n2}
          n2: {approvers: [{user: a}], to: n3}
          n3: {approvers: [{user: b}], to: n4}
          n4: {approvers: [{user: a}], to: end}
    """
    case = Case(text).submit()
    case.approve(A)
    assert case.states("n2") == ["auto_passed(duplicate)"]
    assert case.asked() == [B]
    case.approve(B)
    assert case.asked() == [A]


def test_13_first_only_never_asks_again() -> None:
    text = """
        dedupe: first
        nodes:
          n1: {approvers: [{user: a}], to: n2}
          n2: {approvers: [{user: a}], to: n3}
          n3: {approvers: [{user: b}], to: n4}
          n4: {approvers: [{user: a}], to: end}
    """
    case = Case(text).submit()
    case.approve(A)
    case.approve(B)
    assert case.run.state == "approved"


def test_14_a_node_that_wants_something_filled_in_always_asks() -> None:
    text = """
        dedupe: first
        nodes:
          n1: {approvers: [{user: a}], to: n2}
          n2: {approvers: [{user: a}], fields: {price: required}, to: end}
    """
    case = Case(text).submit()
    case.approve(A)
    assert case.asked() == [A]
    with pytest.raises(Invalid):
        case.approve(A)
    case.approve(A, changes={"price": "7"})
    assert case.run.state == "approved"


def test_15_a_chain_of_managers_asks_each_once() -> None:
    text = "nodes: {one: {approvers: [{managers_of: submitter}], mode: sequence, to: end}}"
    case = Case(text).submit()
    for person in (M, D, CEO):
        assert case.asked() == [person]
        case.approve(person)
    assert case.run.state == "approved"
    heads = "nodes: {one: {approvers: [{heads_of: submitter}], mode: sequence, to: end}}"
    case = Case(heads, Company(heads={100: M, 101: M, 102: CEO})).submit()
    assert [t.person for t in case.run.tasks.values()] == [M, CEO]


def test_16_who_is_picked_must_be_in_the_range() -> None:
    case = Case("nodes: {one: {approvers: [{pick: submitter, from: 'role:finance'}], to: end}}")
    with pytest.raises(Invalid):
        case.submit()
    with pytest.raises(Invalid):
        case.submit(one=(X,))
    case.submit(one=(B,))
    assert case.asked() == [B]


def test_17_a_transfer_keeps_the_due_moment_and_is_in_history() -> None:
    case = Case("nodes: {one: {approvers: [{user: a}], deadline: {after: 8 hours}, to: end}}").submit()
    due = case.task(A).due
    case.happen(events.Transfer, A, task=case.task(A).id, to=B)
    assert case.states("one") == ["transferred", "pending"]
    assert case.task(B).due == due
    assert case.asked() == [B]
    case.approve(B)
    assert [(e.action, e.actor) for e in case.entries if e.action in ("transfer", "approve")] == [
        ("transfer", A),
        ("approve", B),
    ]


def test_18_who_has_a_share_already_cannot_be_given_another() -> None:
    case = Case(ALL).submit()
    with pytest.raises(Invalid) as caught:
        case.happen(events.Transfer, A, task=case.task(A).id, to=B)
    assert caught.value.problems[0].code == "has_share"


def test_19_a_delegate_gives_an_opinion_and_nothing_moves() -> None:
    case = Case("nodes: {one: {approvers: [{user: a}], to: end}}").submit()
    case.happen(events.Delegate, A, task=case.task(A).id, to=B)
    assert case.asked() == [B]
    case.reject(B, comment="no")
    assert case.asked() == [A]
    opinion = next(e for e in case.entries if e.action == "opinion")
    assert (opinion.actor, opinion.comment, opinion.details["answer"]) == (B, "no", "reject")
    case.approve(A)
    assert case.run.state == "approved"


def test_20_an_owner_must_recall_before_deciding() -> None:
    case = Case("nodes: {one: {approvers: [{user: a}], to: end}}").submit()
    task = case.task(A)
    case.happen(events.Delegate, A, task=task.id, to=B)
    with pytest.raises(Conflict):
        case.happen(events.Decide, A, task=task.id, answer="approve")
    case.happen(events.Recall, A, task=task.id)
    with pytest.raises(Forbidden):
        case.happen(events.Decide, B, task=task.id, answer="approve")
    case.approve(A)
    assert case.run.state == "approved"


def test_21_a_before_sign_parks_the_task() -> None:
    case = Case("nodes: {one: {approvers: [{user: a}], to: end}}").submit()
    case.happen(events.AddSign, A, task=case.task(A).id, people=(B,), relation="before")
    assert case.asked() == [B]
    with pytest.raises(Conflict):
        case.approve(A)
    case.approve(B)
    assert case.asked() == [A]
    case.approve(A)
    assert case.run.state == "approved"


def test_22_an_after_sign_approves_and_the_node_waits_for_it() -> None:
    case = Case("nodes: {one: {approvers: [{user: a}], to: two}, two: {approvers: [{user: c}], to: end}}").submit()
    case.happen(events.AddSign, A, task=case.task(A).id, people=(B,), relation="after")
    assert case.asked() == [B]
    case.approve(B)
    assert case.asked() == [C]


def test_22b_an_after_sign_in_an_any_node_takes_the_others_out_and_still_waits() -> None:
    case = Case(ANY).submit()
    case.happen(events.AddSign, A, task=case.task(A).id, people=(C,), relation="after")
    assert case.asked() == [C]
    assert case.states("one")[:2] == ["approved", "cancelled(decided-by-other)"]
    case.approve(C)
    assert case.asked() == [E]


def test_23_a_parallel_share_enlarges_all_sign() -> None:
    case = Case("nodes: {one: {approvers: [{user: [a, b]}], to: end}}").submit()
    case.happen(events.AddSign, A, task=case.task(A).id, people=(C,), relation="parallel")
    case.approve(A), case.approve(B)
    assert case.run.state == "running"
    case.approve(C)
    assert case.run.state == "approved"


def test_24_removing_an_added_share_may_complete_the_node_but_never_removes_the_last() -> None:
    case = Case("nodes: {one: {approvers: [{user: [a, b]}], to: end}}").submit()
    case.happen(events.AddSign, A, task=case.task(A).id, people=(C,), relation="parallel")
    share = case.task(C).id
    case.approve(A), case.approve(B)
    with pytest.raises(Conflict):
        case.happen(events.RemoveSign, A, task=share)
    case = Case("nodes: {one: {approvers: [{user: [a, b, x]}], mode: {percent: 60}, to: end}}").submit()
    case.happen(events.AddSign, A, task=case.task(A).id, people=(C, E), relation="parallel")
    case.approve(A), case.approve(B)
    case.happen(events.RemoveSign, A, task=case.task(C).id)
    assert case.run.state == "running"
    case.happen(events.RemoveSign, A, task=case.task(E).id)
    assert case.run.state == "approved"


def test_25_a_return_makes_what_came_after_stale() -> None:
    case = Case(FOUR % "").submit()
    case.approve(A), case.approve(B), case.approve(C)
    case.happen(events.Return, E, task=case.task(E).id, target="n2")
    assert case.asked() == [B]
    assert case.visits("n2") == ["stale", "open"]
    assert case.visits("n3") == ["stale"]
    case.approve(B)
    assert case.asked() == [C]


def test_26_from_the_start_again_after_a_return_to_the_submitter() -> None:
    case = Case(FOUR % "").submit()
    case.approve(A)
    case.happen(events.Return, B, task=case.task(B).id, target="start")
    assert case.run.state == "returned"
    case.submit()
    assert case.asked() == [A]
    assert case.run.round == 2


def test_27_resuming_asks_only_the_node_that_returned_it() -> None:
    case = Case(FOUR % ", resume: all").submit()
    case.approve(A), case.approve(B), case.approve(C)
    case.happen(events.Return, E, task=case.task(E).id, target="start")
    case.submit()
    assert case.asked() == [E]


def test_27b_resuming_falls_back_to_the_start_when_the_route_has_changed() -> None:
    text = """
        nodes:
          route: {type: decision, branches: [{when: amount > 10, to: big}, {otherwise: true, to: small}]}
          small: {approvers: [{user: a}], to: end}
          big: {approvers: [{user: b}], resume: all, to: end}
    """
    case = Case(text, amount=20).submit()
    case.happen(events.Return, B, task=case.task(B).id, target="start")
    case.company.fields["amount"] = 5
    case.submit()
    assert case.asked() == [A]


def test_27c_only_who_had_not_approved_is_asked_on_resuming() -> None:
    case = Case("nodes: {one: {approvers: [{user: [a, b, c]}], resume: remaining, to: end}}").submit()
    case.approve(A)
    case.happen(events.Return, B, task=case.task(B).id, target="start")
    case.submit()
    assert case.asked() == [B, C]


def test_28_withdrawing_cancels_everything() -> None:
    text = "nodes: {one: {approvers: [{user: a}], deadline: {after: 8 hours}, to: end}}"
    case = Case(text).submit()
    case.happen(events.Withdraw, S)
    assert case.run.state == "withdrawn"
    assert case.states("one") == ["cancelled(withdrawn)"]
    assert not case.run.timers
    assert [e.point for e in case.effects if e.kind == "actions"] == ["submit", "recall"]


def test_29_withdrawing_may_be_limited_to_before_the_first_decision() -> None:
    case = Case("withdraw: before_first_decision\n" + "\n".join(x[4:] for x in (FOUR % "").splitlines())).submit()
    case.approve(A)
    with pytest.raises(Conflict):
        case.happen(events.Withdraw, S)


def test_30_a_decision_can_be_taken_back_until_the_next_has_acted() -> None:
    case = Case(FOUR % "").submit()
    own = case.task(A).id
    case.approve(A)
    case.happen(events.Reclaim, A, task=own)
    assert case.asked() == [A]
    assert case.states("n2") == ["cancelled(reclaimed)"]
    with pytest.raises(Conflict):
        case.happen(events.Reclaim, A, task=own)
    assert case.asked() == [A]
    case.approve(A)
    case.approve(B)
    with pytest.raises(Conflict):
        case.happen(events.Reclaim, A, task=own)


def test_30b_taking_back_restores_those_whose_tasks_were_cancelled() -> None:
    case = Case(ANY).submit()
    own = case.task(A).id
    case.approve(A)
    case.happen(events.Reclaim, A, task=own)
    assert case.asked() == [A, B]


def test_30c_a_decision_is_not_taken_back_by_who_was_given_another_share_of_the_node_meanwhile() -> None:
    case = Case(
        """
        nodes:
          one: {approvers: [{user: [a, b]}], deadline: {after: 8 hours, then: to_manager}, to: end}
    """,
        Company(managers={B: A}),
    ).submit()
    own = case.task(A).id
    case.approve(A)
    case.wait(9)
    assert case.asked() == [A]
    with pytest.raises(Conflict):
        case.happen(events.Reclaim, A, task=own)
    case.approve(A)
    assert case.run.state == "approved"


def test_31_copies_go_once_to_the_active_and_nobody_waits() -> None:
    company = Company(inactive={B})
    text = "nodes: {copy: {type: cc, people: [{user: [a, b, a]}], to: one}, one: {approvers: [{user: c}], to: end}}"
    case = Case(text, company)
    case.submit()
    assert case.notices("copied") == [(A,)]
    assert case.asked() == [C]
    assert case.run.readers == {A}
    with pytest.raises(Forbidden):
        case.happen(events.Decide, A, task=case.task(C).id, answer="approve")


def test_32_reminding_is_limited() -> None:
    case = Case(FOUR % "").submit()
    case.happen(events.Urge, S)
    with pytest.raises(TooManyRequests) as caught:
        case.happen(events.Urge, S)
    assert caught.value.details["again_at"] == (case.at - timedelta(seconds=1) + timedelta(minutes=30)).isoformat()
    assert case.notices("urged") == [(A,)]


ROUTE = """
    nodes:
      route:
        type: decision
        branches: [{when: amount > 10000, to: big}, {when: amount > 1000, to: middle}, {otherwise: true, to: small}]
      big: {approvers: [{user: a}], to: end}
      middle: {approvers: [{user: b}], to: end}
      small: {approvers: [{user: c}], to: end}
"""


@pytest.mark.parametrize("amount, person", [(20000, A), (2000, B), (10, C), (None, C)])
def test_34_the_first_condition_that_holds_wins_and_blank_holds_none(amount: int | None, person: int) -> None:
    assert Case(ROUTE, amount=amount).submit().asked() == [person]


def test_35_a_join_waits_for_every_branch_also_an_empty_one() -> None:
    text = """
        nodes:
          split: {type: parallel, branches: [left, right, {label: nothing}], to: after}
          left: {approvers: [{user: a}]}
          right: {approvers: [{user: b}]}
          after: {approvers: [{user: c}], to: end}
    """
    case = Case(text).submit()
    assert case.asked() == [A, B]
    case.approve(B)
    assert case.asked() == [A]
    case.approve(A)
    assert case.asked() == [C]
    assert case.visits("after") == ["open"]


def test_36_an_inclusive_join_waits_for_the_branches_that_were_started() -> None:
    text = """
        nodes:
          split:
            type: inclusive
            branches: [{when: amount > 1, to: x1}, {when: amount > 10, to: x2}, {when: amount > 99, to: x3},
                       {otherwise: true, to: x3}]
            to: after
          x1: {approvers: [{user: a}]}
          x2: {approvers: [{user: b}]}
          x3: {approvers: [{user: c}]}
          after: {approvers: [{user: e}], to: end}
    """
    case = Case(text, amount=50).submit()
    assert case.asked() == [A, B]
    case.approve(A)
    case.approve(B)
    assert case.asked() == [E]
    assert Case(text, amount=0).submit().asked() == [C]


def test_37_a_rejection_in_one_branch_ends_it_all_once() -> None:
    text = """
        nodes:
          split: {type: parallel, branches: [left, right], to: end}
          left: {approvers: [{user: a}]}
          right: {approvers: [{user: b}]}
    """
    case = Case(text).submit()
    case.reject(A)
    assert case.run.state == "rejected"
    assert case.states("right") == ["cancelled(node-rejected)"]
    assert case.actions().count("ended") == 1


def test_37b_a_block_may_wait_for_all_branches_before_it_rejects() -> None:
    text = """
        nodes:
          split: {type: parallel, branches: [left, right], on_reject: wait, to: end}
          left: {approvers: [{user: a}]}
          right: {approvers: [{user: b}]}
    """
    case = Case(text).submit()
    case.reject(A)
    assert case.asked() == [B]
    case.approve(B)
    assert case.run.state == "rejected"


def test_38_a_deadline_moves_the_task_to_the_manager_once() -> None:
    text = "nodes: {one: {approvers: [{user: a}], deadline: {after: 8 working hours, then: to_manager}, to: end}}"
    case = Case(text).submit()
    case.wait(9)
    assert case.states("one") == ["expired(timeout)", "pending"]
    assert case.asked() == [M]
    assert case.actions().count("timeout") == 1
    case.wait(99)
    assert case.actions().count("timeout") == 1


def test_39_an_agent_acts_for_who_is_away() -> None:
    company = Company(agents={A: [(B, None)]})
    case = Case("nodes: {one: {approvers: [{user: a}], to: end}}", company).submit()
    assert case.notices("asked") == [(A, B)]
    case.happen(events.Decide, B, task=case.task(A).id, answer="approve")
    entry = next(e for e in case.entries if e.action == "approve")
    assert (entry.actor, entry.behalf) == (B, A)
    assert case.run.state == "approved"


def test_40_fields_that_may_not_be_changed_refuse_the_whole_answer() -> None:
    text = "nodes: {one: {approvers: [{user: a}], fields: {discount: read, remark: edit}, to: end}}"
    case = Case(text).submit()
    with pytest.raises(Invalid):
        case.approve(A, changes={"discount": "1", "remark": "x"})
    assert case.asked() == [A]
    assert not [e for e in case.effects if e.kind == "changes"]


def test_43_who_is_disabled_is_replaced_by_the_manager_else_the_admin() -> None:
    case = Case(ALL).submit()
    case.company.inactive |= {A}
    case.happen(events.Left, 0, person=A)
    assert case.states("one") == ["cancelled(left)", "pending", "pending", "pending"]
    assert case.asked() == [B, C, M]
    case = Case("nodes: {one: {approvers: [{user: a}], to: end}}", Company(managers={})).submit()
    case.company.inactive |= {A}
    case.happen(events.Left, 0, person=A)
    assert case.asked() == [ADM]


def test_47_a_request_with_the_same_key_counts_once() -> None:
    case = Case(ANY).submit()
    task = case.task(A).id
    first = case.happen(events.Decide, A, task=task, answer="approve", key="k1")
    entries = len(case.entries)
    again = case.happen(events.Decide, A, task=task, answer="approve", key="k1")
    assert again.repeated
    assert again.entry == first.entry
    assert len(case.entries) == entries
    with pytest.raises(Conflict):
        case.happen(events.Decide, A, task=task, answer="reject", key="k1")


def test_50_history_worked_off_again_gives_the_same() -> None:
    case = Case(FOUR % "").submit()
    case.approve(A)
    case.happen(events.AddSign, B, task=case.task(B).id, people=(X,), relation="before")
    case.approve(X)
    case.happen(events.Return, B, task=case.task(B).id, target="n1")
    for person in (A, B, C, E):
        case.approve(person)
    assert case.run.state == "approved"
    case.company.inactive |= {A, B}  # the world has changed; what was answered then counts
    assert case.replayed() == case.run
