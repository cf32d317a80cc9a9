"""Formula fields that are computed when read stand in the views for reports, with the values that Jimu shows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg

from jimu.access.actor import SYSTEM
from jimu.records import Create, write
from tests.revisions.conftest import MACHINE, Workshop

MAKER = """
label: Maker
title: "{name}"
fields:
  name: {type: text}
  country: {type: text}
  founded: {type: date}
  rating: {type: decimal, scale: 1}
"""

FIELDS = (
    "maker: {type: lookup, to: maker}",
    "made_on: {type: date}",
    "country: {type: formula, returns: text, formula: 'maker.country'}",
    "rating: {type: formula, returns: decimal, scale: 1, formula: 'maker.rating'}",
    "is_old: {type: formula, returns: boolean, formula: 'made_on < today()'}",
    "age: {type: formula, returns: integer, formula: 'days_between(made_on, today())'}",
    "seen: {type: formula, returns: datetime, formula: 'now()'}",
    "label: {type: formula, returns: text, formula: 'maker.name'}",
    "mine: {type: formula, returns: boolean, formula: 'owner == user'}",
    "loud: {type: formula, returns: text, formula: 'upper(maker.country)'}",
    "due: {type: formula, returns: date, formula: 'add_workdays(made_on, 5)'}",
)


def rows(workshop: Workshop, text: str) -> list[dict[str, Any]]:
    """What another program reads: it has none of the engine's functions."""
    url = workshop.url
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(text)]
    with psycopg.connect(url.replace("+psycopg", ""), row_factory=psycopg.rows.dict_row) as other:
        return other.execute(text).fetchall()  # type: ignore[arg-type]


def build(workshop: Workshop, *fields: str) -> None:
    workshop.write("objects/workshop/maker.yaml", MAKER)
    workshop.apply(workshop.machine(*(fields or FIELDS)))


def fill(workshop: Workshop) -> None:
    maker = write.write(Create("maker", {"name": "Emco", "country": "AT", "rating": "4.5"}),
                        workshop.runtime.context(SYSTEM)).id
    workshop.add(name="Lathe", price="10.25", maker=maker, made_on="2020-01-01")
    workshop.add(name="Mill", made_on="2999-01-01")


def test_formulas_over_lookups_have_their_values_in_the_view(workshop: Workshop) -> None:
    build(workshop)
    fill(workshop)
    lathe, mill = rows(workshop, "SELECT country, rating, label FROM v_machine ORDER BY name")
    assert (lathe["country"], Decimal(str(lathe["rating"])), lathe["label"]) == (
        "AT", Decimal("4.5"), "Emco")
    assert (mill["country"], mill["rating"]) == (None, None)
    assert workshop.values("country") == ["AT", None]
    assert workshop.values("rating") == [Decimal("4.5"), None]
    assert workshop.values("label") == [lathe["label"], mill["label"]]


def test_the_moment_and_the_day_are_the_databases_own_in_the_zone_of_the_workspace(workshop: Workshop) -> None:
    build(workshop)
    fill(workshop)
    lathe, mill = rows(workshop, "SELECT is_old, age, seen FROM v_machine ORDER BY name")
    assert (bool(lathe["is_old"]), bool(mill["is_old"])) == (True, False)
    days = (datetime.now(UTC).date() - date(2020, 1, 1)).days
    assert int(lathe["age"]) in (days - 1, days)
    seen = lathe["seen"]
    moment = seen if isinstance(seen, datetime) else datetime.fromisoformat(seen).replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 600


def test_today_is_the_day_that_the_clocks_of_the_zone_show(workshop: Workshop) -> None:
    found = set()
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        text = f"name: workshop\nlabel: Workshop\nextends: []\ntime_zone: {zone}"
        workshop.write("workspace.yaml", text)
        build(workshop, "day: {type: formula, returns: date, formula: 'today()'}")
        if not found:
            workshop.add(name="Lathe")
        [row] = rows(workshop, "SELECT day FROM v_machine")
        found.add(str(row["day"]))
    assert len(found) == 2, "26 hours lie between the two zones"


def test_what_a_view_cannot_know_is_left_out_and_a_comment_says_so(workshop: Workshop) -> None:
    build(workshop)
    fill(workshop)
    [first, *_] = rows(workshop, "SELECT * FROM v_machine")
    assert not {"mine", "due"} & set(first)
    if workshop.runtime.database.capabilities.comments:
        [row] = rows(workshop, "SELECT obj_description('v_machine'::regclass) AS said")
    else:
        [row] = rows(workshop, "SELECT sql AS said FROM sqlite_master WHERE name = 'v_machine'")
    assert "mine (depends on the user)" in row["said"]
    assert "due (depends on the work calendar)" in row["said"]
    # Other programs that open the SQLite file have none of the engine's functions.
    assert ("loud" in first) is not ("loud (only Jimu can compute it)" in row["said"])
    assert ("loud" in first) is workshop.runtime.database.capabilities.exact_numeric


def test_a_formula_that_changes_or_goes_changes_the_view_and_what_stands_in_it_keeps_its_place(
    workshop: Workshop,
) -> None:
    build(workshop, *FIELDS[:3])
    fill(workshop)
    before = list(rows(workshop, "SELECT * FROM v_machine")[0])
    build(workshop, FIELDS[0], FIELDS[1], "country: {type: formula, returns: text, formula: 'maker.name'}",
          "weight: {type: integer}")
    assert [r["country"] for r in rows(workshop, "SELECT country FROM v_machine ORDER BY name")] == ["Emco", None]
    if workshop.runtime.database.capabilities.comments:
        assert list(rows(workshop, "SELECT * FROM v_machine")[0])[: len(before)] == before
    workshop.apply(workshop.machine(*FIELDS[:2], base=MACHINE), allow=("all",))
    assert "country" not in rows(workshop, "SELECT * FROM v_machine")[0]
