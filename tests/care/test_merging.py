"""Merging: what hangs on the losers moves, values are chosen field by field, and the whole can be taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jimu.bulk import do_now, load_run, start_undo
from jimu.care.merging import Merge, foresee_merge, merge_records
from jimu.errors import Conflict, Forbidden, Invalid, JimuError, NotFound
from jimu.records import Context, Create, Restore, Update, read, write
from tests.records.project import Project

OBJECTS = ("company", "person", "order", "order_line", "membership_card", "comment", "activity")


def state(shop: Project) -> dict[str, dict[int, dict[str, Any]]]:
    """Everything that people see, of all living records: what an undone merge must leave as it was."""
    hidden = {"version", "updated_at", "updated_by", "owner_since"}
    found: dict[str, dict[int, dict[str, Any]]] = {}
    with shop.store.read() as transaction:
        for object in OBJECTS:
            rows = transaction.fetch(object, transaction.ids_after(object, 0, 1000))
            found[object] = {
                id: {name: value for name, value in row.items() if name not in hidden}
                for id, row in rows.items()
                if row["deleted_at"] is None
            }
    return found


def undo(shop: Project, unit: int, context: Context) -> Any:
    return do_now(start_undo(load_run(unit, context), context).id, context)


def two(shop: Project, boss: Context) -> tuple[int, int]:
    one = shop.create("company", boss, name="Acme", code="A1", labels=["vip"])
    more = {"phone": "123456", "city": "Berlin", "labels": ["old", "vip"]}
    other = shop.create("company", boss, name="ACME Ltd", code="A2", **more)
    return one, other


@pytest.fixture
def boss(shop: Project) -> Context:
    return shop.acting(shop.user("ann", "boss"))


def test_the_survivor_gets_what_it_lacks_and_lists_are_united(shop: Project, boss: Context) -> None:
    one, other = two(shop, boss)
    survivor = merge_records(Merge("company", (one, other), one), boss).survivor
    values = survivor.values
    assert (values["name"], values["code"], values["phone"], values["city"]) == ("Acme", "A1", "123456", "Berlin")
    assert values["labels"] == ["vip", "old"]


def test_any_value_of_any_record_can_be_chosen_also_a_unique_one(shop: Project, boss: Context) -> None:
    one, other = two(shop, boss)
    merge = Merge("company", (one, other), one, {"name": other, "code": other, "phone": one}, {"city": "Bonn"})
    values = merge_records(merge, boss).survivor.values
    assert (values["name"], values["code"], values["phone"], values["city"]) == ("ACME Ltd", "A2", None, "Bonn")


def test_all_that_hangs_on_the_losers_moves_along(shop: Project, boss: Context) -> None:
    one, other = two(shop, boss)
    third = shop.create("company", boss, name="Partner", partners=[other])
    person = shop.create("person", boss, name="Eve", company=other)
    order = shop.create("order", boss, name="O1", company=other)
    line = shop.create("order_line", boss, order=order, name="L", amount=5)
    comment = shop.create("comment", boss, record=other, text="hello")
    activity = shop.create("activity", boss, record=other, subject="call")
    before = foresee_merge(Merge("company", (one, other), one), boss)
    merged = merge_records(Merge("company", (one, other), one), boss)
    assert before.children == merged.moved.by_object
    assert before.children["person"] == before.children["order"] == 1
    assert {shop.value(o, i, f) for o, i, f in [("person", person, "company"), ("order", order, "company")]} == {one}
    assert {shop.value("comment", comment, "record"), shop.value("activity", activity, "record")} == {one}
    assert shop.value("order_line", line, "order") == order
    assert shop.value("company", third, "partners") == [one]
    assert shop.value("company", one, "people") == 1
    assert "Merge into Acme" in load_run(merged.unit, boss).subject


def test_what_the_survivor_has_already_is_not_there_twice(shop: Project, boss: Context) -> None:
    one, other = two(shop, boss)
    for id in (one, other):
        shop.create("membership_card", boss, company=id, kind="gold")
    shop.create("membership_card", boss, company=other, kind="silver")
    before = state(shop)
    merged = merge_records(Merge("company", (one, other), one), boss)
    assert merged.moved.dropped == 1
    assert sorted(card["kind"] for card in state(shop)["membership_card"].values()) == ["gold", "silver"]
    undo(shop, merged.unit, boss)
    assert state(shop) == before


def test_who_names_a_loser_is_led_to_the_survivor(shop: Project, boss: Context) -> None:
    one, other = two(shop, boss)
    last = shop.create("company", boss, name="Acme International")
    merge_records(Merge("company", (one, other), one), boss)
    merge_records(Merge("company", (last, one), last), boss)
    assert read.get("company", other, boss).id == last
    person = shop.create("person", boss, name="Eve", company=other)
    assert shop.value("person", person, "company") == last


def test_the_history_of_what_was_merged_is_read_with_that_of_the_survivor(shop: Project, boss: Context) -> None:
    one, other = two(shop, boss)
    write.write(Update("company", other, {"city": "Bonn"}), boss)
    merge_records(Merge("company", (one, other), one), boss)
    items = read.history("company", one, boss).items
    assert {item.of for item in items} == {"", "ACME Ltd"}
    assert "city" in {change.field for item in items if item.of for change in item.changes}
    first = read.history("company", one, boss, limit=2)
    assert [i.id for i in (*first.items, *read.history("company", one, boss, before=first.before).items)] == [
        i.id for i in items
    ]


def test_a_loser_does_not_come_back_alone(shop: Project, boss: Context) -> None:
    one, other = two(shop, boss)
    merge_records(Merge("company", (one, other), one), boss)
    with pytest.raises(Conflict):
        write.write(Restore("company", other), boss)


def test_a_merge_is_taken_back_whole_and_tells_what_was_changed_since(shop: Project, boss: Context) -> None:
    one, other = two(shop, boss)
    person = shop.create("person", boss, name="Eve", company=other)
    order = shop.create("order", boss, name="O1", company=other)
    merged = merge_records(Merge("company", (one, other), one), boss)
    write.write(Update("person", person, {"name": "Eva"}), boss)
    run = undo(shop, merged.unit, boss)
    assert run.failures == 1
    assert shop.value("order", order, "company") == other
    assert shop.value("person", person, "company") == one
    assert read.get("company", other, boss).id == other
    assert shop.value("company", one, "phone") is None


def test_rights_on_all_of_them_are_needed(shop: Project, boss: Context) -> None:
    bob = shop.acting(shop.user("bob", "seller"))
    own, others = shop.create("company", bob, name="Mine"), shop.create("company", boss, name="Hers")
    with pytest.raises(NotFound):
        merge_records(Merge("company", (own, others), own), bob)
    reader = shop.acting(shop.user("rae", "reader"))
    with pytest.raises(JimuError) as error:
        merge_records(Merge("company", (own, others), own), reader)
    assert isinstance(error.value, (Forbidden, NotFound))


def test_a_merge_that_makes_no_whole_record_does_nothing(shop: Project, boss: Context) -> None:
    one, other = two(shop, boss)
    shop.create("person", boss, name="Eve", company=other)
    before = state(shop)
    with pytest.raises(Invalid):
        merge_records(Merge("company", (one, other), one, values={"name": ""}), boss)
    assert state(shop) == before


def test_of_two_merges_of_one_record_at_a_time_one_is_told(shop: Project, boss: Context) -> None:
    a, b, c = (shop.create("company", boss, name=name) for name in ("Aaa", "Bbb", "Ccc"))

    def run(master: int) -> str:
        try:
            merge_records(Merge("company", (b, master), master), boss)
        except (Conflict, NotFound):
            return "told"
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, (a, c))) == ["merged", "told"]


CHILDREN = st.lists(
    st.tuples(st.sampled_from(["person", "order", "card", "comment", "activity", "partner"]), st.integers(0, 2)),
    max_size=8,
)


@given(children=CHILDREN, master=st.integers(0, 2), values=st.lists(st.sampled_from([None, "x", "y"]), min_size=6))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_a_merge_and_its_undo_everything_is_as_it_was(
    shop: Project, boss: Context, children: list[tuple[str, int]], master: int, values: list[str | None]
) -> None:
    ids = [shop.create("company", name=f"C{i}", phone=values[i], city=values[i + 3]) for i in range(3)]
    for number, (kind, at) in enumerate(children):
        _hang(shop, kind, ids[at], number)
    before = state(shop)
    merged = merge_records(Merge("company", tuple(ids), ids[master]), boss)
    after = state(shop)
    assert not {id for i, id in enumerate(ids) if i != master} & after["company"].keys()
    assert all(row["company"] == ids[master] for row in after["person"].values() if row["company"] in ids)
    run = undo(shop, merged.unit, boss)
    assert (run.failures, state(shop)) == (0, before)


def _hang(shop: Project, kind: str, id: int, number: int) -> None:
    if kind == "card":
        # A second one of its kind is refused, and that is as well.
        write.write_many([Create("membership_card", {"company": id, "kind": f"k{number % 2}"})], shop.system)
    elif kind == "partner":
        shop.create("company", name="P", partners=[id])
    elif kind in ("comment", "activity"):
        shop.create(kind, record=id, **({"text": "t"} if kind == "comment" else {"subject": "s"}))
    else:
        shop.create(kind, name="N", company=id)
