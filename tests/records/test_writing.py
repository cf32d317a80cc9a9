"""Creating and updating records."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from jimu.records import Create, Update, read, write
from tests.records.project import Project


def test_a_record_is_created_and_read_back(project: Project) -> None:
    record = write.write(Create("customer", {"name": "Acme", "limit": "1000.00", "address": {"city": "Rome"}}), project.system)
    assert record.created
    assert record.title == "Acme"
    again = read.get("customer", record.id, project.system)
    assert again.values["limit"] == Decimal(1000)
    assert again.values["address"]["city"] == "Rome"
    assert again.values["shout"] == "ACME"
    assert again.values["deals"] == 0
    assert again.version == 1


def test_an_update_changes_only_what_is_given(project: Project) -> None:
    customer = project.create("customer", name="Acme", code="A1")
    changed = write.write(Update("customer", customer, {"name": "Bolt"}, version=1), project.system)
    assert changed.version == 2
    assert set(changed.changed) == {"name", "shout", "title"}
    again = read.get("customer", customer, project.system)
    assert (again.title, again.values["code"], again.values["shout"]) == ("Bolt", "A1", "BOLT")


def test_defaults_numbers_and_formulas_are_filled_in(project: Project) -> None:
    user = project.user("ann", "seller")
    record = write.write(Create("deal", {"name": "Big", "amount": 200}), project.acting(user))
    assert record.values["owner"] == user
    assert record.values["stage"] == "open"
    assert record.values["close_on"] == date(2026, 3, 2)
    assert record.values["weighted"] == Decimal(100)
    assert record.values["double"] == Decimal(200)
    assert record.values["number"] == "D-2026-001"
    assert record.title == "Big · D-2026-001"
