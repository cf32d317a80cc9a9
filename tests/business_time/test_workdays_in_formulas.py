"""Formulas count workdays by the default business calendar, in Python and in both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from jimu.business_time import calendar_of_person, exceptions_of
from jimu.errors import BadRequest
from tests.records.project import Project, build_manifest, prepared_project

FILES = {
    "objects/m/visit.yaml": """
label: Visit
title: "{name}"
fields:
  name: {type: text, required: true}
  day: {type: date}
  until: {type: formula, returns: date, formula: "add_workdays(day, 3)"}
  left: {type: formula, returns: integer, formula: "workdays_between(day, date(2026, 3, 20))"}
  is_worked: {type: formula, returns: boolean, formula: "is_workday(day)"}
  office_until: {type: formula, returns: date, formula: "add_workdays(day, 1, 'office')"}
  office_left: {type: formula, returns: integer, formula: "workdays_between(day, date(2026, 3, 20), 'office')"}
  begins: {type: datetime}
  ends: {type: datetime}
  worked: {type: duration}
  baked: {type: duration}
  ready: {type: datetime}
""",
    "flows/automations/times.yaml": """
label: Times
object: visit
when: saved
at: before
if: "not is_blank(begins)"
do:
  - set:
      worked: {formula: "working_time(begins, ends, 'office')"}
      baked: {formula: "working_time(begins, ends)"}
      ready: {formula: "add_working_time(begins, hours(10), 'office')"}
""",
    "flows/calendars/bakery.yaml": """
label: Bakery, Tuesday to Saturday
default: true
hours: {tuesday: ["6:00-14:00"], wednesday: ["6:00-14:00"], thursday: ["6:00-14:00"], friday: ["6:00-14:00"],
        saturday: ["6:00-12:00"]}
holidays: [2026-03-05]
workdays: [2026-03-09]
""",
    "flows/calendars/office.yaml": """
label: Office
departments: [BER]
hours: {monday: ["9:00-17:00"]}
""",
}


@pytest.fixture
def bakery(backend: str, tmp_path: Path) -> Iterator[Project]:
    with prepared_project(backend, tmp_path, FILES) as project:
        yield project


def test_workdays_of_formulas_are_those_of_the_default_calendar(bakery: Project) -> None:
    # Wednesday the 4th: Thursday is a holiday, Sunday free, Monday the 9th is made up.
    visit = bakery.create("visit", name="Flour", day=date(2026, 3, 4))
    sunday = bakery.create("visit", name="Sugar", day=date(2026, 3, 8))
    shown = [bakery.value("visit", visit, name) for name in ("until", "left", "is_worked")]
    assert shown == [date(2026, 3, 9), 12, True]
    assert bakery.ids("visit", where="until == date(2026, 3, 9) and left == 12") == {visit}
    assert bakery.ids("visit", where="not is_worked") == {sunday}
    assert bakery.ids("visit", where="is_workday(day)") == {visit}


def test_a_formula_may_name_the_calendar_that_it_counts_by(bakery: Project) -> None:
    # The office works on Mondays only; of those the bakery works on the 9th alone.
    visit = bakery.create("visit", name="Flour", day=date(2026, 3, 4))
    monday = bakery.create("visit", name="Sugar", day=date(2026, 3, 16))
    assert [bakery.value("visit", visit, name) for name in ("office_until", "office_left")] == [date(2026, 3, 9), 2]
    assert bakery.ids("visit", where="office_until == date(2026, 3, 9) and office_left == 2") == {visit}
    assert bakery.ids("visit", where="is_workday(day, 'office')") == {monday}
    assert bakery.ids("visit", where="add_workdays(day, 2, 'office') == date(2026, 3, 30)") == {monday}


def test_working_time_is_counted_by_the_hours_of_the_calendar(bakery: Project) -> None:
    moments = {"begins": datetime(2026, 3, 6, 12, tzinfo=UTC), "ends": datetime(2026, 3, 9, 12, tzinfo=UTC)}
    visit = bakery.create("visit", name="Flour", **moments)
    assert [bakery.value("visit", visit, name) for name in ("worked", "baked", "ready")] == [
        timedelta(hours=3), timedelta(hours=2 + 6 + 6), datetime(2026, 3, 16, 11, tzinfo=UTC),
    ]  # fmt: skip


def test_a_calendar_that_is_not_there_is_told_where_it_is_named(bakery: Project) -> None:
    with pytest.raises(BadRequest) as caught:
        bakery.ids("visit", where="is_workday(day, 'ofice')")
    assert [str(p.message) for p in caught.value.problems] == [
        "There is no calendar called ofice. Did you mean office?"
    ]
    broken = {**FILES, "objects/m/visit.yaml": FILES["objects/m/visit.yaml"].replace("1, 'office'", "1, 'ofice'")}
    with pytest.raises(AssertionError, match="unknown_calendar"):
        build_manifest(broken)


def test_without_a_default_calendar_it_is_monday_to_friday(backend: str, tmp_path: Path) -> None:
    files = {name: text for name, text in FILES.items() if "bakery" not in name}
    with prepared_project(backend, tmp_path, files) as project:
        visit = project.create("visit", name="Flour", day=date(2026, 3, 6))
        assert project.value("visit", visit, "until") == date(2026, 3, 11)
        assert project.ids("visit", where="until == date(2026, 3, 11)") == {visit}


def test_a_person_works_by_the_calendar_of_the_nearest_department_that_has_one() -> None:
    manifest = build_manifest(FILES)
    assert calendar_of_person(manifest, ["SALES", "BER"]).name == "office"
    assert calendar_of_person(manifest, ["SALES"]).name == "bakery"
    free, worked = exceptions_of(calendar_of_person(manifest, ["SALES"]))
    assert date(2026, 3, 5) in free
    assert date(2026, 3, 2) in free
    assert {date(2026, 3, 7), date(2026, 3, 9)} <= worked
