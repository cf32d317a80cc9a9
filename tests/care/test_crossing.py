"""Records that are like those of other objects: found by looking through all; converted, linked, dismissed."""

from __future__ import annotations

import pytest

from jimu.care.converting import EXISTING, foresee_conversion, get_conversion
from jimu.care.crossing import crossed_objects, dismiss_crossing, find_crossings, get_crossing, link, ways_of
from jimu.care.merging_many import ManyMerges, foresee_merges
from jimu.care.scanning import scan
from jimu.care.workbench import find_clusters, get_cluster
from jimu.errors import NotFound
from jimu.records import Context, Update, read, write
from tests.records.project import Project


@pytest.fixture
def boss(shop: Project) -> Context:
    return shop.acting(shop.user("ann", "boss"))


def known(shop: Project) -> tuple[int, int]:
    """A prospect, and the company that is there; another prospect is void, and is asked for nothing."""
    firm = shop.create("company", name="Stark Industries", phone="030 12345")
    shop.create("prospect", company="Stark Industries", status="void")
    return shop.create("prospect", company="Stark Industries Ltd.", name="Tony"), firm


def test_a_record_is_found_beside_those_of_other_objects_that_it_is_like(shop: Project, boss: Context) -> None:
    prospect, firm = known(shop)
    for _ in range(2):
        assert scan("prospect", shop.system) == 1
    page = find_crossings("prospect", boss)
    (found,) = page.crossings
    assert (found.about, [(o.object, o.id) for o in found.others], found.hidden) == (prospect, [("company", firm)], 0)
    assert (page.total, "prospect" in crossed_objects(boss)) == (1, True)


def test_such_groups_are_not_merged(shop: Project, boss: Context) -> None:
    known(shop)
    scan("prospect", shop.system)
    (found,) = find_crossings("prospect", boss).crossings
    assert find_clusters("prospect", boss).total == 0
    assert foresee_merges(ManyMerges("prospect", ids=(found.id,)), boss).groups == 0
    with pytest.raises(NotFound):
        get_cluster(found.id, boss)


def test_it_is_converted_onto_the_one_that_is_there(shop: Project, boss: Context) -> None:
    prospect, firm = known(shop)
    other = shop.create("company", name="Wayne")
    scan("prospect", shop.system)
    (found,) = find_crossings("prospect", boss).crossings
    ((conversion, step),) = ways_of(found, boss).conversions[firm]
    for wanted, chosen in ((firm, firm), (other, other), (prospect, firm)):
        foreseen = foresee_conversion(get_conversion(conversion.name, boss), prospect, boss, {step: wanted})
        choice = next(one.choice for one in foreseen if one.step.name == step)
        assert (choice.how, choice.id) == (EXISTING, chosen)


def test_it_is_linked_and_not_told_of_again(shop: Project, boss: Context) -> None:
    prospect, firm = known(shop)
    scan("prospect", shop.system)
    (found,) = find_crossings("prospect", boss).crossings
    assert [field.name for field in ways_of(found, boss).links[firm]] == ["account"]
    with pytest.raises(NotFound):
        link(found, "name", firm, boss)
    link(found, "account", firm, boss)
    assert read.get("prospect", prospect, boss).values["account"] == firm
    assert find_crossings("prospect", boss).total == 0
    assert scan("prospect", shop.system) == 0


def test_what_is_not_the_same_is_not_found_again(shop: Project, boss: Context) -> None:
    known(shop)
    scan("prospect", shop.system)
    (found,) = find_crossings("prospect", boss).crossings
    dismiss_crossing(found, boss)
    assert find_crossings("prospect", boss).total == 0
    assert scan("prospect", shop.system) == 0


def test_who_sees_one_side_alone_sees_nothing(shop: Project, boss: Context) -> None:
    known(shop)
    scan("prospect", shop.system)
    (found,) = find_crossings("prospect", boss).crossings
    bob = shop.acting(shop.user("bob", "seller"))
    assert not find_crossings("prospect", bob).crossings
    with pytest.raises(NotFound):
        get_crossing(found.id, bob)


def test_two_of_which_the_rule_is_asked_for_neither_are_no_group(shop: Project, boss: Context) -> None:
    """As when they are saved."""
    ids = [shop.create("prospect", company="Cyberdyne") for _ in range(2)]
    assert scan("prospect", shop.system) == 1
    write.write(Update("prospect", ids[0], {"status": "void"}), boss)
    assert scan("prospect", shop.system) == 0
