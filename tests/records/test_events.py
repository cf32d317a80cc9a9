"""Events: told after the commit, queued for those who listen, never for what was taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from jimu.errors import Invalid
from jimu.hookspecs import hookimpl
from jimu.records import Context, Create, Delete, Update, write
from jimu.records.events import Event, EventListener
from tests.records.project import Project


class Listening:
    def __init__(self) -> None:
        self.heard: list[Event] = []

    @hookimpl
    def jimu_event_listeners(self) -> Iterable[EventListener]:
        return (EventListener("deal_won", frozenset({"deal"}), frozenset({"update"}), frozenset({"stage"})),)

    @hookimpl
    def jimu_after_write(self, events: list[Event], context: Context) -> None:
        self.heard += events


@pytest.fixture
def listening(project: Project) -> Listening:
    plugin = Listening()
    project.plugins.register(plugin)
    return plugin


def waiting(project: Project) -> list[dict[str, Any]]:
    with project.store.read() as transaction:
        return transaction.list_jobs("waiting")


def test_events_say_what_happened(project: Project, listening: Listening) -> None:
    deal = project.create("deal", name="D")
    line = project.create("line", deal=deal, what="x")
    write.write(Update("deal", deal, {"stage": "won"}), project.system)
    write.write(Delete("deal", deal), project.system)
    told = [(e.object, e.id, e.action) for e in listening.heard]
    assert told[:3] == [("deal", deal, "create"), ("line", line, "create"), ("deal", deal, "update")]
    assert set(told[3:]) == {("deal", deal, "delete"), ("line", line, "delete")}
    assert listening.heard[2].changed == ("stage",)


def test_a_job_is_queued_for_who_listens_and_only_then(project: Project, listening: Listening) -> None:
    deal = project.create("deal", name="D")
    write.write(Update("deal", deal, {"name": "E"}), project.system)
    assert waiting(project) == []
    write.write(Update("deal", deal, {"stage": "won"}), project.system)
    (job,) = waiting(project)
    assert job["kind"] == "deal_won"


def test_what_is_taken_back_is_never_told(project: Project, listening: Listening) -> None:
    with pytest.raises(Invalid):
        write.write(Create("deal", {}), project.system)
    write.write_many([Create("deal", {"name": "D"}), Create("deal", {})], project.system)
    deal = project.create("deal", name="D")
    listening.heard.clear()
    write.write(Update("deal", deal, {"name": "D"}), project.system)
    with pytest.raises(Invalid), write.unit_of_work(project.system) as unit:  # noqa: PT012 - what comes before is undone
        write.write(Update("deal", deal, {"stage": "won"}), unit)
        write.write(Create("deal", {}), unit)
    assert listening.heard == []
    assert waiting(project) == []


def test_a_unit_tells_all_its_events_after_the_commit(project: Project, listening: Listening) -> None:
    with write.unit_of_work(project.system) as unit:
        write.write(Create("deal", {"name": "D"}), unit)
        assert listening.heard == []
        write.write(Create("deal", {"name": "E"}), unit)
    assert [e.action for e in listening.heard] == ["create", "create"]
