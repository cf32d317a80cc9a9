"""Cloning: what a clone begins with, and which children come along."""

from __future__ import annotations

import pytest

from jimu.care.cloning import child_kinds, clone, clone_values
from jimu.errors import BadRequest, JimuError
from jimu.records import ListRequest, read
from tests.records.project import Project


def test_unique_computed_and_excluded_values_are_not_cloned(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    company = shop.create("company", boss, name="Acme", code="A1", labels=["vip"], city="Bonn")
    assert clone_values("company", company, boss) == {"name": "Acme", "labels": ["vip"], "city": "Bonn"}
    person = shop.create("person", boss, name="Eve", note="private", company=company)
    assert clone_values("person", person, boss) == {"name": "Eve", "company": company}
    made = clone("company", company, boss, values={"city": "Berlin"})
    assert (made.values["city"], made.values["code"], made.values["number"]) == ("Berlin", None, "C-0002")


def test_children_come_along_by_choice_and_theirs_with_them(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    company = shop.create("company", boss, name="Acme")
    for n in range(3):
        order = shop.create("order", boss, name=f"O{n}", company=company)
        shop.create("order_line", boss, order=order, name=f"L{n}", amount=n)
    shop.create("person", boss, name="Eve", company=company)
    names = {kind.name for kind in child_kinds("company", boss)}
    assert names >= {"order.company", "person.company", "prospect.account"}
    assert "comment.record" not in names
    made = clone("company", company, boss, children=["order.company"])
    orders = read.list_records(ListRequest("order"), boss).records
    assert sorted(o.title for o in orders if o.values["company"] == made.id) == ["O0", "O1", "O2"]
    assert len(shop.ids("order_line")) == 6
    assert len(shop.ids("person")) == 1


def test_only_what_one_may_read_and_make_is_cloned(shop: Project) -> None:
    boss, reader = shop.acting(shop.user("ann", "boss")), shop.acting(shop.user("rae", "reader"))
    company = shop.create("company", boss, name="Acme", phone="123456")
    assert "phone" not in clone_values("company", company, reader)
    order = shop.create("order", boss, name="O")
    with pytest.raises(JimuError):
        clone("order", order, reader)
    with pytest.raises(BadRequest):
        clone("company", company, reader, children=["person.company"])
