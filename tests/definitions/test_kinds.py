"""Further kinds of definition: one entry gives them everything that a kind has."""

from __future__ import annotations

from datetime import date

from jimu.definitions import json_schema
from jimu.definitions.diff import compare
from jimu.definitions.kinds import KINDS
from jimu.definitions.uses import build_uses
from tests.definitions.workspaces import loaded, manifest_of

OFFICE = """\
    label: {en: Office, zh-CN: 办公室, zh-TW: 辦公室}
    zone: Asia/Shanghai
    hours: {monday: ["9:00-12:00", "13:30-18:00"], friday: ["9:00-15:00"]}
    holidays:
      - 2026-10-01
      - {day: 2026-12-31, hours: ["9:00-12:00"], name: {en: New Year's Eve, zh-CN: 除夕, zh-TW: 除夕}}
    workdays: [{day: 2026-10-10, name: {en: Made up, zh-CN: 调休, zh-TW: 補班}}]
"""
PATH = "flows/calendars/office.yaml"


def test_a_calendar_knows_its_hours_and_the_days_that_differ() -> None:
    office = manifest_of({PATH: OFFICE}).all("calendar")["office"]
    assert office.hours[0] == ((540, 720), (810, 1080))
    assert office.hours[1] == ()
    assert office.days == {
        date(2026, 10, 1): (),
        date(2026, 12, 31): ((540, 720),),
        date(2026, 10, 10): ((540, 720), (810, 1080)),
    }
    assert office.names[date(2026, 10, 10)].get("zh-CN") == "调休"


def test_a_change_of_a_further_kind_is_part_of_the_difference() -> None:
    before, after = manifest_of({}), manifest_of({PATH: OFFICE})
    (added,) = compare(before, after)
    assert (added.what, added.part, added.address) == ("added", "calendar", "calendar:office")
    later = manifest_of({PATH: OFFICE.replace("Asia/Shanghai", "Asia/Taipei")})
    (changed,) = compare(after, later)
    assert (changed.key, changed.before, changed.after) == ("zone", "Asia/Shanghai", "Asia/Taipei")


def test_a_retired_definition_of_a_further_kind_is_not_there() -> None:
    assert manifest_of({PATH: OFFICE + "    retired: true\n"}).all("calendar") == {}


def test_a_file_in_a_folder_of_no_kind_is_told() -> None:
    manifest, _ = loaded({"flows/calendar/office.yaml": OFFICE})
    assert manifest is not None
    assert manifest.all("calendar") == {}


def test_every_further_kind_has_a_schema_with_a_title() -> None:
    for kind in KINDS:
        schema = json_schema(kind.name)
        assert schema["title"]
        assert f"{kind.folder}/<name>.yaml" in schema["description"], kind.name


def test_where_used_knows_what_automations_read_and_change() -> None:
    automation = """\
        label: Told
        object: person
        when: {updated: [email]}
        if: "not is_blank(salary)"
        do:
          - set: {name: {formula: "upper(email)"}}
          - {update: {via: company, where: "employees > 1", set: {industry: steel}}}
    """
    manifest = manifest_of({"flows/automations/told.yaml": automation})
    uses = build_uses(manifest)
    for address in ("person.email", "person.salary", "person.name", "company.employees", "company.industry"):
        assert [u.source for u in uses.of(address) if u.how == "automation"], address
