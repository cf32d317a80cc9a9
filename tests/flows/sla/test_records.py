"""Service levels on records: their state is in fields, they warn, they tell what was missed, they count anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jimu.flows.sla.watching import watch_clocks
from jimu.records import Create, Delete, ListRequest, Restore, Update, read, write
from jimu.records.schema import build_schema
from jimu.storage import Store, counted
from tests.records.project import Project, build_manifest, prepared_project

FILES = {
    "objects/m/ticket.yaml": """
label: Ticket
title: "{name}"
fields:
  name: {type: text, required: true}
  priority: {type: picklist, options: [low, high], default: low}
  state: {type: picklist, options: [new, waiting, solved], default: new}
  answered: {type: boolean, default: false}
  escalated: {type: boolean, default: false}
  answer_by: {type: datetime}
  answer_late: {type: boolean}
  solve_by: {type: datetime}
  solve_state: {type: picklist, options: [running, paused, met, missed]}
  solve_late: {type: boolean}
  solve_left: {type: duration}
  remaining: {type: formula, returns: duration, formula: "coalesce(solve_left, solve_by - now())"}
""",
    "flows/calendars/office.yaml": """
label: Office
default: true
hours: {monday: ["9:00-17:00"], tuesday: ["9:00-17:00"], wednesday: ["9:00-17:00"], thursday: ["9:00-17:00"]}
""",
    "flows/automations/urgent.yaml": """
label: Urgent by its words
object: ticket
when: created
at: before
if: "starts_with(name, 'URGENT')"
do: [{set: {priority: high}}]
""",
    "flows/sla/tickets.yaml": """
label: Tickets
object: ticket
clocks:
  answer:
    stop: "answered"
    targets: [{when: "priority == 'high'", within: 1 working hour}, {within: 4 working hours}]
    keep: {due: answer_by, breached: answer_late}
  solve:
    pause: "state == 'waiting'"
    stop: "state == 'solved'"
    targets: [{when: "priority == 'high'", within: 1 workday}, {within: 16 working hours}]
    keep: {due: solve_by, state: solve_state, breached: solve_late, left: solve_left}
    warn:
      - {percent: 50, do: [{notify: {to: owner, subject: "{name}: half the time"}}]}
      - {before: 1 working hour, do: [{notify: {to: owner, subject: "{name}: an hour left"}}]}
    breach:
      - {set: {escalated: true}}
      - {notify: {to: manager, subject: "{name} is late"}}
""",
}


@pytest.fixture
def desk(backend: str, tmp_path: Path) -> Iterator[Project]:
    with prepared_project(backend, tmp_path, FILES) as project:
        project.clock.now = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
        yield project


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def told(desk: Project) -> list[str]:
    return [n.title for n in read.list_records(ListRequest("notification", order=("id",)), desk.system).records]


def watch(desk: Project, moment: datetime) -> None:
    desk.clock.now = moment
    watch_clocks(None, desk.system)
    watch_clocks(None, desk.system)


def values(desk: Project, ticket: int, *names: str) -> tuple[Any, ...]:
    record = read.get("ticket", ticket, desk.system)
    return tuple(record.values[name] for name in names)


def test_the_state_is_in_the_records_own_fields(desk: Project) -> None:
    ticket = desk.create("ticket", name="Printer")
    assert values(desk, ticket, "answer_by", "solve_by", "solve_state", "solve_late") == (
        at(2, 13), at(3, 17), "running", False,
    )  # fmt: skip
    assert desk.ids("ticket", where="solve_by < datetime(date(2026, 3, 4)) and solve_state == 'running'") == {ticket}


def test_another_priority_counts_anew(desk: Project) -> None:
    ticket = desk.create("ticket", name="Printer")
    write.write(Update("ticket", ticket, {"priority": "high"}), desk.system)
    assert values(desk, ticket, "answer_by", "solve_by") == (at(2, 10), at(3, 9))


def test_waiting_for_the_customer_stops_the_time(desk: Project) -> None:
    ticket = desk.create("ticket", name="Printer")
    desk.clock.now = at(2, 11)
    write.write(Update("ticket", ticket, {"state": "waiting"}), desk.system)
    assert values(desk, ticket, "solve_state") == ("paused",)
    desk.clock.now = at(3, 11)
    write.write(Update("ticket", ticket, {"state": "new"}), desk.system)
    assert values(desk, ticket, "solve_state", "solve_by") == ("running", at(4, 17))


def test_what_is_left_stands_still_while_the_clock_does_and_sorts_in_the_database(desk: Project) -> None:
    first, second = (desk.create("ticket", name=name) for name in ("Printer", "Screen"))
    desk.clock.now = at(2, 11)
    write.write(Update("ticket", first, {"state": "waiting"}), desk.system)
    assert values(desk, first, "solve_left") == (timedelta(hours=14),)
    assert values(desk, second, "solve_left") == (None,)
    desk.clock.now = at(3, 16)
    assert values(desk, first, "remaining") == (timedelta(hours=14),)
    assert values(desk, second, "remaining") == (timedelta(hours=1),)
    by_time = read.list_records(ListRequest("ticket", order=("remaining",)), desk.system).records
    assert [r.id for r in by_time] == [second, first]
    assert desk.ids("ticket", where="remaining < hours(2)") == {second}
    desk.clock.now = at(4, 10)
    write.write(Update("ticket", second, {"state": "solved"}), desk.system)
    assert values(desk, second, "solve_left") == (timedelta(hours=-1),)


def test_solving_in_time_or_late_is_told_apart(desk: Project) -> None:
    quick, slow = desk.create("ticket", name="Printer"), desk.create("ticket", name="Screen")
    desk.clock.now = at(3, 12)
    write.write(Update("ticket", quick, {"state": "solved"}), desk.system)
    desk.clock.now = at(4, 12)
    write.write(Update("ticket", slow, {"state": "solved"}), desk.system)
    assert values(desk, quick, "solve_state", "solve_late") == ("met", False)
    assert values(desk, slow, "solve_state", "solve_late") == ("missed", True)


def test_warnings_and_the_missed_end_are_told_once(desk: Project) -> None:
    boss = desk.user("Bo")
    owner = desk.user("Kim", manager=boss)
    ticket = desk.create("ticket", name="Printer", owner=owner, answered=True)
    watch(desk, at(2, 16))
    assert told(desk) == []
    watch(desk, at(3, 9))
    assert told(desk) == ["Printer: half the time"]
    watch(desk, at(3, 16))
    assert told(desk)[1:] == ["Printer: an hour left"]
    assert values(desk, ticket, "solve_late", "escalated") == (False, False)
    watch(desk, at(4, 9))
    watch(desk, at(4, 10))
    assert told(desk)[2:] == ["Printer is late"]
    assert values(desk, ticket, "solve_late", "escalated", "solve_state") == (True, True, "running")


def test_what_was_slept_through_is_told_as_late_without_its_warnings(desk: Project) -> None:
    owner = desk.user("Kim", manager=desk.user("Bo"))
    desk.create("ticket", name="Printer", owner=owner, answered=True)
    watch(desk, at(10, 9))
    assert told(desk) == ["Printer is late"]


def test_a_record_in_the_bin_is_left_alone_and_seen_again_when_it_is_restored(desk: Project) -> None:
    owner = desk.user("Kim", manager=desk.user("Bo"))
    ticket = desk.create("ticket", name="Printer", owner=owner, answered=True)
    write.write(Delete("ticket", ticket), desk.system)
    watch(desk, at(5, 9))
    assert told(desk) == []
    write.write(Restore("ticket", ticket), desk.system)
    watch(desk, at(5, 10))
    assert told(desk) == ["Printer is late"]


def test_another_calendar_counts_running_clocks_anew(desk: Project) -> None:
    ticket = desk.create("ticket", name="Printer")
    shorter = FILES["flows/calendars/office.yaml"].replace("9:00-17", "9:00-13")
    changed = {**FILES, "flows/calendars/office.yaml": shorter}
    manifest = build_manifest(changed)
    later = replace(desk, manifest=manifest, store=Store(desk.database, build_schema(manifest)))
    later.clock.now = at(2, 10)
    watch_clocks(None, later.system)
    assert values(later, ticket, "solve_by") == (at(5, 13),)


def test_clocks_of_many_records_are_counted_anew_together(desk: Project) -> None:
    """What it costs in statements does not grow with the records, neither by a write nor by another calendar."""
    made = write.write_many([Create("ticket", {"name": f"Ticket {n}"}) for n in range(60)], desk.system)
    tickets = [row.record.id for row in made.rows if row.record is not None]
    spent = []
    for some in (tickets[:10], tickets[10:60]):
        with counted() as work:
            write.write_many([Update("ticket", id, {"priority": "high"}) for id in some], desk.system)
        spent.append(work.queries)
    assert spent[1] <= spent[0] + 5
    assert {values(desk, t, "answer_by", "solve_by") for t in tickets} == {(at(2, 10), at(3, 9))}

    shorter = FILES["flows/calendars/office.yaml"].replace("9:00-17", "9:30-13")
    manifest = build_manifest({**FILES, "flows/calendars/office.yaml": shorter})
    later = replace(desk, manifest=manifest, store=Store(desk.database, build_schema(manifest)))
    watch_clocks(None, later.system)
    assert {values(later, t, "answer_by") for t in tickets} == {(datetime(2026, 3, 2, 10, 30, tzinfo=UTC),)}


def test_a_clock_goes_by_what_an_automation_sets_in_the_same_write(desk: Project) -> None:
    ticket = desk.create("ticket", name="URGENT printer")
    assert values(desk, ticket, "priority", "answer_by") == ("high", at(2, 10))
    assert desk.ids("sla_clock", where="clock == 'answer' and target == '1 working hours'")


def test_state_fields_are_filtered_and_sorted_by_the_database(desk: Project) -> None:
    late, soon = desk.create("ticket", name="Late"), desk.create("ticket", name="URGENT soon")
    wanted = ListRequest("ticket", where="solve_state == 'running'", order=("solve_by",))
    listed = read.list_records(wanted, desk.system)
    assert [r.id for r in listed.records] == [soon, late]
    watch(desk, at(10, 9))
    assert desk.ids("ticket", where="solve_late") == {late, soon}


def test_clocks_are_records_that_can_be_asked_about(desk: Project) -> None:
    desk.create("ticket", name="Printer")
    rows = read.list_records(ListRequest("sla_clock", order=("clock",)), desk.system).records
    assert [(r.values["policy"], r.values["clock"], r.values["target"]) for r in rows] == [
        ("tickets", "answer", "4 working hours"),
        ("tickets", "solve", "16 working hours"),
    ]
