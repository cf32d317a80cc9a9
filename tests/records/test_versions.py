"""Optimistic versions and what happens when two write at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest

from jimu.errors import Invalid, JimuError, StaleVersion
from jimu.records import Create, Delete, Update, write
from tests.records.project import Project


def test_a_write_on_an_old_version_is_refused_with_all_three_sides(project: Project) -> None:
    seller = project.acting(project.user("sam", "seller"))
    customer = project.create("customer", seller, name="Acme", vip=False)
    write.write(
        Update("customer", customer, {"name": "Bolt", "secret_note": "psst", "limit": "5.00"}), project.system
    )
    write.write(Update("customer", customer, {"name": "Cord"}), project.system)
    with pytest.raises(StaleVersion) as caught:
        write.write(Update("customer", customer, {"name": "Dent", "vip": True}, version=1), seller)
    details = caught.value.details
    assert details["version"] == 3
    assert details["current"]["name"] == "Cord"
    assert details["mine"] == {"name": "Dent", "vip": True}
    assert details["base"] == {"name": "Acme", "limit": None}
    assert details["theirs"] == {"name": "Cord", "limit": Decimal(5)}
    assert "secret_note" not in details["current"]


def test_deleting_an_old_version_is_refused(project: Project) -> None:
    customer = project.create("customer", name="Acme")
    write.write(Update("customer", customer, {"name": "Bolt"}), project.system)
    with pytest.raises(StaleVersion):
        write.write(Delete("customer", customer, version=1), project.system)


def at_once(*tasks: Callable[[], object]) -> list[object]:
    """What each task returned or raised, all started together."""
    barrier, found = threading.Barrier(len(tasks)), [None] * len(tasks)

    def run(place: int, task: Callable[[], object]) -> None:
        barrier.wait()
        try:
            found[place] = task()  # type: ignore[call-overload]
        except JimuError as error:
            found[place] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(i, task)) for i, task in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(found)


def test_of_two_updates_of_one_version_exactly_one_wins(project: Project) -> None:
    customer = project.create("customer", name="Acme")
    outcomes = at_once(
        *(
            lambda name=name: write.write(Update("customer", customer, {"name": name}, version=1), project.system)
            for name in ("first", "second")
        )
    )
    assert sorted(type(o).__name__ for o in outcomes) == ["Record", "StaleVersion"]
    assert project.value("customer", customer, "version") == 2


def test_of_two_creations_with_one_key_exactly_one_wins(project: Project) -> None:
    outcomes = at_once(
        *(
            lambda name=name: write.write(Create("customer", {"name": name, "code": "same"}), project.system)
            for name in ("first", "second")
        )
    )
    assert sorted(type(o).__name__ for o in outcomes) == ["Invalid", "Record"]
    (refused,) = (o for o in outcomes if isinstance(o, Invalid))
    assert [(p.code, p.field) for p in refused.problems] == [("not_unique", "code")]


def test_many_who_add_to_one_parent_at_once_are_all_counted(project: Project) -> None:
    customer = project.create("customer", name="Acme")
    tasks = [
        (
            lambda i=i: write.write_many(
                [
                    Create("deal", {"name": f"{i}-{n}", "customer": customer, "amount": 1, "stage": "won"})
                    for n in range(3)
                ],
                project.system,
            )
        )
        for i in range(4)
    ]
    at_once(*tasks)
    assert project.value("customer", customer, "deals") == 12
    assert project.value("customer", customer, "won") == 12
