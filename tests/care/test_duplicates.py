"""Duplicate rules on the write path: what is found, what is said of it to whom, and that keys follow every write."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jimu.errors import Invalid
from jimu.records import Create, Delete, Update, read, write
from jimu.records.duplicates import Searching, find_rule
from jimu.records.duplicates.asking import find_duplicates
from jimu.records.duplicates.keeping import fill_keys
from jimu.records.environment import build_environment
from tests.records.project import Project


def codes(error: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {problem.code for problem in error.value.problems}


def test_a_rule_that_warns_lets_the_record_be_and_tells_of_the_other(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    first = shop.create("company", boss, name="上海华为技术有限公司")
    made = write.write(Create("company", {"name": "上海華為技術股份有限公司"}), boss)
    assert [(told.rule, told.id, told.score) for told in made.duplicates] == [("same_name", first, 1.0)]


def test_a_form_may_have_warnings_stop_it_until_a_reason_is_given(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    shop.create("company", boss, name="Acme Trading Ltd.")
    careful = replace(boss, duplicates="stop")
    with pytest.raises(Invalid) as error:
        shop.create("company", careful, name="Acme Tradimg")
    assert codes(error) == {"duplicate_warning"}
    assert error.value.details["duplicates"][0]["title"] == "Acme Trading Ltd."
    made = shop.create("company", replace(careful, duplicates_reason="another branch"), name="Acme Tradimg")
    assert "another branch" in read.history("company", made, boss).items[0].reason


def test_a_rule_that_blocks_takes_no_reason(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    shop.create("company", boss, name="Acme", site="https://www.acme.com")
    with pytest.raises(Invalid) as error:
        shop.create("company", replace(boss, duplicates_reason="please"), name="Other", site="http://acme.com/x")
    assert codes(error) == {"duplicate"}


def test_a_rule_that_wants_a_reason_keeps_it_in_history(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    shop.create("person", boss, name="Ann", email="ann@acme.com")
    with pytest.raises(Invalid) as error:
        shop.create("person", boss, name="Anna", email="ANN+x@acme.com")
    assert codes(error) == {"duplicate", "duplicate_reason"}
    made = shop.create("person", replace(boss, duplicates_reason="shared mailbox"), name="Anna", email="ANN@acme.com")
    assert "shared mailbox" in read.history("person", made, boss).items[0].reason


def test_records_of_other_objects_are_found_with_the_fields_that_answer(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    company = shop.create("company", boss, name="Globex GmbH", phone="+49 30 1234567")
    twin = shop.create("prospect", boss, company="ＧＬＯＢＥＸ")
    found = write.write(Create("prospect", {"company": "globex", "phone": "0049 30 1234567"}), boss).duplicates
    assert {(told.object, told.id) for told in found} == {("company", company), ("prospect", twin)}
    assert found[0].id in (company, twin)
    assert next(told for told in found if told.id == company).fields == {"company": 1.0, "phone": 1.0}


def test_conditions_say_which_records_are_asked_and_which_count(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    shop.create("prospect", boss, company="Initech", status="void")
    assert not write.write(Create("prospect", {"company": "Initech"}), boss).duplicates
    assert not write.write(Create("prospect", {"company": "Initech", "status": "void"}), boss).duplicates
    assert len(write.write(Create("prospect", {"company": "Initech"}), boss).duplicates) == 1


def test_only_a_change_of_what_is_compared_asks_again(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    shop.create("company", boss, name="Umbrella")
    other = shop.create("company", boss, name="Stark")
    assert not write.write(Update("company", other, {"city": "Berlin"}), boss).duplicates
    assert len(write.write(Update("company", other, {"name": "Umbrela"}), boss).duplicates) == 1


def test_keys_follow_updates_deletions_and_restoring(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    first = shop.create("company", boss, name="Wayne Enterprises")
    write.write(Update("company", first, {"name": "Something Else"}), boss)
    assert not find_duplicates("company", [{"name": "Wayne Enterprises"}], boss)[0]
    assert find_duplicates("company", [{"name": "Something Else"}], boss)[0]
    write.write(Delete("company", first), boss)
    assert not find_duplicates("company", [{"name": "Something Else"}], boss)[0]


def test_rows_of_one_batch_are_held_against_each_other(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    commands = [Create("company", {"name": name, "site": "https://tyrell.com"}) for name in ("Tyrell", "Nexus")]
    result = write.write_many(commands, boss, atomic=False)
    assert [row.status for row in result.rows] == ["created", "failed"]
    told = find_duplicates("company", [{"name": "Weyland Yutani"}, {"name": "Weyland-Yutani Corp."}], boss)
    assert [len(some) for some in told] == [0, 1]
    assert told[1][0].place == 0


@pytest.mark.parametrize("rule, owner_is_told", [("same_name", False), ("same_site", True)])
def test_of_a_record_that_one_may_not_see_only_that_is_told_what_the_rule_says(
    shop: Project, rule: str, owner_is_told: bool
) -> None:
    ann, bob = shop.user("ann", "seller"), shop.user("bob", "seller")
    shop.create("company", shop.acting(ann), name="Cyberdyne", site="https://cyberdyne.com", city="secret city")
    values = (
        {"name": "Cyberdine"} if rule == "same_name" else {"name": "Quite other", "site": "https://www.cyberdyne.com"}
    )
    preview = write.preview(Create("company", values), shop.acting(bob))
    (told,) = preview.duplicates
    assert (told.rule, told.id, told.title, told.fields) == (rule, 0, "", {})
    assert told.owner_name == ("ann" if owner_is_told else "")
    assert "Cyberdyne" not in str([p.message.render() for p in (*preview.problems, *preview.warnings)])


def test_a_field_that_one_may_not_read_gives_nothing_away(shop: Project) -> None:
    boss, reader = shop.acting(shop.user("ann", "boss")), shop.acting(shop.user("bob", "reader"))
    shop.create("company", boss, name="Hooli", phone="+86 21 68881234")
    write_it = Create("prospect", {"company": "Hooli", "phone": "+862168881234"})
    (told,) = [t for t in write.preview(write_it, reader).duplicates if t.object == "company"]
    assert (told.id, told.title, told.fields) == (0, "", {})


def test_a_pair_said_to_be_different_is_left_in_peace(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    one, other = shop.create("company", boss, name="Acme North"), shop.create("company", boss, name="Acme North")
    shop.create("not_duplicate", one=min(one, other), other=max(one, other))
    assert not write.write(Update("company", other, {"name": "ACME  north"}), boss).duplicates


def test_the_engine_itself_is_not_asked(shop: Project) -> None:
    for _ in range(2):
        shop.create("company", name="Same", site="https://same.com")


def test_keys_of_records_from_before_the_rule_are_made_by_a_job(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    first = shop.create("company", boss, name="Vandelay Industries")
    rule = find_rule(shop.manifest, "company", "same_name")
    assert rule is not None
    with shop.store.write() as transaction:
        transaction.remove_match_keys(rule.number, [first])
    assert not find_duplicates("company", [{"name": "Vandelay Industries"}], boss)[0]
    for _ in range(2):  # it may run twice
        fill_keys(Job_of(rule.number), shop.system)
    assert find_duplicates("company", [{"name": "Vandelay Industries"}], boss)[0]
    with shop.store.read() as transaction:
        assert next(row for row in transaction.match_rules() if row.rule == rule.number).filled


class Job_of:
    def __init__(self, rule: int) -> None:
        self.payload = {"rule": rule}


NAMES = st.lists(st.text(alphabet="abc上海华为", min_size=1, max_size=9), min_size=2, max_size=7)


@given(names=NAMES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_the_keys_find_is_what_comparing_every_pair_finds(shop: Project, names: list[str]) -> None:
    rule = find_rule(shop.manifest, "company", "same_name")
    assert rule is not None
    with shop.store.write() as transaction:
        ids = transaction.ids_after("company", 0, 1000)
        transaction.purge("company", ids)
    made = [shop.create("company", name=name) for name in names]
    values = [rule.comparison.comparable({"name": name}, {"name": "name"}) for name in names]
    with shop.store.read() as transaction:
        searching = Searching(transaction, shop.manifest, build_environment(shop.system))
        found = searching.find(rule, "company", [{"id": id, "name": n} for id, n in zip(made, names, strict=True)])
        apart = [searching.find(rule, "company", [{"id": i, "name": n}])[0] for i, n in zip(made, names, strict=True)]
    for i in range(len(names)):
        wanted = {j for j in range(len(names)) if j != i and rule.comparison.score(values[i], values[j])}
        assert {made.index(match.id) for match in apart[i]} == wanted
        assert {match.place for match in found[i]} == {j for j in wanted if j < i}
