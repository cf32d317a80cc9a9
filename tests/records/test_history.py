"""History: who changed what, when, through what, from which value to which."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from jimu.errors import NotFound
from jimu.records import Create, Delete, Update, read, write
from tests.records.project import START, Project


def test_history_tells_who_when_through_what_and_the_values(project: Project) -> None:
    user = project.user("ann", "admin")
    deal = project.create("deal", name="D", amount="1.50", close_on="2026-05-01")
    project.clock.forward(hours=1)
    changed = {"amount": "2.25", "close_on": None, "colleague": user}
    write.write(
        Update("deal", deal, changed), project.context(project.acting(user, via="api").actor, reason="import 42")
    )
    page = read.history("deal", deal, project.system)
    update, creation = page.items
    assert (creation.action, creation.actor, creation.changes) == ("create", 0, ())
    assert (update.action, update.actor, update.via, update.reason, update.version) == (
        "update",
        user,
        "api",
        "import 42",
        2,
    )
    assert update.at == START + timedelta(hours=1)
    assert {c.field: (c.before, c.after) for c in update.changes} == {
        "amount": (Decimal("1.50"), Decimal("2.25")),
        "close_on": (date(2026, 5, 1), None),
        "colleague": (None, user),
        "weighted": (Decimal("0.75"), Decimal("1.13")),
        "double": (Decimal("1.50"), Decimal("2.26")),
    }
    assert page.titles == {user: "ann"}


def test_history_leaves_out_what_the_reader_may_not_see(project: Project) -> None:
    seller = project.acting(project.user("sam", "seller"))
    customer = project.create("customer", seller, name="Acme")
    write.write(Update("customer", customer, {"secret_note": "psst", "name": "Bolt"}), project.system)
    (change, _) = sorted(read.history("customer", customer, seller).items[0].changes, key=lambda c: c.field)
    assert change.field == "name"
    foreign = project.create("customer", name="Foreign")
    with pytest.raises(NotFound):
        read.history("customer", foreign, seller)


def test_history_comes_in_pages(project: Project) -> None:
    customer = project.create("customer", name="v1")
    for n in range(2, 6):
        write.write(Update("customer", customer, {"name": f"v{n}"}), project.system)
    first = read.history("customer", customer, project.system, limit=2)
    assert [i.version for i in first.items] == [5, 4]
    second = read.history("customer", customer, project.system, limit=10, before=first.before)
    assert [i.version for i in second.items] == [3, 2, 1]
    assert second.before is None


def test_deletion_is_in_the_history_of_all_that_went(project: Project) -> None:
    deal = project.create("deal", name="D")
    comment = project.create("comment", record=deal, text="x")
    write.write(Delete("deal", deal), project.system)
    assert read.history("deal", deal, project.system).items[0].action == "delete"
    assert read.history("comment", comment, project.system).items[0].action == "delete"


def test_objects_without_the_feature_keep_no_history(project: Project) -> None:
    region = write.write(Create("region", {"name": "North"}), project.system)
    assert (
        "history" in project.manifest.objects["region"].features
        or not read.history("region", region.id, project.system).items
    )
