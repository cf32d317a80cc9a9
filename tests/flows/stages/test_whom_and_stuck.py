"""Whom the tasks of a stage are for, by rules; and automations for what stays too long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jimu.fieldtypes.ids import decode_id
from jimu.flows.stages.watching import watch_stages
from jimu.records import Create, Update, write
from tests.flows.stages.conftest import FILES
from tests.records.project import Project, prepared_project

TASKS = """
label: Selling
object: order
field: stage
stages:
  talk: {expected: 2 workdays}
  offer:
    tasks:
      - {name: check, label: manager, whom: [manager]}
      - {name: price, label: role, whom: {role: pricer}}
      - {name: look, label: formula, whom: {formula: owner.manager}}
      - {name: head, label: head, whom: [head]}
      - {name: own, label: nobody, whom: {role: nobody}}
      - {name: field, label: field, whom: engineer}
  deal: {}
  won: {closed: won}
  lost: {closed: lost}
"""
LATE = """
label: Late
object: order
when: {stuck: {stage: talk}}
do: [{set: {chance: 1}}]
"""
ROLE = "label: {name}\nobjects: {{}}\n"


@pytest.fixture
def shop(backend: str, tmp_path: Path) -> Iterator[Project]:
    files = {
        **FILES,
        "flows/stages/order.yaml": TASKS,
        "flows/automations/late.yaml": LATE,
        "objects/roles/pricer.yaml": ROLE.format(name="Pricer"),
        "objects/roles/nobody.yaml": ROLE.format(name="Nobody"),
    }
    with prepared_project(backend, tmp_path, files) as project:
        yield project


def test_tasks_go_to_whom_the_rules_name(shop: Project) -> None:
    boss, head, pricer, engineer = (shop.user(n) for n in ("Bo", "Hedda", "Pia", "Ed"))
    write.write(Update("user", pricer, {"roles": ["pricer"]}), shop.system)
    place = shop.create("department", name="Sales", code="S", head=head)
    seller = shop.user("Sally", "seller", manager=boss, department=place)
    values = {"name": "Press", "owner": seller, "need": "x", "engineer": engineer}
    order = write.write(Create("order", values), shop.system).id
    write.write(Update("order", order, {"stage": "offer"}), shop.system)
    found = {shop.value("activity", id, "subject"): shop.value("activity", id, "owner") for id in shop.ids("activity")}
    assert found == {
        "manager": boss, "role": pricer, "formula": boss, "head": head, "nobody": seller, "field": engineer
    }  # fmt: skip


def test_what_stays_too_long_sets_an_automation_off_once(shop: Project) -> None:
    seller = shop.user("Sally", "seller")
    order = write.write(Create("order", {"name": "Press"}), shop.acting(seller)).id
    shop.clock.forward(days=5)
    watch_stages(None, shop.system)
    watch_stages(None, shop.system)
    with shop.store.read() as transaction:
        jobs = transaction.list_jobs("waiting", 100, kind="automation.run")
    assert [decode_id(id) for job in jobs for id in job["payload"]["ids"]] == [order]
