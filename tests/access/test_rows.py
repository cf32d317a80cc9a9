"""Which records somebody sees: the same answer from every way of reading."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from jimu.access import SYSTEM, action_allowed, record_filter
from jimu.errors import BadRequest, Forbidden, Invalid, NotFound
from jimu.records import AggregateRequest, Context, Create, Delete, ListRequest, Update, read, write
from jimu.storage.query import EVERYTHING, NOTHING
from tests.records.project import Project


@dataclass
class Two:
    """Two sellers, each with a customer and a deal, and what belongs to nobody."""

    ann: Context
    bob: Context
    own: dict[str, int]
    other: dict[str, int]


@pytest.fixture
def two(project: Project) -> Two:
    ann, bob = (project.acting(project.user(name, "seller")) for name in ("ann", "bob"))
    found = []
    for who, name in ((ann, "Acme"), (bob, "Bolt")):
        customer = project.create("customer", who, name=name, code=name)
        deal = project.create("deal", who, name=f"{name} deal", customer=customer, amount=100)
        found.append(
            {
                "customer": customer,
                "deal": deal,
                "line": project.create("line", who, deal=deal, what=f"{name} line"),
                "comment": project.create("comment", who, record=deal, text=f"{name} comment"),
            }
        )
    return Two(ann, bob, *found)


@pytest.mark.parametrize("object", ["customer", "deal", "line", "comment"])
def test_own_scope_is_the_same_in_every_way_of_reading(project: Project, two: Two, object: str) -> None:
    mine, foreign = two.own[object], two.other[object]
    assert project.ids(object, two.ann) == {mine}
    page = read.list_records(ListRequest(object, count="exact"), two.ann)
    assert page.count is not None
    assert (page.count.value, page.count.exact) == (1, True)
    assert read.aggregate(AggregateRequest(object), two.ann).rows == [{"count": 1}]
    assert read.get(object, mine, two.ann).id == mine
    assert read.resolve_titles([mine, foreign], two.ann).keys() == {mine}
    for attempt in (
        lambda: read.get(object, foreign, two.ann),
        lambda: read.history(object, foreign, two.ann),
        lambda: write.write(Update(object, foreign, {}), two.ann),
        lambda: write.write(Delete(object, foreign), two.ann),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_search_finds_only_what_one_may_read(two: Two) -> None:
    assert {hit.id for hit in read.search("deal", two.ann)} == {two.own["deal"]}
    assert read.search("Bolt", two.ann) == []


def test_expanding_shows_no_foreign_record_and_no_title_of_it(project: Project, two: Two) -> None:
    write.write(Update("deal", two.own["deal"], {"customer": two.other["customer"]}), project.system)
    (record,) = read.list_records(ListRequest("deal", expand=["customer"]), two.ann).records
    assert record.values["customer"] == two.other["customer"]
    assert "customer" not in record.expanded
    assert two.other["customer"] not in record.titles


def test_foreign_values_cannot_be_learnt_by_filter_sort_or_group(project: Project, two: Two) -> None:
    write.write(Update("deal", two.own["deal"], {"customer": two.other["customer"]}), project.system)
    assert project.ids("deal", two.ann, where="customer.name == 'Bolt'") == set()
    assert project.ids("deal", two.ann, where="is_blank(customer.name)") == {two.own["deal"]}
    assert project.ids("deal", two.ann, order=["customer.name"]) == {two.own["deal"]}
    grouped = read.aggregate(AggregateRequest("deal", groups=["customer.name"]), two.ann)
    assert grouped.rows == [{"customer.name": None, "count": 1}]
    assert project.ids("deal", where="customer.name == 'Bolt'") == {two.own["deal"], two.other["deal"]}


def test_related_records_need_the_record_and_follow_the_rules(two: Two) -> None:
    request = ListRequest("deal")
    page = read.related("customer", two.own["customer"], "deal", "customer", request, two.ann)
    assert [r.id for r in page.records] == [two.own["deal"]]
    comments = read.related("deal", two.own["deal"], "comment", "record", ListRequest("comment"), two.ann)
    assert [r.id for r in comments.records] == [two.own["comment"]]
    with pytest.raises(NotFound):
        read.related("customer", two.other["customer"], "deal", "customer", request, two.ann)


def test_children_need_the_right_to_change_their_parent(project: Project, two: Two) -> None:
    with pytest.raises(Invalid) as caught:
        write.write(Create("line", {"deal": two.other["deal"], "what": "mine"}), two.ann)
    assert {p.code for p in caught.value.problems} == {"unknown_reference"}
    with pytest.raises(Invalid):
        write.write(Update("line", two.own["line"], {"deal": two.other["deal"]}), two.ann)
    ticket = project.create("ticket", subject="Everyone reads this")
    comment = project.create("comment", two.ann, record=ticket, text="so everyone may comment")
    assert read.get("comment", comment, two.bob).id == comment
    with pytest.raises(Forbidden):
        write.write(Update("comment", comment, {"text": "changed"}), two.bob)


def test_a_record_that_is_given_away_is_gone(project: Project, two: Two) -> None:
    assert two.bob.actor.id is not None
    write.write(Update("customer", two.own["customer"], {"owner": two.bob.actor.id}), two.ann)
    assert project.ids("customer", two.ann) == set()
    assert project.ids("customer", two.bob) == {two.own["customer"], two.other["customer"]}


def test_everyone_sees_who_is_who_and_changes_only_themselves(project: Project, two: Two) -> None:
    assert two.ann.actor.id is not None
    assert two.bob.actor.id is not None
    assert project.ids("user", two.ann) >= {two.ann.actor.id, two.bob.actor.id}
    with pytest.raises(Forbidden):
        write.write(Update("user", two.bob.actor.id, {"language": "en"}), two.ann)


def test_a_token_does_no_more_than_its_scopes(project: Project, two: Two) -> None:
    user = two.ann.actor.id
    assert user is not None
    reader = project.acting(user, scopes=frozenset({"read"}))
    with pytest.raises(Forbidden):
        write.write(Update("customer", two.own["customer"], {"name": "x"}), reader)
    narrow = project.acting(user, scopes=frozenset({"read:deal"}))
    assert project.ids("deal", narrow) == {two.own["deal"]}
    with pytest.raises(NotFound):
        project.ids("customer", narrow)
    with pytest.raises(BadRequest):
        project.ids("deal", narrow, where="customer.name == 'x'")


def test_rules_are_plain_filters(project: Project, two: Two) -> None:
    manifest = project.manifest
    assert record_filter(SYSTEM, manifest, "customer") == EVERYTHING
    nobody = project.acting(project.user("nob", "nobody")).actor
    assert record_filter(nobody, manifest, "customer") == NOTHING
    assert not action_allowed(two.ann.actor, manifest, "region", "create")
    assert action_allowed(two.ann.actor, manifest, "region", "read")
    admin = project.acting(project.user("adm", "admin")).actor
    assert record_filter(admin, manifest, "comment", "delete") == EVERYTHING
