"""Followers hear what happens to a record: once for a burst, never of their own doing, and only what they may read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jimu.bulk import MassRequest, Selection, carry_on, start, start_undo
from jimu.bulk.model import Change
from jimu.care.erasing import erase
from jimu.care.merging import Merge, merge_records
from jimu.errors import Invalid, NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.flows.followers import follow, followers_of_record, following_state, unfollow
from jimu.jobs import LocalBackend, Runner
from jimu.records import Context, Create, Delete, ListRequest, Update, read, write
from jimu.records.commands import OwnerNote
from jimu.records.followed import can_be_followed
from tests.records.project import Project, prepared_project

FILES = {
    "objects/m/deal.yaml": """
label: {en: Deal, zh-CN: 商机}
plural: {en: Deals, zh-CN: 商机}
title: "{name}"
follow: [amount, secret, place]
fields:
  name: {type: text, required: true}
  amount: {type: integer, label: {en: Amount, zh-CN: 金额}}
  secret: {type: text, label: Secret}
  place: {type: address, label: Place}
  note: {type: text}
  state:
    type: picklist
    label: Stage
    options: [{value: new, label: {en: New, zh-CN: 新建}}, {value: won, label: {en: Won, zh-CN: 赢单}}]
""",
    "objects/m/person.yaml": """
label: Person
title: "{name}"
fields:
  name: {type: text, required: true}
personal: {fields: [name], keep: {name: "-"}}
""",
    "flows/stages/deal.yaml": """
label: Way
object: deal
field: state
stages:
  new: {to: [won]}
  won: {closed: won}
""",
    "objects/roles/seller.yaml": """
label: Seller
objects:
  deal: {create: true, read: own, update: own, delete: own, share: true, fields: {secret: none}}
""",
    "objects/roles/boss.yaml": """
label: Boss
system: [erase, merge]
objects:
  deal: {create: true, read: all, update: all, delete: all}
  person: {create: true, read: all, update: all, delete: all}
""",
}


@pytest.fixture
def firm(backend: str, tmp_path: Path) -> Iterator[Project]:
    with prepared_project(backend, tmp_path, FILES) as project:
        yield project


@pytest.fixture
def boss(firm: Project) -> Context:
    return firm.acting(firm.user("Bo", "boss"))


@pytest.fixture
def kim(firm: Project) -> Context:
    return firm.acting(firm.user("Kim", "boss"))


def work(firm: Project) -> None:
    handlers = {kind: run for _, found in firm.plugins.collect("jimu_job_handlers") for kind, run in found.items()}
    runner = Runner(firm.store.write, lambda: handlers, lambda: firm.system, firm.clock)
    while LocalBackend(runner).take():
        pass


def told(firm: Project, context: Context) -> list[tuple[str, str | None]]:
    """Subject and text of what was told to whoever acts, as they read it now."""
    work(firm)
    request = ListRequest("notification", where="owner == user.id", order=("id",), fields=("subject", "text"))
    return [(r.values["subject"], r.values["text"]) for r in read.list_records(request, context).records]


def change(context: Context, object: str, id: int, **values: Any) -> None:
    write.write(Update(object, id, values), context)


def test_followers_hear_of_what_is_followed_and_who_did_it_does_not(firm: Project, boss: Context, kim: Context) -> None:
    deal = firm.create("deal", boss, name="Press", state="new")
    follow(deal, kim)
    assert following_state(deal, kim).is_on
    assert following_state(deal, kim).count == 2
    change(boss, "deal", deal, note="nothing that anybody follows")
    assert told(firm, kim) == []
    change(boss, "deal", deal, amount=5, place_city="Wuhan")
    assert told(firm, kim) == [("Bo changed Press: Amount, Place", None)]
    assert told(firm, boss) == []


def test_a_burst_of_changes_is_one_notice(firm: Project, boss: Context, kim: Context) -> None:
    deal = firm.create("deal", boss, name="Press", state="new")
    follow(deal, kim)
    for values in ({"amount": 1}, {"amount": 2}, {"state": "won"}):
        change(boss, "deal", deal, **values)
    firm.create("comment", boss, record=deal, text="Done!")
    expected = "Bo changed Press: Amount\nBo moved Press to Won\nBo commented on Press\nDone!"
    assert told(firm, kim) == [("News of Press", expected)]
    firm.clock.forward(minutes=6)
    change(boss, "deal", deal, amount=3)
    assert told(firm, kim)[1:] == [("Bo changed Press: Amount", None)]


def test_it_is_told_in_the_language_of_the_follower(firm: Project, boss: Context) -> None:
    mei = firm.acting(firm.user("Mei", "boss", language="zh-CN"))
    deal = firm.create("deal", boss, name="Press", state="new")
    follow(deal, mei)
    change(boss, "deal", deal, state="won")
    assert told(firm, mei) == [("Bo 将 Press 推进到“赢单”", None)]


def test_the_owner_hears_without_following_and_can_say_no(firm: Project, boss: Context, kim: Context) -> None:
    deal = firm.create("deal", name="Press", owner=boss.actor.id)
    change(kim, "deal", deal, amount=1)
    assert told(firm, boss) == [("Kim changed Press: Amount", None)]
    assert following_state(deal, boss).reason == "owned"
    unfollow(deal, boss)
    firm.clock.forward(minutes=6)
    change(kim, "deal", deal, amount=2)
    assert len(told(firm, boss)) == 1
    other = firm.create("deal", name="Drill", owner=boss.actor.id)
    change(boss, "user", boss.actor.id or 0, follows_not=["owned"])
    change(kim, "deal", other, amount=2)
    assert len(told(firm, boss)) == 1


def test_a_new_owner_is_told_of_it(firm: Project, boss: Context, kim: Context) -> None:
    deal = firm.create("deal", boss, name="Press")
    change(boss, "deal", deal, owner=kim.actor.id)
    assert told(firm, kim) == [("Bo gave Press to you", None)]


def test_a_new_owner_who_is_told_by_a_pool_is_not_told_again_and_others_are(
    firm: Project, boss: Context, kim: Context
) -> None:
    deal = firm.create("deal", boss, name="Press")
    write.write(Update("deal", deal, {"owner": kim.actor.id}, note=OwnerNote("assigned", "open")), firm.system)
    assert told(firm, kim) == []
    assert len(told(firm, boss)) == 1


def test_makers_commenters_and_the_mentioned_come_to_follow_unless_they_say_no(
    firm: Project, boss: Context, kim: Context
) -> None:
    mei, lin = (firm.acting(firm.user(name, "boss")) for name in ("Mei", "Lin"))
    write.write(Update("user", lin.actor.id or 0, {"follows_not": ["mentioned"]}), lin)
    deal = firm.create("deal", boss, name="Press")
    firm.create("comment", kim, record=deal, text="@Mei", mentions=[mei.actor.id, lin.actor.id])
    work(firm)
    found = {(f.name, f.reason) for f in followers_of_record(deal, boss).followers}
    assert found == {("Bo", "created"), ("Kim", "commented"), ("Mei", "mentioned")}
    assert [subject for subject, _ in told(firm, mei)] == ["Kim mentioned you: Press"]
    unfollow(deal, kim)
    firm.create("comment", kim, record=deal, text="More")
    work(firm)
    assert not following_state(deal, kim).is_on


def test_nobody_hears_of_what_they_may_not_read_and_lost_records_tell_nothing(firm: Project, boss: Context) -> None:
    sue = firm.acting(firm.user("Sue", "seller"))
    deal = firm.create("deal", name="Press", owner=sue.actor.id)
    change(boss, "deal", deal, secret="x", amount=4)
    assert told(firm, sue) == [("Bo changed Press: Amount", None)]
    follow(deal, sue)
    change(boss, "deal", deal, owner=boss.actor.id)
    assert told(firm, sue) == [("Something happened to a record that you can no longer see.", None)]
    with pytest.raises(NotFound):
        follow(deal, sue)
    with pytest.raises(NotFound):
        followers_of_record(deal, sue)


def test_a_deletion_is_told_and_nothing_of_it_to_who_may_not_read_such_records_any_more(
    firm: Project, boss: Context, kim: Context
) -> None:
    deal = firm.create("deal", boss, name="Press")
    follow(deal, kim)
    write.write(Delete("deal", deal), boss)
    assert told(firm, kim) == [("Bo deleted Press", None)]
    change(firm.system, "user", kim.actor.id or 0, roles=["seller"])
    assert told(firm, firm.acting(kim.actor.id or 0)) == [
        ("Something happened to a record that you can no longer see.", None)
    ]


def test_what_rules_do_along_is_not_told_to_who_set_them_off(firm: Project, boss: Context, kim: Context) -> None:
    deal = firm.create("deal", boss, name="Press")
    follow(deal, kim)
    write.write(Update("deal", deal, {"amount": 7}), kim.as_actor(firm.system.actor))
    assert told(firm, kim) == []
    assert told(firm, boss) == [("Kim changed Press: Amount", None)]


def test_a_bulk_change_and_its_undo_are_told_as_a_number(firm: Project, boss: Context, kim: Context) -> None:
    deals = [firm.create("deal", firm.system, name=f"Press {n}") for n in range(6)]
    for deal in deals[:5]:
        follow(deal, kim)
    request = MassRequest(Selection("deal", tuple(deals)), "edit", (Change("amount", "set", 9),))
    run = carry_on(start(request, boss).id, boss)
    assert told(firm, kim) == [("5 records that you follow or own were changed", "Deals: 5")]
    work(firm)
    undone = carry_on(start_undo(run, boss).id, boss)
    assert undone.changed == 6
    assert len(told(firm, kim)) == 2
    assert told(firm, boss) == []


def test_of_few_records_a_bulk_change_is_told_one_by_one(firm: Project, boss: Context, kim: Context) -> None:
    deals = [firm.create("deal", firm.system, name=f"Press {n}") for n in range(3)]
    follow(deals[1], kim)
    request = MassRequest(Selection("deal", tuple(deals)), "edit", (Change("amount", "set", 9),))
    carry_on(start(request, boss).id, boss)
    assert told(firm, kim) == [("Bo changed Press 1: Amount", None)]


def test_what_was_made_in_one_go_can_be_taken_back_though_somebody_follows_it(firm: Project, boss: Context) -> None:
    from jimu.bulk import open_unit

    with open_unit(boss, "Made", "other", "deal") as unit:
        unit.write([Create("deal", {"name": "Press"})])
    (deal,) = firm.ids("deal")
    follow(deal, firm.acting(firm.user("Kim", "boss")))
    assert carry_on(start_undo(unit.run, boss).id, boss).failures == 0
    assert firm.ids("deal") == set()


def test_a_merge_moves_followers_to_the_survivor(firm: Project, boss: Context, kim: Context) -> None:
    stays, goes = (firm.create("deal", firm.system, name=name) for name in ("Press", "Press 2"))
    follow(goes, kim)
    follow(goes, boss)
    follow(stays, boss)
    merge_records(Merge("deal", (stays, goes), stays), boss)
    assert {f.name for f in followers_of_record(stays, boss).followers} == {"Bo", "Kim"}


def test_whom_erasure_makes_nameless_nobody_follows(firm: Project, boss: Context, kim: Context) -> None:
    person = firm.create("person", firm.system, name="Zhang")
    follow(person, kim)
    erase("person", person, boss)
    assert firm.ids("follower", deleted="any") == set()


def test_who_can_no_longer_log_in_follows_nothing(firm: Project, boss: Context, kim: Context) -> None:
    deal = firm.create("deal", firm.system, name="Press")
    follow(deal, kim)
    follow(deal, boss)
    change(firm.system, "user", kim.actor.id or 0, active=False)
    work(firm)
    assert [f.name for f in followers_of_record(deal, boss).followers] == ["Bo"]


def test_what_one_follows_is_a_filter_of_lists(firm: Project, boss: Context, kim: Context) -> None:
    deals = [firm.create("deal", firm.system, name=f"Press {n}") for n in range(3)]
    follow(deals[0], kim)
    follow(deals[2], kim)
    unfollow(deals[2], kim)
    assert firm.ids("deal", kim, where="id in user.followed") == {deals[0]}
    assert firm.ids("deal", boss, where="id in user.followed") == set()
    assert firm.ids("deal", kim, where="not id in user.followed") == set(deals[1:])


def test_nobody_makes_others_follow(firm: Project, boss: Context, kim: Context) -> None:
    deal = firm.create("deal", firm.system, name="Press")
    with pytest.raises(Invalid):
        write.write(Create("follower", {"owner": kim.actor.id, "record": deal}), boss)
    with pytest.raises(NotFound):
        follow(int(boss.actor.id or 0), boss)
    assert encode_id(deal)


def test_of_the_engines_own_only_what_people_talk_about_is_followed(firm: Project) -> None:
    engine = [name for name, found in firm.manifest.objects.items() if found.system]
    followed = {name for name in engine if can_be_followed(firm.manifest, name)}
    assert "activity" in followed
    assert not followed & {"data_import", "mass_change", "comment", "user"}
