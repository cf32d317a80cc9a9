"""Records go from stage to stage as the YAML says, whoever writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from jimu.errors import Invalid
from jimu.flows.stages import progress_of, watching
from jimu.flows.stages.watching import watch_stages
from jimu.records import Context, Create, Delete, ListRequest, Update, read, write
from tests.records.project import Project


def go(shop: Project, order: int, stage: str, context: Context | None = None, **values: Any) -> None:
    write.write(Update("order", order, {"stage": stage, **values}), context or shop.system)


def refused(shop: Project, order: int, stage: str, context: Context | None = None, **values: Any) -> set[str]:
    with pytest.raises(Invalid) as caught:
        go(shop, order, stage, context, **values)
    return {problem.code for problem in caught.value.problems}


def finish_tasks(shop: Project) -> None:
    for task in shop.ids("activity"):
        write.write(Update("activity", task, {"status": "done"}), shop.system)


def order_in(shop: Project, stage: str, **values: Any) -> int:
    """An order that has gone all the way to ``stage``."""
    order = shop.create("order", name="Press", need="a press", amount="100", **values)
    for step in ["talk", "offer", "deal", "won"][1:]:
        if shop.value("order", order, "stage") == stage:
            break
        finish_tasks(shop)
        go(shop, order, step)
    return order


def periods(shop: Project, order: int) -> list[dict[str, Any]]:
    found = read.list_records(ListRequest("stage_period", order=("entered_at", "id")), shop.system).records
    return [dict(r.values) for r in found if r.values["record"] == order]


def test_a_stage_is_left_only_when_its_tasks_are_done_and_its_conditions_hold(shop: Project) -> None:
    order = shop.create("order", name="Press", amount="100")
    assert refused(shop, order, "offer") == {"stage_tasks", "stage_condition"}
    finish_tasks(shop)
    assert refused(shop, order, "offer") == {"stage_condition"}
    go(shop, order, "offer", need="a press")
    assert shop.value("order", order, "stage") == "offer"


def test_giving_up_needs_neither_tasks_nor_conditions(shop: Project) -> None:
    order = shop.create("order", name="Press")
    go(shop, order, "lost")
    assert shop.value("order", order, "chance") == 0


def test_a_stage_cannot_be_jumped_over(shop: Project) -> None:
    order = shop.create("order", name="Press", need="x", amount="500")
    finish_tasks(shop)
    assert refused(shop, order, "deal") == {"stage_jump"}


def test_what_a_stage_requires_is_asked_for_at_its_fields_and_stays_there(shop: Project) -> None:
    order = shop.create("order", name="Press", need="x")
    finish_tasks(shop)
    with pytest.raises(Invalid) as caught:
        go(shop, order, "offer")
    assert [(p.code, p.field) for p in caught.value.problems] == [("required", "amount")]
    go(shop, order, "offer", amount="5")
    with pytest.raises(Invalid) as caught:
        write.write(Update("order", order, {"amount": None}), shop.system)
    assert [(p.code, p.field) for p in caught.value.problems] == [("required", "amount")]


def test_conditions_are_judged_by_computed_values(shop: Project) -> None:
    order = order_in(shop, "offer")
    finish_tasks(shop)
    assert refused(shop, order, "deal", amount="99") == {"stage_condition"}
    go(shop, order, "deal", amount="100")


def test_entering_a_stage_sets_values_that_the_writer_did_not_give(shop: Project) -> None:
    order = order_in(shop, "offer")
    assert shop.value("order", order, "chance") == 50
    finish_tasks(shop)
    go(shop, order, "deal")
    assert shop.value("order", order, "chance") == 75
    finish_tasks(shop)
    go(shop, order, "won", chance=99)
    assert shop.value("order", order, "chance") == 99


def test_going_back_needs_a_reason_and_keeps_it(shop: Project) -> None:
    order = order_in(shop, "deal")
    assert refused(shop, order, "offer") == {"stage_reason"}
    go(shop, order, "offer", replace(shop.system, reason="They changed their minds"))
    last = periods(shop, order)[-1]
    assert (last["stage"], last["is_back"], last["reason"]) == ("offer", True, "They changed their minds")
    lost = shop.create("order", name="Lathe")
    go(shop, lost, "lost")
    assert refused(shop, lost, "talk") == {"stage_reason"}
    assert refused(shop, lost, "won") == {"stage_jump"}


def test_history_tells_how_long_each_stage_took_by_the_clock_and_by_the_calendar(shop: Project) -> None:
    shop.clock.now = datetime(2026, 3, 6, 15, tzinfo=UTC)  # a Friday
    order = shop.create("order", name="Press", need="x", amount="100")
    finish_tasks(shop)
    shop.clock.now = datetime(2026, 3, 9, 10, tzinfo=UTC)
    go(shop, order, "offer")
    shop.clock.forward(days=1)
    finish_tasks(shop)
    go(shop, order, "deal")
    first, second, third = periods(shop, order)
    assert (first["stage"], first["days"], first["working_hours"]) == ("talk", Decimal("2.79"), Decimal("3.00"))
    assert (second["stage"], second["next_stage"], second["days"]) == ("offer", "deal", Decimal("1.00"))
    assert (third["stage"], third["left_at"]) == ("deal", None)
    # 8 working hours after Tuesday 10:00
    assert third["due_at"] == datetime(2026, 3, 11, 10, tzinfo=UTC)


def test_a_stage_makes_its_tasks_for_the_owner_or_who_a_field_names(shop: Project) -> None:
    seller, engineer = shop.user("Sally", "seller"), shop.user("Ed", "seller")
    order = write.write(
        Create("order", {"name": "Press", "engineer": engineer, "need": "x", "amount": "100"}), shop.acting(seller)
    ).id
    tasks = read.list_records(ListRequest("activity"), shop.system).records
    assert {(t.values["subject"], t.values["kind"], t.values["owner"], t.values["record"]) for t in tasks} == {
        ("Call them", "call", seller, order),
        ("Write to them", "task", seller, order),
    }
    # one workday after Monday the 2nd
    assert {str(t.values["due_on"]) for t in tasks if t.values["kind"] == "call"} == {"2026-03-03"}
    finish_tasks(shop)
    go(shop, order, "offer")
    tasks = read.list_records(ListRequest("activity"), shop.system).records
    (check,) = [t for t in tasks if t.title == "Check the offer"]
    assert check.values["owner"] == engineer


def test_what_is_taken_over_from_elsewhere_may_begin_in_any_stage(shop: Project) -> None:
    system = shop.system
    seed = system.as_actor(replace(system.actor, via="import"))
    order = write.write(Create("order", {"name": "Old", "stage": "deal"}), seed).id
    assert shop.ids("activity") == set()
    with pytest.raises(Invalid):
        shop.create("order", name="New", stage="deal")
    assert shop.value("order", order, "stage") == "deal"


def test_many_moves_are_judged_each_by_itself(shop: Project) -> None:
    ready, waiting = order_in(shop, "offer"), order_in(shop, "talk")
    commands = [Update("order", i, {"stage": "deal" if i == ready else "offer"}) for i in (ready, waiting)]
    for task in read.list_records(ListRequest("activity"), shop.system).records:
        if task.values["record"] == ready:
            write.write(Update("activity", task.id, {"status": "done"}), shop.system)
    rows = write.write_many(commands, shop.system, atomic=False).rows
    assert [row.status for row in rows] == ["updated", "failed"]


def test_who_is_late_is_told_once_and_so_is_their_manager(shop: Project) -> None:
    boss = shop.user("Bo")
    seller = shop.user("Sally", "seller", manager=boss)
    sally = shop.acting(seller)
    order = write.write(Create("order", {"name": "Press", "need": "x", "amount": "100"}), sally).id
    shop.clock.forward(days=1)
    watch_stages(None, shop.system)
    assert shop.ids("notification") == set()
    shop.clock.forward(days=2)
    watch_stages(None, shop.system)
    watch_stages(None, shop.system)
    told = read.list_records(ListRequest("notification"), shop.system).records
    assert {n.values["owner"] for n in told} == {seller, boss}
    assert {n.title for n in told} == {"Press has been in the stage Talk for longer than expected"}
    # a later stage is watched by its own period
    finish_tasks(shop)
    go(shop, order, "offer")
    finish_tasks(shop)
    go(shop, order, "deal")
    shop.clock.forward(days=3)
    watch_stages(None, shop.system)
    watch_stages(None, shop.system)
    assert len(shop.ids("notification")) == 4


def test_records_in_the_bin_hold_up_no_other_that_is_late(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "BATCH", 2)
    seller = shop.user("Sally", "seller")
    orders = [order_in(shop, "deal") for _ in range(5)]
    write.write_many([Update("order", id, {"owner": seller}) for id in orders], shop.system)
    write.write_many([Delete("order", id) for id in orders[:3]], shop.system)
    shop.clock.forward(days=5)
    watch_stages(None, shop.system)
    told = read.list_records(ListRequest("notification"), shop.system).records
    assert {n.values["record"] for n in told} == set(orders[3:])


def test_in_its_first_stage_a_record_is_expected_to_go_on_from_when_it_was_made(shop: Project) -> None:
    order = shop.create("order", name="Press")
    progress = progress_of(read.get("order", order, shop.system), shop.system)
    assert progress is not None
    assert progress.due_at is not None
    assert progress.is_late(progress.due_at)


def test_progress_tells_what_is_done_where_it_is_and_where_it_may_go(shop: Project) -> None:
    seller = shop.user("Sally", "seller")
    sally = shop.acting(seller)
    order = write.write(Create("order", {"name": "Press", "need": "x", "amount": "100"}), sally).id
    finish_tasks(shop)
    go(shop, order, "offer", sally)
    shop.clock.forward(hours=36)
    progress = progress_of(read.get("order", order, sally), replace(sally, clock=shop.clock))
    assert progress is not None
    assert [(s.stage.value, s.state, s.may_go) for s in progress.steps] == [
        ("talk", "done", True),
        ("offer", "current", False),
        ("deal", "ahead", True),
        ("won", "ahead", False),
        ("lost", "ahead", True),
    ]
    assert [s.needs_reason for s in progress.steps] == [True, False, False, False, False]
    assert progress.steps[1].days == pytest.approx(1.5)
    assert progress.entered_at == shop.clock.now - timedelta(hours=36)


def test_history_is_read_by_who_reads_the_record(shop: Project) -> None:
    order = order_in(shop, "offer")
    other = shop.acting(shop.user("Olga", "seller"))
    assert read.list_records(ListRequest("stage_period"), other).records == []
    assert len(periods(shop, order)) == 2
