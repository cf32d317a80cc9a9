"""Converting: new and matched records, links between them, what moves along, and that it can be taken back."""

from __future__ import annotations

import pytest

from jimu.bulk import do_now, load_run, start_undo
from jimu.care.converting import Choice, can_convert, conversions_of, convert, foresee_conversion, get_conversion
from jimu.errors import Conflict, Invalid, NotFound
from jimu.records import Context
from tests.care.test_merging import state
from tests.records.project import Project


@pytest.fixture
def boss(shop: Project) -> Context:
    return shop.acting(shop.user("ann", "boss"))


def test_new_records_are_made_and_linked_and_what_hangs_on_it_moves(shop: Project, boss: Context) -> None:
    prospect = shop.create("prospect", boss, company="Stark Industries", name="Tony", phone="123456")
    comment = shop.create("comment", boss, record=prospect, text="rich")
    conversion = get_conversion("prospect", boss)
    done = convert(conversion, prospect, {}, boss)
    firm, human, deal = (done.records[name] for name in ("firm", "human", "deal"))
    assert (firm.values["name"], firm.values["phone"]) == ("Stark Industries", "123456")
    assert human.values["company"] == deal.values["company"] == firm.id
    assert deal.title == "Deal Stark Industries"
    assert shop.value("comment", comment, "record") == deal.id
    assert [shop.value("prospect", prospect, name) for name in ("status", "account")] == ["converted", firm.id]
    assert not can_convert(conversion, prospect, boss)
    with pytest.raises(Conflict):
        convert(conversion, prospect, {}, boss)


def test_a_record_that_is_there_is_proposed_and_joined_and_its_blanks_are_filled(shop: Project, boss: Context) -> None:
    company = shop.create("company", boss, name="Stark Industries Inc.", city="NY")
    prospect = shop.create("prospect", boss, company="STARK Industries", name="Tony", phone="123456")
    conversion = get_conversion("prospect", boss)
    first = foresee_conversion(conversion, prospect, boss)[0]
    assert [(f.id, f.why) for f in first.found] == [(company, "same_name")]
    assert first.choice == Choice("existing", company)
    done = convert(conversion, prospect, {"deal": Choice("skip")}, boss)
    assert set(done.records) == {"firm", "human"}
    values = done.records["firm"].values
    assert (values["name"], values["city"], values["phone"]) == ("Stark Industries Inc.", "NY", "123456")


def test_people_may_choose_otherwise_and_change_values(shop: Project, boss: Context) -> None:
    shop.create("company", boss, name="Stark Industries")
    prospect = shop.create("prospect", boss, company="Stark Industries", name="Tony")
    choices = {"firm": Choice("new", values={"name": "Stark East", "city": "Boston"}), "deal": Choice("skip")}
    done = convert(get_conversion("prospect", boss), prospect, choices, boss)
    assert (done.records["firm"].title, done.records["firm"].values["city"]) == ("Stark East", "Boston")


def test_all_problems_of_all_steps_are_told_and_nothing_is_done(shop: Project, boss: Context) -> None:
    prospect = shop.create("prospect", boss, company="Stark")
    before = state(shop)
    with pytest.raises(Invalid) as error:
        convert(get_conversion("prospect", boss), prospect, {"firm": Choice(values={"name": ""})}, boss)
    assert {p.field for p in error.value.problems} >= {"firm.name", "human.name"}
    assert state(shop) == before


def test_it_can_be_taken_back_whole(shop: Project, boss: Context) -> None:
    company = shop.create("company", boss, name="Stark Industries")
    prospect = shop.create("prospect", boss, company="Stark Industries", name="Tony", phone="9999999")
    shop.create("activity", boss, record=prospect, subject="call")
    before = state(shop)
    done = convert(get_conversion("prospect", boss), prospect, {}, boss)
    assert done.records["firm"].id == company
    run = do_now(start_undo(load_run(done.unit, boss), boss).id, boss)
    assert (run.failures, state(shop)) == (0, before)
    assert shop.value("prospect", prospect, "status") == "new"


def test_the_actors_rights_count(shop: Project, boss: Context) -> None:
    prospect = shop.create("prospect", boss, company="Stark Industries", name="Tony")
    bob = shop.acting(shop.user("bob", "seller"))
    with pytest.raises(NotFound):
        convert(get_conversion("prospect", bob), prospect, {}, bob)
    assert [c.name for c in conversions_of("prospect", bob)] == ["prospect"]
    with pytest.raises(NotFound):
        get_conversion("prospect", shop.acting(shop.user("eve")))
