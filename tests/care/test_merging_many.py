"""Many groups of duplicates merged by a rule: foreseen, one unit, taken back; what cannot be is left and told."""

from __future__ import annotations

from typing import Any

import pytest

from jimu.bulk import carry_on, failures_of, foresee_undo, load_run, start_undo
from jimu.care.merge_rules import MergeRule
from jimu.care.merging_many import ManyMerges, carry_merges_on, foresee_merges, start_merges
from jimu.care.scanning import scan
from jimu.care.workbench import find_clusters
from jimu.errors import BadRequest, Forbidden
from jimu.records import Context, Update, write
from tests.care.test_merging import state
from tests.records.project import Project

CITIES = ("Berlin", "Bremen", "Hamburg", "Munich")


@pytest.fixture
def boss(shop: Project) -> Context:
    return shop.acting(shop.user("ann", "boss"))


def twins(shop: Project, boss: Context) -> list[tuple[int, int]]:
    """Of each pair the second has more values and was changed last; something hangs on it."""
    pairs = []
    for n, city in enumerate(CITIES):
        one = shop.create("company", boss, name=f"{city} Works", phone="1")
        other = shop.create("company", boss, name=f"{city} Works Ltd", city=city, site=f"https://{city}.example")
        write.write(Update("company", other, {"phone": str(n + 2)}), boss)
        shop.create("person", boss, name=f"P{n}", company=other)
        pairs.append((one, other))
    scan("company", shop.system)
    return pairs


def companies(shop: Project) -> dict[int, dict[str, Any]]:
    return state(shop)["company"]


@pytest.mark.parametrize(
    ("how", "stays", "name", "phone"),
    [
        (MergeRule(), 0, "Berlin Works", "1"),
        (MergeRule("oldest", "newest"), 0, "Berlin Works Ltd", "2"),
        (MergeRule("complete"), 1, "Berlin Works Ltd", "2"),
        (MergeRule("newest"), 1, "Berlin Works Ltd", "2"),
    ],
)
def test_groups_become_one_record_each_by_the_rule_and_all_is_taken_back_as_one(
    shop: Project, boss: Context, how: MergeRule, stays: int, name: str, phone: str
) -> None:
    pairs = twins(shop, boss)
    before = state(shop)
    asked = ManyMerges("company", how, rule="same_name")
    told = foresee_merges(asked, boss)
    assert (told.groups, told.losers, len(told.first)) == (4, 4, 4)
    assert all(one.problem is None for one in told.first)
    done = carry_merges_on(start_merges(asked, boss).id, boss)
    assert (done.state, done.handled, done.changed, done.failures) == ("done", 4, 4, 0)
    left = companies(shop)
    assert set(left) == {pair[stays] for pair in pairs}
    first = left[pairs[0][stays]]
    assert (first["name"], first["phone"], first["city"], first["people"]) == (name, phone, "Berlin", 1)
    assert find_clusters("company", boss, rule="same_name").total == 0
    run = load_run(done.id, boss)
    assert foresee_undo(run, boss).conflicts == 0
    back = carry_on(start_undo(run, boss).id, boss)
    assert (back.state, back.failures) == ("done", 0), failures_of(back, boss, 5)
    assert state(shop) == before
    assert find_clusters("company", boss, rule="same_name").total == 4


def test_a_group_that_cannot_be_merged_is_left_whole_and_named(
    shop: Project, boss: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = twins(shop, boss)
    from jimu.care import merging

    real = merging.move_children

    def stuck(children: Any, context: Context) -> Any:
        moved = real(children, context)
        if any(pairs[1][0] in values.values() for found in children.pointing.values() for values in found.values()):
            raise BadRequest(merging.NOT_A_SOURCE)
        return moved

    monkeypatch.setattr(merging, "move_children", stuck)
    done = carry_merges_on(start_merges(ManyMerges("company", rule="same_name"), boss).id, boss)
    assert (done.state, done.changed, done.failures) == ("done", 3, 1)
    assert set(pairs[1]) <= set(companies(shop))
    monkeypatch.undo()
    back = carry_on(start_undo(load_run(done.id, boss), boss).id, boss)
    assert back.failures == 0
    assert len(companies(shop)) == 8


def test_only_groups_that_are_alike_enough_or_were_chosen(shop: Project, boss: Context) -> None:
    twins(shop, boss)
    shown = find_clusters("company", boss, rule="same_name").clusters
    chosen = tuple(cluster.id for cluster in shown[:2])
    assert foresee_merges(ManyMerges("company", ids=chosen), boss).groups == 2
    with pytest.raises(BadRequest):
        start_merges(ManyMerges("company", rule="same_name", alike=1.01), boss)
    with pytest.raises(BadRequest):
        MergeRule("youngest")


def test_who_may_not_merge_merges_nothing(shop: Project, boss: Context) -> None:
    twins(shop, boss)
    reader = shop.acting(shop.user("rea", "reader"))
    for act in (foresee_merges, start_merges):
        with pytest.raises(Forbidden):
            act(ManyMerges("company", rule="same_name"), reader)
