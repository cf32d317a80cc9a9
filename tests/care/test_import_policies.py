"""What becomes of rows that duplicate rules take for records or for each other: skipped, updated, made, asked."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jimu.exchange.wizard.checking import RowFilter, checked_rows
from jimu.exchange.wizard.imports import DataImport, load_import, receive, set_plan
from jimu.exchange.wizard.jobs import start_check
from jimu.exchange.wizard.reasons import Reasons, reasons_of
from jimu.exchange.wizard.running import carry_import_on, start_run
from jimu.messages import Message, Text, keep_message
from jimu.records import Context
from tests.records.project import Project

# 2 sounds and reads like a stored record in other characters, 3 nearly so; 5 is row 4 in full width; 6 is new.
ROWS = (
    "name,city\n上海華為技術股份有限公司,沪\nAcme Tradimg Ltd.,Bonn\nGlobex GmbH,Kiel\nＧＬＯＢＥＸ,Ulm\nInitech,Jena\n"
)


@pytest.fixture
def boss(shop: Project, tmp_path: Path) -> Context:
    acting = shop.acting(shop.user("bea", "boss"))
    for name in ("上海华为技术有限公司", "Acme Trading"):
        shop.create("company", acting, name=name)
    return replace(acting, settings={**acting.settings, "home": tmp_path, "max_request_mb": 8})


def sent(context: Context, **plan: Any) -> DataImport:
    data = receive("firms.csv", io.BytesIO(ROWS.encode()), "company", context)
    return start_check(set_plan(data, {**data.plan, **plan}, context), context)


def taken_in(data: DataImport, context: Context) -> tuple[int, int, int, int]:
    start_run(load_import(data.id, context), context)
    run = carry_import_on(data.id, context)
    return run.made, run.changed - run.made, run.skipped, run.failures


def cities(shop: Project) -> dict[str, str | None]:
    return {shop.value("company", id, "name"): shop.value("company", id, "city") for id in shop.ids("company")}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("judge", (5, 0, 0, 0)), ("create", (5, 0, 0, 0)), ("skip", (2, 0, 3, 0)), ("update", (2, 3, 0, 0))],
)
def test_a_policy_holds_for_records_that_are_there_and_for_rows_of_the_file(
    shop: Project, boss: Context, policy: str, expected: tuple[int, int, int, int]
) -> None:
    data = sent(boss, duplicates=policy)
    foreseen = data.forecast["counts"]
    assert taken_in(data, boss) == expected
    told = (foreseen.get("created", 0), foreseen.get("updated", 0), foreseen.get("skipped", 0))
    assert told == expected[:3]
    if policy == "skip":
        assert cities(shop) == {
            "上海华为技术有限公司": None,
            "Acme Trading": None,
            "Globex GmbH": "Kiel",
            "Initech": "Jena",
        }
    if policy == "update":
        assert sorted(filter(None, cities(shop).values())) == ["Bonn", "Jena", "Ulm", "沪"]


def test_rows_that_are_asked_about_wait_for_a_decision_each_and_it_is_carried_out(shop: Project, boss: Context) -> None:
    data = sent(boss, duplicates="ask")
    asked, _ = checked_rows(data.id, boss, RowFilter("asked"))
    assert [row["row"] for row in asked] == [2, 3, 5]
    decided = {**data.plan, "decisions": {"2": "update", "3": "create"}}
    data = start_check(set_plan(data, decided, boss), boss)
    asked, _ = checked_rows(data.id, boss, RowFilter("asked"))
    assert [row["row"] for row in asked] == [5]
    assert taken_in(data, boss) == (3, 1, 1, 0)
    found = cities(shop)
    assert found["Acme Tradimg Ltd."] == "Bonn"
    assert found["Acme Trading"] is None
    assert found["Globex GmbH"] == "Kiel"
    assert "沪" in found.values()


def test_many_warnings_are_one_group_that_leads_to_its_rows(shop: Project, boss: Context) -> None:
    """And each row of the check keeps its own."""
    data = sent(boss)
    (reason,) = reasons_of(data.forecast)
    assert (reason.code, reason.header, reason.count, list(reason.first)) == ("duplicate", "name", 3, [2, 3, 5])
    assert reason.message.render() == "There may be a record of the same already: …."
    assert sorted(text for text, _ in reason.texts) == ["Acme Trading", "Globex GmbH", "上海华为技术有限公司"]
    rows, _ = checked_rows(data.id, boss, RowFilter(kind=reason.kind))
    assert [row["row"] for row in rows] == [2, 3, 5]
    assert [text.render().rpartition(": ")[2] for row in rows for _, _, text in row["problems"]][1] == "Acme Trading."


def test_thousands_of_warnings_stay_a_few_lines() -> None:
    found = Reasons()
    for row in range(2, 20_002):
        found.add(row, "duplicate", "name", keep_message(Message("There is {title}.", {"title": f"Firm {row % 9000}"})))
        if row % 2:
            found.add(row, "unknown", "x", keep_message(replace(_UNKNOWN, params={"field": _X, "text": "GTX"})))
    dumped = found.dump()
    many, other = reasons_of(dumped)
    assert (many.count, len(many.texts), many.first[0], many.more > 1000) == (20_000, 5, 2, True)
    assert (other.count, other.message.render(), other.texts) == (10_000, "No X like GTX.", [])
    assert len(str(dumped)) < 2_000


_X = Text.of("X")
_UNKNOWN = Message("No {field} like {text}.")
