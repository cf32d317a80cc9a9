"""Many writes at once: the same path, one transaction, errors by row."""

from __future__ import annotations

import pytest

from jimu.errors import BadRequest, Conflict, Invalid
from jimu.records import Command, Create, Delete, Restore, Update, Upsert, read, write
from jimu.storage import counted
from tests.records.project import Project


def test_good_rows_are_stored_and_bad_ones_reported_by_number_and_code(project: Project) -> None:
    project.create("customer", name="Old", code="A")
    rows = [
        {"name": "One", "code": "B"},
        {"code": "C"},
        {"name": "Two", "code": "A"},
        {"name": "Three", "code": "B"},
        {"name": "Four", "nonsense": 1},
        {"name": "Five"},
    ]
    result = write.write_many([Create("customer", r) for r in rows], project.system, atomic=False)
    assert [r.status for r in result.rows] == ["created", "failed", "failed", "failed", "failed", "created"]
    assert [(r.row, [p.code for p in r.error.problems]) for r in result.failed] == [
        (1, ["required"]),
        (2, ["not_unique"]),
        (3, ["not_unique"]),
        (4, ["unknown_field"]),
    ]
    assert result.committed
    assert len(project.ids("customer")) == 3


def test_all_or_nothing_stores_nothing_when_one_row_fails(project: Project) -> None:
    result = write.write_many([Create("customer", {"name": "One"}), Create("customer", {})], project.system)
    assert not result.committed
    assert [r.status for r in result.rows] == ["skipped", "failed"]
    assert project.ids("customer") == set()


def test_a_batch_asks_the_store_as_often_for_many_rows_as_for_few(project: Project) -> None:
    customers = [project.create("customer", name=f"C{i}", limit=10**6) for i in range(10)]

    def queries(n: int, mark: str) -> int:
        rows = [Create("deal", {"name": f"{mark}{i}", "customer": customers[i % 10], "amount": i}) for i in range(n)]
        with counted() as meter:
            assert write.write_many(rows, project.system).committed
        return meter.queries

    queries(20, "warm")
    assert queries(200, "many") <= queries(20, "few") + 4


def test_commands_of_all_kinds_are_done_in_order(project: Project) -> None:
    customer = project.create("customer", name="Acme")
    commands: list[Command] = [
        Update("customer", customer, {"name": "Bolt"}),
        Update("customer", customer, {"name": "Cord"}),
        Delete("customer", customer),
        Restore("customer", customer),
        Update("customer", customer, {"vip": True}),
    ]
    result = write.write_many(commands, project.system)
    assert [r.status for r in result.rows] == ["updated", "updated", "deleted", "restored", "updated"]
    record = read.get("customer", customer, project.system)
    assert (record.values["name"], record.values["vip"], record.version) == ("Cord", True, 6)


def test_an_upsert_updates_what_has_the_key_and_creates_what_has_not(project: Project) -> None:
    project.create("customer", name="Old", code="A")
    rows = [
        {"code": "A", "name": "New"},
        {"code": "B", "name": "Other"},
        {"code": "A", "name": "New"},
        {"name": "Blank"},
    ]
    result = write.write_many([Upsert("customer", ("code",), r) for r in rows], project.system)
    assert [r.status for r in result.rows] == ["updated", "created", "unchanged", "created"]
    again = write.write_many([Upsert("customer", ("code",), r) for r in rows[:3]], project.system)
    assert [r.status for r in again.rows] == ["unchanged"] * 3


def test_an_upsert_whose_key_is_not_unique_is_refused(project: Project) -> None:
    project.create("customer", name="Same")
    project.create("customer", name="Same")
    with pytest.raises(Conflict):
        write.write(Upsert("customer", ("name",), {"name": "Same"}), project.system)


def test_an_upsert_by_what_cannot_be_a_key_is_refused(project: Project) -> None:
    with pytest.raises(BadRequest):
        write.write(Upsert("customer", ("nothing",), {"name": "x"}), project.system)


def test_upserts_do_not_touch_what_the_actor_may_not_change(project: Project) -> None:
    foreign = project.create("customer", name="Foreign", code="A")
    seller = project.acting(project.user("sam", "seller"))
    with pytest.raises(Invalid):  # what may not be read is not there to be updated, and the key is taken
        write.write(Upsert("customer", ("code",), {"code": "A", "name": "Mine now"}), seller)
    assert project.value("customer", foreign, "name") == "Foreign"


def test_several_writes_are_one_unit(project: Project) -> None:
    with pytest.raises(Invalid), write.unit_of_work(project.system) as unit:  # noqa: PT012 - what comes before is undone
        write.write(Create("customer", {"name": "Acme"}), unit)
        write.write(Create("customer", {}), unit)
    assert project.ids("customer") == set()
    with write.unit_of_work(project.system) as unit:
        customer = write.write(Create("customer", {"name": "Acme", "code": "A"}), unit).id
        with pytest.raises(Invalid):
            write.write(Create("customer", {"name": "Other", "code": "A"}), unit)
        write.write(Create("deal", {"name": "D", "customer": customer}), unit)
    assert project.value("customer", customer, "deals") == 1


def test_previews_of_many_are_dry_runs(project: Project) -> None:
    found = write.preview_many([Create("customer", {"name": "One"}), Create("customer", {})], project.system)
    assert [len(p.problems) for p in found] == [0, 1]
    assert project.ids("customer") == set()
