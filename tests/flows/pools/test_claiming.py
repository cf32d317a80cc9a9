"""Claiming, returning and assigning: who may, how much, who is first, and what is seen before."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from jimu.errors import BadRequest, Forbidden, Invalid, JimuError, NotFound
from jimu.fieldtypes.masking import HIDDEN
from jimu.flows.pools import assign, claim, give_back, outcome, usage_of
from jimu.records import Context, Create, ListRequest, Update, read, write
from tests.records.project import Project


@pytest.fixture
def rep(company: Project) -> Context:
    return company.acting(company.user("rita", "rep", position="Sales"))


@pytest.fixture
def chief(company: Project) -> Context:
    return company.acting(company.user("carla", "chief"))


def lead(company: Project, name: str = "Lead", **values: Any) -> int:
    return company.create("lead", **{"name": name, "region": "north", "phone": "+8613812345678", **values})


def history(company: Project, id: int) -> list[tuple[str, int | None, int | None]]:
    found = read.list_records(ListRequest("claim", order=("at", "id"), limit=100), company.system).records
    return [
        (r.values["action"], r.values["previous_owner"], r.values["person"]) for r in found if r.values["record"] == id
    ]


def test_a_member_sees_what_lies_in_the_pool_in_part_and_all_of_it_once_claimed(
    company: Project, rep: Context, chief: Context
) -> None:
    id = lead(company, secret_plan="secret", budget=100)
    other = lead(company, "South", region="south")
    owned = lead(company, "Owned", owner=company.user("olga", "rep"))
    assert company.ids("lead", rep) == {id, other}
    before = read.get("lead", id, rep).values
    assert before["phone"] == "138****5678"
    assert before["secret_plan"] == HIDDEN
    assert read.get("lead", other, rep).values["phone"] == "+8613812345678"
    assert company.ids("lead", rep, where="starts_with(phone, '+86138')") == {other}
    assert read.get("lead", id, chief).values["secret_plan"] == "secret"
    with pytest.raises(NotFound):
        read.get("lead", owned, rep)
    with pytest.raises(Forbidden):
        write.write(Update("lead", id, {"name": "Mine"}), rep)
    (done,) = claim("north", [id], rep)
    assert done.is_done
    after = read.get("lead", id, rep).values
    assert (after["phone"], after["secret_plan"]) == ("+8613812345678", "secret")
    assert (after["owner"], after["status"], after["owner_since"]) == (rep.actor.id, "pending", company.clock.now)
    assert history(company, id) == [("claimed", None, rep.actor.id)]


def test_who_does_not_belong_neither_sees_nor_claims(company: Project) -> None:
    stranger = company.acting(company.user("sam", "rep", position="Service"))
    id = lead(company)
    assert company.ids("lead", stranger) == set()
    with pytest.raises(NotFound):
        claim("north", [id], stranger)
    with pytest.raises(NotFound):
        claim("nowhere", [id], stranger)
    (outcome,) = claim("rest", [id], stranger)
    assert outcome.status == "absent"


def test_a_chief_who_is_no_member_assigns_but_does_not_claim(company: Project, rep: Context, chief: Context) -> None:
    ids = [lead(company, f"L{n}") for n in range(4)]
    other = company.user("otto", "rep", position="Sales", employee_number="junior")
    with pytest.raises(Forbidden):
        claim("north", ids, chief)
    with pytest.raises(Forbidden):
        assign("north", ids, [other], rep)
    with pytest.raises(Invalid):
        assign("north", ids, [company.user("ina", "rep", position="Sales", active=False)], chief)
    outcomes = assign("north", [*ids, lead(company, "More")], [rep.actor.id or 0, other], chief, "Please call")
    assert [o.person for o in outcomes] == [rep.actor.id, other, rep.actor.id, other, rep.actor.id]
    told = read.list_records(ListRequest("notification"), rep).records
    assert [n.values["subject"] for n in told] == ["3 records of North were assigned to you"]
    outcomes = assign("north", [lead(company, "One")], [other], chief)
    assert outcomes[0].code == "everybody_full"


def test_limits_hold_per_day_and_in_all(company: Project, rep: Context) -> None:
    ids = [lead(company, f"L{n}") for n in range(7)]
    outcomes = claim("north", ids[:4], rep)
    assert [o.status for o in outcomes] == ["done"] * 3 + ["refused"]
    assert outcomes[3].code == "claims_per_day"
    company.clock.forward(days=1)
    outcomes = claim("north", ids[3:], rep)
    assert [o.code for o in outcomes] == ["", "", "claims_held", "claims_held"]
    write.write(Update("lead", ids[0], {"status": "done"}), rep)
    assert claim("north", ids[5:6], rep)[0].is_done  # the third of the day
    with write.unit_of_work(rep) as unit:
        usage = usage_of(company.manifest.all("pool")["north"], unit)
    assert (usage.today, usage.held, usage.left) == (3, 5, 0)


def test_the_day_of_the_limit_is_that_of_the_member_s_clock(company: Project) -> None:
    rep = company.acting(company.user("taro", "rep", position="Sales", time_zone="Asia/Tokyo"))
    ids = [lead(company, f"L{n}") for n in range(4)]
    assert all(o.is_done for o in claim("north", ids[:3], rep))  # 18:00 in Tokyo
    assert claim("north", ids[3:], rep)[0].code == "claims_per_day"
    company.clock.forward(hours=6)  # past midnight in Tokyo, the same day in UTC
    assert claim("north", ids[3:], rep)[0].is_done


def test_who_comes_second_is_told_who_was_first(company: Project, rep: Context) -> None:
    other = company.acting(company.user("olga", "rep", position="Sales"))
    id = lead(company)
    claim("north", [id], rep)
    (outcome,) = claim("north", [id], other)
    assert (outcome.status, outcome.by, outcome.at) == ("taken", rep.actor.id, company.clock.now)
    assert outcome.message is not None
    assert outcome.message.render() == "rita was first: this was claimed 2026-03-02 09:00."
    assert claim("north", [id], rep)[0].code == "already_yours"
    company.clock.forward(days=2)
    assert claim("north", [id], other)[0].status == "absent"


def test_returning_needs_a_reason_and_a_while_before_claiming_again(company: Project, rep: Context) -> None:
    other = company.acting(company.user("olga", "rep", position="Sales"))
    id = lead(company)
    claim("north", [id], rep)
    for reason in ("", "because"):
        with pytest.raises(Invalid):
            give_back("lead", [id], reason, "", rep)
    assert give_back("lead", [id], "no_need", "", other)[0].status == "absent"
    with pytest.raises(Invalid):
        write.write(Update("lead", id, {"owner": None}), rep)
    assert give_back("lead", [id], "no_need", "They said no.", rep)[0].is_done
    assert company.value("lead", id, "status") == "new"
    (entry,) = [
        r.values
        for r in read.list_records(ListRequest("claim"), company.system).records
        if r.values["action"] == "returned"
    ]
    assert (entry["reason"], entry["note"], entry["previous_owner"]) == ("no_need", "They said no.", rep.actor.id)
    assert claim("north", [id], rep)[0].code == "cooling"
    company.clock.forward(days=3, minutes=1)
    assert claim("north", [id], rep)[0].is_done


def test_colleagues_of_the_previous_owner_wait_where_the_pool_says_so(company: Project) -> None:
    place, elsewhere = (
        company.create("department", name="A", code="A"),
        company.create("department", name="B", code="B"),
    )
    first, second = (company.user(name, "rep", department=place) for name in ("ann", "ben"))
    third = company.user("cleo", "rep", department=elsewhere)
    id = lead(company, region="south", owner=first)
    give_back("lead", [id], "", "", company.acting(first))
    assert claim("rest", [id], company.acting(second))[0].code == "cooling"
    assert claim("rest", [id], company.acting(third))[0].is_done


def test_a_chief_takes_back_what_they_may_see(company: Project, rep: Context) -> None:
    id = lead(company)
    claim("north", [id], rep)
    boss = company.acting(company.user("bea", "boss"))
    assert give_back("lead", [id], "wrong_data", "", boss)[0].is_done
    assert history(company, id)[-1] == ("taken_back", rep.actor.id, None)
    told = read.list_records(ListRequest("notification"), rep).records
    assert [n.values["subject"] for n in told] == ["Taken back into North: Lead"]


def test_every_way_of_changing_hands_is_in_the_history(company: Project, rep: Context) -> None:
    id = lead(company, owner=rep.actor.id)
    assert company.value("lead", id, "owner_since") == company.clock.now
    assert history(company, id) == []
    other = company.user("olga", "rep")
    company.clock.forward(hours=1)
    write.write(Update("lead", id, {"owner": other}), company.acting(company.user("bea", "boss")))
    assert company.value("lead", id, "owner_since") == company.clock.now
    assert history(company, id) == [("assigned", rep.actor.id, other)]


def test_the_history_cannot_be_forged_or_removed(company: Project, rep: Context) -> None:
    id = lead(company)
    claim("north", [id], rep)
    (entry,) = read.list_records(ListRequest("claim"), rep).records
    with pytest.raises(JimuError):
        write.write(Create("claim", {"record": id, "action": "returned"}), rep)
    with pytest.raises(JimuError):
        write.write(Update("claim", entry.id, {"action": "returned"}), rep)
    from jimu.records import Delete

    with pytest.raises(JimuError):
        write.write(Delete("claim", entry.id), rep)
    other = company.acting(company.user("olga", "rep"))
    assert read.list_records(ListRequest("claim"), other).records == []


def test_the_first_activity_moves_a_record_on(company: Project, rep: Context) -> None:
    id = lead(company)
    claim("north", [id], rep)
    company.clock.forward(minutes=5)
    version = read.get("lead", id, rep).version
    write.write(Create("activity", {"subject": "Call", "kind": "call", "record": id}), rep)
    now = read.get("lead", id, rep)
    assert (now.values["status"], now.values["last_activity_at"]) == ("following", company.clock.now)
    assert now.version == version + 1
    write.write(Create("activity", {"subject": "Again", "kind": "call", "record": id}), rep)
    assert read.get("lead", id, rep).version == version + 1


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(timeout=30)
        try:
            return call()
        except JimuError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_of_several_who_claim_at_once_one_gets_it(company: Project) -> None:
    reps = [company.acting(company.user(f"r{n}", "rep", position="Sales")) for n in range(4)]
    for n in range(3):
        id = lead(company, f"L{n}")
        outcomes = [o[0] for o in at_once(*(lambda r=r, i=id: claim("north", [i], r) for r in reps))]
        winners = [o for o in outcomes if o.is_done]
        assert len(winners) == 1
        losers = [o for o in outcomes if not o.is_done]
        assert {(o.status, o.by) for o in losers} == {("taken", winners[0].person)}
        assert company.value("lead", id, "owner") == winners[0].person
        assert len(history(company, id)) == 1


def test_the_limit_holds_for_one_person_in_several_windows(company: Project, rep: Context) -> None:
    ids = [lead(company, f"L{n}") for n in range(6)]
    outcomes = at_once(*(lambda i=i: claim("north", [i], rep) for i in ids))
    assert sum(o[0].is_done for o in outcomes) == 3
    assert {o[0].code for o in outcomes if not o[0].is_done} == {"claims_per_day"}


def test_claims_that_overlap_in_another_order_end_without_waiting_for_each_other(company: Project) -> None:
    reps = [company.acting(company.user(f"r{n}", "rep", position="Sales")) for n in range(2)]
    ids = [lead(company, f"L{n}") for n in range(6)]
    outcomes = at_once(lambda: claim("north", ids, reps[0]), lambda: claim("north", ids[::-1], reps[1]))
    owners = [company.value("lead", id, "owner") for id in ids]
    assert sum(o is not None for o in owners) == 6
    assert sum(o.is_done for each in outcomes for o in each) == 6


def test_many_are_claimed_portion_after_portion_within_the_limits(
    company: Project, rep: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome, "PORTION", 2)
    ids = [lead(company, f"L{i}") for i in range(5)]
    found = claim("north", [*ids, ids[0]], rep)
    assert [one.id for one in found] == ids
    assert [one.is_done for one in found] == [True, True, True, False, False]
    assert {one.code for one in found[3:]} == {"claims_per_day"}
    with pytest.raises(BadRequest):
        claim("north", range(1, 10_002), rep)
