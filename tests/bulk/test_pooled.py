"""Records that lie in a pool until somebody has them change their owner like any others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jimu.bulk import MassRequest, Selection, carry_on, start, start_undo
from jimu.bulk.hand_over import holdings_of
from jimu.bulk.moving_along import followers_of
from jimu.fieldtypes.ids import encode_id
from tests.records.project import Project, open_project

FILES = {
    "objects/roles/boss.yaml": "label: Boss\nobjects: {'*': {create: true, read: all, update: all, delete: all}}\n",
    "objects/shop/firm.yaml": "label: Firm\ntitle: '{name}'\nowner: pool\nfields: {name: {type: text}}\n",
    "objects/shop/lead.yaml": """
label: Lead
title: "{name}"
owner: pool
fields: {name: {type: text}, firm: {type: lookup, to: firm}}
""",
}


@pytest.fixture
def shop(database_url: str) -> Iterator[Project]:
    with open_project(database_url, FILES) as project:
        yield project


def test_they_are_transferred_with_what_hangs_on_them_and_taken_back(shop: Project) -> None:
    one, other = shop.user("one", "boss"), shop.user("other", "boss")
    boss = shop.acting(shop.user("bea", "boss"))
    firm = shop.create("firm", name="F", owner=one)
    lead = shop.create("lead", name="L", firm=firm, owner=one)
    assert ("lead", "firm") in {(object.name, field.name) for object, field in followers_of("firm", boss)}
    assert {(held.object.name, held.count) for held in holdings_of(one, boss)} >= {("firm", 1), ("lead", 1)}
    options = {"owner": encode_id(other), "along": ["lead.firm"]}
    run = carry_on(start(MassRequest(Selection("firm", (firm,)), "transfer", options=options), boss).id, boss)
    assert (run.changed, run.related, run.failures) == (1, 1, 0)
    assert {shop.value("firm", firm, "owner"), shop.value("lead", lead, "owner")} == {other}
    carry_on(start_undo(run, boss).id, boss)
    assert {shop.value("firm", firm, "owner"), shop.value("lead", lead, "owner")} == {one}
