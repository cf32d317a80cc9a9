"""A record under approval stands still, through whatever door somebody comes, also those that act as the engine."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from jimu.access.approvals import TASK
from jimu.bulk import Change, MassRequest, Selection, carry_on, failures_of, start
from jimu.bulk.hand_over import HandOver, Part, carry_hand_over_on, find_other_work, start_hand_over
from jimu.care.merging import Merge, foresee_merge, merge_records
from jimu.errors import Conflict, Locked
from jimu.exchange.wizard.imports import receive, set_plan
from jimu.exchange.wizard.running import carry_import_on, start_run
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals import service
from jimu.flows.approvals.service import Request
from jimu.records import Context, Delete, ListRequest, Update, read, write
from tests.records.project import Project


@dataclass
class Case:
    """``held`` is under approval by ``approval``; ``free`` is not. Both are ``seller``'s."""

    shop: Project
    seller: Context
    boss: Context
    held: int
    free: int
    approval: int


@pytest.fixture
def case(shop: Project) -> Case:
    seller, boss = shop.acting(shop.user("sam", "seller")), shop.acting(shop.user("bea", "boss"))
    shop.user("chief", "boss")
    held = shop.create("vendor", seller, name="Held", tax_number="T1")
    free = shop.create("vendor", seller, name="Free")
    done = service.start(Request("vendor", held, "vendor"), seller)
    return Case(shop, seller, boss, held, free, done.approval.id)


def test_no_door_leads_to_a_record_under_approval(case: Case, tmp_path: Path) -> None:
    seller, held, free = case.seller, case.held, case.free
    for command in (Update("vendor", held, {"name": "x"}), Delete("vendor", held)):
        with pytest.raises(Locked):
            write.write(command, seller)
    request = MassRequest(Selection("vendor", (held, free)), "edit", (Change("since", "set", "2026-01-01"),))
    run = start(request, seller)
    run = carry_on(run.id, seller)
    assert (run.changed, run.unchanged, run.state, [i.id for i in failures_of(run, seller, 9)]) == (
        1,
        0,
        "done",
        [held],
    )
    context = replace(seller, settings={**seller.settings, "home": tmp_path, "max_request_mb": 8})
    text = f"id,name\n{encode_id(held)},Imported\n{encode_id(free)},Other\n"
    columns = {name: {"field": name} for name in ("id", "name")}
    data = receive("v.csv", io.BytesIO(text.encode()), "vendor", context)
    start_run(set_plan(data, {**data.plan, "key": ["id"], "columns": columns}, context), context)
    run = carry_import_on(data.id, context)
    assert (run.changed, run.failures) == (1, 1)
    assert (case.shop.value("vendor", held, "name"), case.shop.value("vendor", free, "name")) == ("Held", "Other")


def test_a_merge_needs_every_record_unlocked_and_names_the_approval(case: Case) -> None:
    for master, other in ((case.held, case.free), (case.free, case.held)):
        for do in (foresee_merge, merge_records):
            with pytest.raises(Locked, match="Held is being approved") as error:
                do(Merge("vendor", (master, other), master), case.boss)  # type: ignore[operator]
            assert error.value.details["href"] == f"/approvals/{encode_id(case.approval)}"


def test_a_hand_over_leaves_what_is_locked_and_moves_open_tasks(case: Case) -> None:
    heir, leaver = case.shop.user("hal", "boss"), int(case.seller.actor.id or 0)
    asked = HandOver(leaver, (Part("vendor", "owner"),), (heir,))
    run = carry_hand_over_on(start_hand_over(asked, case.boss).id, case.boss)
    assert (run.state, run.changed, [item.id for item in failures_of(run, case.boss, 9)]) == ("done", 1, [case.held])
    assert [case.shop.value("vendor", id, "owner") for id in (case.held, case.free)] == [leaver, heir]
    chief = next(row.values["holder"] for row in _tasks(case.shop))
    (work,) = find_other_work(chief, case.boss)
    assert (work.object, work.count) == (TASK, 1)
    assert find_other_work(chief, case.seller) == []
    run = carry_hand_over_on(start_hand_over(HandOver(chief, (), (heir,), note="left"), case.boss).id, case.boss)
    assert run.state == "done"
    assert {row.values["holder"] for row in _tasks(case.shop) if row.values["state"] == "pending"} == {heir}


def test_a_write_on_a_merged_record_names_the_one_that_stays(case: Case) -> None:
    other = case.shop.create("vendor", case.seller, name="Second")
    merge_records(Merge("vendor", (case.free, other), case.free), case.seller)
    for command in (Update("vendor", other, {"name": "x"}), Delete("vendor", other)):
        with pytest.raises(Conflict, match="merged into another") as error:
            write.write(command, case.seller)
        assert error.value.details == {"survivor": encode_id(case.free)}


def _tasks(shop: Project) -> list[read.Record]:
    return list(read.list_records(ListRequest(TASK, limit=20), shop.system).records)
