"""Importing rows as records, on both databases."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from jimu.errors import BadRequest
from jimu.exchange import open_table
from jimu.records import read
from tests.exchange.conftest import WriteCsv, reasons, rows_of, run_import
from tests.records.project import Project


def rejected(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_columns_find_their_fields_by_name_and_by_label_in_any_language(shop: Project, write_csv: WriteCsv) -> None:
    path = write_csv(["serial  NUMBER", "机器名称", "bought_on", "Colour"], ["007", "Lathe", "2026-03-04", "red"])
    report = run_import(shop, "machine", path)
    assert (report.created, report.rejected, report.ignored) == (1, 0, ("Colour",))
    assert rows_of(shop, "machine", "number", "name", "bought_on") == [("007", "Lathe", date(2026, 3, 4))]


def test_cells_become_what_their_fields_are(shop: Project, write_csv: WriteCsv) -> None:
    path = write_csv(
        ["number", "name", "price", "weight", "seen_at", "running", "state", "tags", "address_city", "notes"],
        ["1", " Saw ", "1,234.50", "0.125", "2026-03-04 15:30", "yes", "全新", "loud; old", "Leeds", "two\nlines"],
    )
    assert run_import(shop, "machine", path).rejected == 0
    (row,) = rows_of(
        shop,
        "machine",
        "name",
        "price",
        "weight",
        "seen_at",
        "running",
        "state",
        "tags",
        "address_city",
        "notes",
        "double",
    )
    assert row == (
        "Saw",
        Decimal("1234.50"),
        Decimal("0.125"),
        datetime(2026, 3, 4, 15, 30, tzinfo=UTC),
        True,
        "new",
        ["loud", "old"],
        "Leeds",
        "two\nlines",
        Decimal("2469.00"),
    )


def test_lookups_are_found_by_title_unique_field_or_the_field_that_the_map_names(
    shop: Project, write_csv: WriteCsv
) -> None:
    acme, bolt = shop.create("maker", name="Acme", code="A1"), shop.create("maker", name="Bolt", code="B2")
    path = write_csv(
        ["number", "name", "maker", "tested_by"],
        ["1", "x", "Acme", "Acme; B2"],
        ["2", "x", "B2", ""],
        ["3", "x", "acme", ""],
    )
    assert run_import(shop, "machine", path).rejected == 0
    assert rows_of(shop, "machine", "maker", order="number") == [(acme,), (bolt,), (acme,)]
    assert set(rows_of(shop, "machine", "tested_by", order="number")[0][0]) == {acme, bolt}
    by_code = write_csv(["number", "name", "maker"], ["4", "x", "Acme"], ["5", "x", "A1"], name="codes.csv")
    report = run_import(
        shop,
        "machine",
        by_code,
        {"columns": {"number": "number", "name": "name", "maker": {"field": "maker", "match": "code"}}},
    )
    assert (report.created, reasons(report)) == (1, [(2, "maker", "unknown_reference")])


def test_a_name_that_several_records_have_is_refused_and_not_guessed(shop: Project, write_csv: WriteCsv) -> None:
    shop.create("maker", name="Twin")
    shop.create("maker", name="Twin")
    report = run_import(shop, "machine", write_csv(["name", "maker"], ["x", "Twin"]))
    assert reasons(report) == [(2, "maker", "ambiguous_reference")]


def test_good_rows_are_stored_and_bad_ones_told_with_row_column_and_reason(shop: Project, write_csv: WriteCsv) -> None:
    path = write_csv(
        ["number", "name", "price", "state"],
        ["1", "good", "5", "new"],
        ["2", "", "6", "new"],
        ["3", "cheap", "13", ""],
        ["4", "odd", "many", "broken"],
        ["5", "also good", "", ""],
        ["5", "taken", "", ""],
    )
    report = run_import(shop, "machine", path)
    assert (report.read, report.created, report.rejected) == (6, 2, 4)
    assert {(row, column) for row, column, _ in reasons(report)} == {
        (3, "name"),
        (4, "price"),
        (5, "price"),
        (5, "state"),
        (7, "number"),
    }
    assert report.rejects is not None
    header, *refused = rejected(report.rejects)
    assert header == ["number", "name", "price", "state", "import row", "import codes", "import reasons"]
    assert [r[:5] for r in refused] == [
        ["2", "", "6", "new", "3"],
        ["3", "cheap", "13", "", "4"],
        ["4", "odd", "many", "broken", "5"],
        ["5", "taken", "", "", "7"],
    ]
    assert "Nobody sells for 13" in refused[1][6]


def test_refused_rows_once_corrected_import_from_the_same_file(shop: Project, write_csv: WriteCsv) -> None:
    first = run_import(shop, "machine", write_csv(["number", "name"], ["1", "a"], ["2", ""]))
    assert first.rejects is not None
    text = first.rejects.read_text("utf-8-sig").replace("2,,3", "2,found,3")
    first.rejects.write_text(text, "utf-8")
    assert run_import(shop, "machine", first.rejects).created == 1
    assert rows_of(shop, "machine", "name", order="number") == [("a",), ("found",)]


def test_a_key_makes_importing_again_an_update(shop: Project, write_csv: WriteCsv) -> None:
    before = write_csv(["number", "name", "price"], ["1", "Saw", "10"], ["2", "Lathe", "20"])
    after = write_csv(
        ["number", "name", "price"], ["2", "Lathe", "20"], ["1", "Saw", "11"], ["3", "Press", "30"], name="b.csv"
    )
    run_import(shop, "machine", before, {"key": "number"})
    report = run_import(shop, "machine", after, {"key": "number"})
    assert (report.created, report.updated, report.unchanged) == (1, 1, 1)
    assert rows_of(shop, "machine", "number", "price", order="number") == [
        ("1", Decimal(11)),
        ("2", Decimal(20)),
        ("3", Decimal(30)),
    ]


def test_records_that_are_there_can_be_left_alone(shop: Project, write_csv: WriteCsv) -> None:
    run_import(shop, "machine", write_csv(["number", "name"], ["1", "mine"]))
    report = run_import(
        shop,
        "machine",
        write_csv(["number", "name"], ["1", "theirs"], ["2", "new"]),
        {"key": "number", "existing": "skip"},
    )
    assert (report.created, report.skipped) == (1, 1)
    assert rows_of(shop, "machine", "name", order="number") == [("mine",), ("new",)]


def test_a_key_that_comes_twice_in_a_file_updates_what_the_first_row_made(shop: Project, write_csv: WriteCsv) -> None:
    report = run_import(
        shop,
        "machine",
        write_csv(["number", "name"], ["1", "a"], ["2", "b"], ["1", "c"], ["1", "d"]),
        {"key": "number"},
    )
    assert (report.created, report.updated) == (2, 2)
    assert rows_of(shop, "machine", "name", order="number") == [("d",), ("b",)]


def test_a_row_without_its_key_is_refused(shop: Project, write_csv: WriteCsv) -> None:
    report = run_import(shop, "machine", write_csv(["number", "name"], ["", "a"]), {"key": "number"})
    assert reasons(report) == [(2, "number", "key_blank")]


def test_empty_cells_leave_existing_values_alone_unless_told_to_clear_them(shop: Project, write_csv: WriteCsv) -> None:
    run_import(shop, "machine", write_csv(["number", "name", "price"], ["1", "a", "5"]))
    blank = write_csv(["number", "price"], ["1", ""])
    assert run_import(shop, "machine", blank, {"key": "number"}).unchanged == 1
    assert run_import(shop, "machine", blank, {"key": "number", "blanks": "clear"}).updated == 1
    assert rows_of(shop, "machine", "price") == [(None,)]


def test_rows_may_refer_to_rows_further_down(shop: Project, write_csv: WriteCsv) -> None:
    path = write_csv(
        ["code", "name", "parent"],
        ["1", "Child", "Mother"],
        ["2", "Mother", "Grandmother"],
        ["3", "Grandmother", ""],
        ["4", "Orphan", "Nobody"],
    )
    report = run_import(shop, "maker", path, {"key": "code"}, batch=1)
    assert (report.created, report.rejected) == (4, 1)
    assert reasons(report) == [(5, "parent", "unknown_reference")]
    ids = _codes(shop)
    assert dict(rows_of(shop, "maker", "code", "parent")) == {"1": ids["2"], "2": ids["3"], "3": None, "4": None}
    assert run_import(shop, "maker", path, {"key": "code"}).created == 0


def _codes(shop: Project) -> dict[str, int]:
    with shop.store.read() as transaction:
        return {code: ids[0] for code, ids in transaction.find_ids("maker", "code", ["1", "2", "3", "4"]).items()}


def test_a_dry_run_says_everything_and_stores_nothing(shop: Project, write_csv: WriteCsv) -> None:
    path = write_csv(["number", "name", "price"], ["1", "a", "5"], ["1", "b", "6"], ["2", "c", "13"])
    report = run_import(shop, "machine", path, dry_run=True, batch=1)
    assert (report.dry_run, report.created, report.rejected) == (True, 1, 2)
    assert rows_of(shop, "machine", "name") == []


def test_values_constants_formulas_and_conditions_of_a_map(shop: Project, write_csv: WriteCsv) -> None:
    path = write_csv(
        ["Kind", "Full Name", "Cost (k)", "state"],
        ["saw", "Big", "1.5", "N"],
        ["saw", "Small", "?", "whatever"],
        ["junk", "x", "1", "N"],
    )
    mapping: dict[str, Any] = {
        "columns": {
            "Full Name": "notes",
            "Cost (k)": {"field": "price", "multiply": 1000},
            "Kind": {"values": {"saw": "Saw"}},
            "state": {"field": "state", "values": {"N": "new", "*": "used"}},
        },
        "formulas": {"name": "kind + ' ' + lower(full_name)"},
        "set": {"running": True, "tags": ["imported"]},
        "where": "kind != 'junk'",
        "empty": ["?"],
    }
    report = run_import(shop, "machine", path, mapping)
    assert (report.read, report.created, reasons(report)) == (2, 2, [])
    assert rows_of(shop, "machine", "name", "price", "state", "running", "tags", order="name") == [
        ("Saw big", Decimal(1500), "new", True, ["imported"]),
        ("Saw small", None, "used", True, ["imported"]),
    ]


def test_the_order_of_day_and_month_is_told_by_the_column_or_the_map(shop: Project, write_csv: WriteCsv) -> None:
    shown = write_csv(["name", "bought_on"], ["a", "03/04/2026"], ["b", "25/04/2026"])
    assert run_import(shop, "machine", shown).rejected == 0
    assert rows_of(shop, "machine", "bought_on", order="name") == [(date(2026, 4, 3),), (date(2026, 4, 25),)]
    unclear = write_csv(["name", "bought_on"], ["c", "03/04/2026"], name="unclear.csv")
    assert reasons(run_import(shop, "machine", unclear)) == [(2, "bought_on", "ambiguous_date")]
    assert run_import(shop, "machine", unclear, {"dates": "month_first"}).created == 1
    assert run_import(shop, "machine", unclear, {"dates": "%d/%m/%Y"}).created == 1
    assert {d for (d,) in rows_of(shop, "machine", "bought_on")} == {
        date(2026, 4, 3),
        date(2026, 4, 25),
        date(2026, 3, 4),
    }


def test_only_the_first_row_of_each_combination(shop: Project, write_csv: WriteCsv) -> None:
    path = write_csv(["maker", "machine"], ["Acme", "1"], ["Bolt", "2"], ["Acme", "3"], ["", "4"])
    report = run_import(shop, "maker", path, {"columns": {"maker": "name"}, "distinct": ["maker"]})
    assert (report.read, report.created) == (2, 2)


def test_a_map_that_does_not_fit_is_told_whole_before_anything_is_stored(shop: Project, write_csv: WriteCsv) -> None:
    mapping = {
        "columns": {"Nam": "name", "price": "prize", "double": "double"},
        "key": "number",
        "formulas": {"notes": "nothing + 1"},
    }
    with pytest.raises(BadRequest) as caught:
        run_import(shop, "machine", write_csv(["name", "price", "double"], ["a", "1", "2"]), mapping)
    assert {p.code for p in caught.value.problems} >= {
        "unknown_column",
        "unknown_field",
        "not_writable",
        "key_not_mapped",
    }
    assert "name" in str(next(p.message for p in caught.value.problems if p.code == "unknown_column"))
    assert rows_of(shop, "machine", "name") == []


def test_a_file_with_no_known_header_is_refused(shop: Project, write_csv: WriteCsv) -> None:
    with pytest.raises(BadRequest) as caught:
        run_import(shop, "machine", write_csv(["foo", "bar"], ["1", "2"]))
    assert [p.code for p in caught.value.problems] == ["nothing_mapped"]


def test_excel_sheets_import_with_their_types(shop: Project, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["number", "name", "price", "bought_on", "running"])
        sheet.write_string(1, 0, "0042")
        sheet.write_number(1, 1, 17)
        sheet.write_number(1, 2, 19.99)
        sheet.write_datetime(1, 3, datetime(2026, 3, 4), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_boolean(1, 4, True)
    assert run_import(shop, "machine", path).rejected == 0
    assert rows_of(shop, "machine", "number", "name", "price", "bought_on", "running") == [
        ("0042", "17", Decimal("19.99"), date(2026, 3, 4), True)
    ]


def test_an_actor_imports_with_their_own_rights_only(shop: Project, write_csv: WriteCsv) -> None:
    clerk = shop.acting(shop.user("cleo", "clerk"))
    report = run_import(shop, "machine", write_csv(["name", "price"], ["a", "5"]), context=clerk)
    assert (report.created, report.rejected) == (0, 1)
    assert run_import(shop, "machine", write_csv(["name"], ["a"]), context=clerk).created == 1


def test_history_says_that_an_import_made_it(shop: Project, write_csv: WriteCsv) -> None:
    run_import(shop, "machine", write_csv(["name"], ["a"], name="march.csv"))
    with shop.store.read() as transaction:
        ((id,),) = transaction.find_ids("machine", "name", ["a"]).values()
    (item,) = read.history("machine", id, shop.system).items
    assert (item.action, item.via, item.reason) == ("create", "import", "import march.csv")


def test_rows_of_the_wrong_length_and_apostrophes_before_formulas(shop: Project, write_csv: WriteCsv) -> None:
    path = write_csv(["number", "name"], ["1", "'=SUM(A1)"], ["2", "b", "surplus"], ["3"], ["4", "*ST"])
    report = run_import(shop, "machine", path)
    assert reasons(report) == [(3, "", "too_many_cells"), (4, "name", "required")]
    assert rows_of(shop, "machine", "name", order="number") == [("=SUM(A1)",), ("*ST",)]
    assert report.rejects is not None
    assert open_table(report.rejects).headers[-1] == "import reasons"
