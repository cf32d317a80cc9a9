"""Units: what other parts write through one is noted and can be taken back as a whole, and done again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from jimu.bulk import (
    MassRequest,
    Run,
    Selection,
    carry_on,
    failures_of,
    foresee_undo,
    load_run,
    open_unit,
    resume_unit,
    start,
    start_undo,
)
from jimu.bulk.keeping import forget_old
from jimu.errors import BadRequest, Conflict
from jimu.fieldtypes.ids import encode_id
from jimu.records import Context, Create, Delete, ListRequest, Update, read, write
from tests.exchange.conftest import FILES
from tests.records.project import Project, open_project

BOSS = """
label: Boss
objects:
  machine: {create: true, read: all, update: all, delete: all}
  maker: {create: true, read: all, update: all, delete: all}
  visit: {create: true, read: all, update: all, delete: all}
"""
VISIT = """
label: Visit
title: "{name}"
features: [team]
fields:
  name: {type: text}
  machine: {type: lookup, to: machine, on_delete: cascade}
"""
MORE = {"objects/roles/boss.yaml": BOSS, "objects/shop/visit.yaml": VISIT}
CLERK = """
label: Clerk
objects:
  machine: {create: true, read: own, update: own, delete: own}
  visit: {create: true, read: own, update: own}
"""


@pytest.fixture
def shop(database_url: str) -> Iterator[Project]:
    with open_project(database_url, {**FILES, **MORE, "objects/roles/clerk.yaml": CLERK}) as project:
        yield project


@pytest.fixture
def boss(shop: Project) -> Context:
    return shop.acting(shop.user("bea", "boss"))


def undo(run: Run, context: Context, **how: Any) -> Run:
    return carry_on(start_undo(load_run(run.id, context), context, **how).id, context)


def stored(shop: Project, object: str = "machine") -> dict[int, Any]:
    page = read.list_records(ListRequest(object, order=("id",), limit=500), shop.system)
    return {
        r.id: {k: v for k, v in r.values.items() if k not in ("version", "updated_at", "updated_by")}
        for r in page.records
    }


def test_what_is_written_through_a_unit_is_taken_back_and_done_again_as_a_whole(shop: Project, boss: Context) -> None:
    kept = write.write(Create("machine", {"name": "Kept", "price": "5"}), boss).id
    gone = write.write(Create("machine", {"name": "Gone"}), boss).id
    before = stored(shop)
    with open_unit(boss, "Care", "merge", "machine") as unit:
        made = unit.write([Create("machine", {"name": "New"}), Update("machine", kept, {"price": "6"})])
        new = made.rows[0].record
        assert new is not None
        # The same record again, in a batch of its own, and one of another object.
        unit.write([Update("machine", new.id, {"price": "7"}), Update("machine", kept, {"price": "8", "name": "K"})])
        unit.write([Create("visit", {"name": "V", "machine": new.id}), Delete("machine", gone)])
    after = stored(shop)
    run = load_run(unit.id, boss)
    assert (run.state, run.changed, run.made, run.failures) == ("done", 6, 2, 0)
    back = undo(run, boss)
    assert (back.state, back.failures) == ("done", 0), failures_of(back, boss, 9)
    assert stored(shop) == before
    assert stored(shop, "visit") == {}
    again = undo(back, boss)
    assert again.failures == 0, failures_of(again, boss, 9)
    assert again.subject == "Redo: Care"
    assert stored(shop) == after
    assert len(stored(shop, "visit")) == 1
    assert undo(again, boss).failures == 0
    assert stored(shop) == before


def test_a_record_changed_since_is_told_of_and_left_or_put_back_by_choice(shop: Project, boss: Context) -> None:
    first, second = (write.write(Create("machine", {"name": n, "price": "5"}), boss).id for n in "AB")
    runs = []
    for price in ("6", "7"):
        with open_unit(boss, "Prices", "edit", "machine") as unit:
            unit.write([Update("machine", id, {"price": price}) for id in (first, second)])
        runs.append(unit.run)
        write.write(Update("machine", second, {"notes": f"Mine {price}"}), shop.system)
    forecast = foresee_undo(load_run(runs[1].id, boss), boss)
    assert (forecast.total, forecast.conflicts, forecast.lost) == (2, 1, 0)
    assert [c.item.id for c in forecast.first] == [second]
    assert undo(runs[1], boss, overwrite=True).failures == 0
    assert [str(shop.value("machine", id, "price")) for id in (first, second)] == ["6.00", "6.00"]
    assert shop.value("machine", second, "notes") == "Mine 7"
    # The first one is as the first unit did not leave it either: it has been changed and put back since.
    back = undo(runs[0], boss)
    assert back.failures == 2


def test_what_others_hung_on_a_new_record_keeps_it_from_being_taken_back_unasked(shop: Project, boss: Context) -> None:
    with open_unit(boss, "Import", "import", "machine") as unit:
        made = unit.write([Create("machine", {"name": n}) for n in "AB"])
    ids = [r.record.id for r in made.rows if r.record]
    write.write(Create("visit", {"name": "V", "machine": ids[0]}), shop.system)
    forecast = foresee_undo(load_run(unit.id, boss), boss)
    assert forecast.conflicts == 1
    back = undo(unit.run, boss)
    assert (back.changed, back.failures) == (1, 1)
    assert set(stored(shop)) == {ids[0]}


def test_who_gave_records_away_takes_them_back_though_they_see_them_no_more(shop: Project) -> None:
    giver, taker = shop.user("gil", "clerk"), shop.user("tom", "clerk")
    context = shop.acting(giver)
    id = write.write(Create("machine", {"name": "M"}), context).id
    own = write.write(Create("visit", {"name": "V", "machine": id}), context).id
    other = write.write(Create("visit", {"name": "W", "machine": id, "owner": taker}), shop.system).id
    request = MassRequest(
        Selection("machine", (id,)), "transfer", options={"owner": encode_id(taker), "along": ["visit.machine"]}
    )
    run = carry_on(start(request, context).id, context)
    assert (run.changed, run.related, run.failures) == (1, 1, 0), failures_of(run, context, 5)
    assert [shop.value("machine", id, "owner"), shop.value("visit", own, "owner")] == [taker, taker]
    assert shop.value("visit", other, "version") == 1
    assert undo(run, context).failures == 0
    assert [shop.value("machine", id, "owner"), shop.value("visit", own, "owner")] == [giver, giver]


def test_many_come_back_from_the_recycle_bin_together(shop: Project, boss: Context) -> None:
    ids = [write.write(Create("machine", {"name": f"M{n}", "number": str(n)}), boss).id for n in range(3)]
    write.write_many([Delete("machine", id) for id in ids], boss)
    write.write(Create("machine", {"name": "Taken", "number": "1"}), boss)
    request = MassRequest(Selection("machine", tuple(ids), deleted=True), "restore")
    run = carry_on(start(request, boss).id, boss)
    assert (run.changed, run.failures) == (2, 1)
    assert set(ids) - set(stored(shop)) == {ids[1]}
    assert undo(run, boss).failures == 0
    assert set(ids).isdisjoint(stored(shop))
    with pytest.raises(BadRequest):
        start(MassRequest(Selection("machine", tuple(ids), deleted=True), "delete"), boss)


def test_many_are_shared_and_given_team_members_at_once(shop: Project, boss: Context) -> None:
    sue = shop.user("sue")
    ids = [write.write(Create("visit", {"name": f"V{n}"}), boss).id for n in range(3)]
    asked: list[tuple[Any, dict[str, str]]] = [
        ("share", {"with_user": encode_id(sue), "access": "read"}),
        ("team", {"member": encode_id(sue), "access": "edit"}),
    ]
    for action, values in asked:
        request = MassRequest(Selection("visit", tuple(ids)), action, options={"values": values})
        run = carry_on(start(request, shop.system).id, shop.system)
        assert (run.changed, run.failures) == (3, 0), failures_of(run, shop.system, 5)
        object = {"share": "share", "team": "team_member"}[action]
        assert len(stored(shop, object)) == 3
        assert undo(run, shop.system).failures == 0
        assert stored(shop, object) == {}


def test_a_unit_may_be_part_of_a_transaction_and_be_gone_on_with_later(shop: Project, boss: Context) -> None:
    with pytest.raises(ZeroDivisionError):
        _break_off(boss)
    assert stored(shop) == {}
    assert read.list_records(ListRequest("mass_change"), shop.system).records == []
    unit = open_unit(boss, "B", "other", "machine")
    unit.write([Create("machine", {"name": "M"})])
    with pytest.raises(Conflict):
        start_undo(load_run(unit.id, boss), boss)
    later = resume_unit(unit.id, boss)
    later.write([Create("machine", {"name": "N"})])
    later.close()
    assert undo(later.run, boss).changed == 2
    assert stored(shop) == {}


def test_values_before_are_forgotten_after_a_while_and_the_unit_stays(shop: Project, boss: Context) -> None:
    with open_unit(boss, "A", "other", "machine") as unit:
        unit.write([Create("machine", {"name": "M"})])
    context = shop.context(shop.system.actor)
    context = Context(**{**vars(context), "settings": {"undo_days": 90}})
    assert forget_old(context) == 0
    shop.clock.now += timedelta(days=92)
    assert forget_old(context) == 1
    assert forget_old(context) == 0
    assert read.list_records(ListRequest("mass_batch", deleted="any"), shop.system).records == []
    with pytest.raises(Conflict):
        start_undo(load_run(unit.id, boss), boss)


def _break_off(context: Context) -> None:
    with write.unit_of_work(context) as outer:
        with open_unit(outer, "A", "other", "machine") as unit:
            unit.write([Create("machine", {"name": "M"})])
        raise ZeroDivisionError
