"""Automations that hand a record on: to people by a rule, to a conversion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jimu.records import Create, ListRequest, read, write
from tests.flows.automations.conftest import Workshop
from tests.records.project import prepared_project

FILES = {
    "objects/roles/seller.yaml": "label: Seller\nobjects:\n  lead: {read: own, update: own}\n",
    "objects/m/lead.yaml": """
label: Lead
title: "{name}"
owner: pool
fields:
  name: {type: text, required: true}
  state: {type: picklist, options: [new, hot, converted], default: new}
""",
    "objects/m/account.yaml": """
label: Account
title: "{name}"
fields:
  name: {type: text, required: true}
""",
    "flows/pools/leads.yaml": "label: Leads\nobject: lead\nmembers: [{roles: [seller]}]\n",
    "flows/assignments/in_turn.yaml": """
label: In turn
object: lead
on: [button]
how: round_robin
to: [{roles: [seller]}]
""",
    "flows/conversions/lead.yaml": """
label: Convert
object: lead
steps:
  account: {to: account, map: {name: name}}
set: {state: "'converted'"}
""",
    "flows/automations/given.yaml": "label: Given\nobject: lead\nwhen: created\ndo: [{assign: in_turn}]\n",
    "flows/automations/hot.yaml": """
label: Hot
object: lead
when: {changed: {field: state, to: hot}}
do: [{convert: lead}]
""",
}


@pytest.fixture
def house(backend: str, tmp_path: Path) -> Iterator[Workshop]:
    with prepared_project(backend, tmp_path, FILES) as project:
        yield Workshop(project)


def test_what_is_made_goes_to_people_in_turn(house: Workshop) -> None:
    project = house.project
    sellers = {project.user(name, "seller") for name in ("Ann", "Bea")}
    commands = [Create("lead", {"name": f"L{i}", "owner": None}) for i in range(4)]
    write.write_many(commands, project.system)
    house.work()
    owners = [r.values["owner"] for r in read.list_records(ListRequest("lead"), project.system).records]
    assert set(owners) == sellers
    assert {owners.count(s) for s in sellers} == {2}


def test_what_becomes_hot_is_converted(house: Workshop) -> None:
    project = house.project
    project.user("Ann", "seller")
    project.create("lead", name="Acme", state="hot")
    house.work()
    assert [r.title for r in read.list_records(ListRequest("account"), project.system).records] == ["Acme"]
    (lead,) = read.list_records(ListRequest("lead"), project.system).records
    assert lead.values["state"] == "converted"


def test_nobody_to_give_it_to_is_a_failure_that_is_told(house: Workshop) -> None:
    project = house.project
    project.create("lead", name="Acme", owner=None)
    house.work()
    (run,) = read.list_records(ListRequest("automation_run"), project.system).records
    assert run.values["state"] == "retrying"
    assert run.values["error"]
