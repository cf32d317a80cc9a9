"""Service levels on pages: a record shows its clocks, administration counts them and lists those behind each number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jimu.storage import JobRow
from tests.databases import BACKENDS_MARKED
from tests.flows.sla.test_records import FILES
from tests.records.project import FrozenClock
from tests.web.opened import opened_site
from tests.web.site import Site, url

WORKSPACE = {
    **FILES,
    "workspace.yaml": "name: desk\nlabel: Desk\nextends: []\n",
    "objects/roles/chief.yaml": """
label: Chief
objects: {"*": {create: true, read: all, update: all, delete: all}}
system: [configure, view_all, modify_all]
""",
    "objects/roles/agent.yaml": """
label: Agent
objects: {ticket: {create: true, read: own, update: own}}
""",
}


@pytest.fixture(params=BACKENDS_MARKED)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Site, FrozenClock]]:
    clock = FrozenClock()
    with opened_site(tmp_path, WORKSPACE, str(request.param), clock) as made:
        made.user("Carla", "chief")
        made.user("Abe", "agent")
        yield made, clock


def test_clocks_stand_on_the_record_and_in_administration(desk: tuple[Site, FrozenClock]) -> None:
    site, clock = desk
    printer = site.create("ticket", name="Printer")
    site.create("ticket", name="Screen", state="waiting")
    carla = site.visitor("carla@example.com")
    page = carla.get(url("ticket", printer)).text
    assert "4 h 0 min of working time left" in page
    assert "16 h 0 min of working time left" in page

    clock.forward(hours=5)
    carla = site.visitor("carla@example.com")
    page = carla.get(url("ticket", printer)).text
    assert "late by 1 h 0 min of working time" in page
    site.runtime.build_worker().drain()
    clock.forward(minutes=2)
    site.runtime.build_worker().drain()
    counts = carla.get("/admin/service-levels").text
    assert 'href="/admin/service-levels?state=late&amp;policy=tickets">2<' in counts
    assert 'href="/admin/service-levels?state=paused&amp;policy=tickets">1<' in counts
    listed = carla.get("/admin/service-levels?state=paused&policy=tickets").text
    assert "Screen" in listed
    assert "Printer" not in listed
    assert "16 h 0 min of working time left when it goes on" in listed


def test_who_may_not_configure_sees_no_page_of_service_levels(desk: tuple[Site, FrozenClock]) -> None:
    site, _ = desk
    abe = site.visitor("abe@example.com")
    assert abe.get("/admin/service-levels").status_code == 403


def test_jobs_are_paused_and_go_on_again(desk: tuple[Site, FrozenClock]) -> None:
    site, _ = desk
    carla = site.visitor("carla@example.com")
    with site.runtime.database.write() as transaction:
        transaction.emit([JobRow("stages.watch")])
    data = {"csrf_token": carla.token, "kind": ""}
    assert carla.client.post("/admin/jobs/pause", data=data).status_code == 303
    assert "Every kind of job is paused." in carla.get("/admin/jobs").text
    assert site.runtime.build_worker().drain() == 0
    carla.client.post("/admin/jobs/resume", data={**data, "kind": "*"})
    assert "is paused" not in carla.get("/admin/jobs").text
    assert site.runtime.build_worker().drain() > 0
    with site.runtime.database.read() as transaction:
        job = transaction.list_jobs("done")[0]
    assert "Ordinary" in carla.get(f"/admin/jobs/{job['id']}").text
