"""Exporting records, and importing what was exported."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jimu.errors import BadRequest, Forbidden
from jimu.exchange import ExportRequest, export_file, open_table
from jimu.exchange.spreadsheet_safety import protect, unprotect
from tests.exchange.conftest import rows_of, run_import
from tests.records.project import Project

FIELDS = (
    "number",
    "name",
    "price",
    "weight",
    "bought_on",
    "seen_at",
    "running",
    "state",
    "tags",
    "maker",
    "notes",
    "address_city",
)


@pytest.fixture
def stocked(shop: Project) -> Project:
    acme = shop.create("maker", name="Acme", code="A1")
    shop.create(
        "machine",
        number="001",
        name="Saw",
        price="1234.50",
        weight="0.125",
        bought_on="2026-03-04",
        state="new",
        seen_at="2026-03-04T15:30:00Z",
        running=True,
        tags=["loud", "old"],
        maker=acme,
        notes='two\nlines, "quoted"',
        address={"city": "Leeds"},
    )
    shop.create("machine", number="002", name="=cmd|' /C calc'!A0", notes="-1+1", state="used", running=False)
    shop.create("machine", number="'=odd", name="锯床", price="99999999999999.99")
    return shop


def exported(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_text_that_a_spreadsheet_would_run_is_kept_from_it(stocked: Project, tmp_path: Path) -> None:
    path = tmp_path / "machines.csv"
    assert export_file(path, ExportRequest("machine", order=("number",)), stocked.system) == 3
    rows = {row["name"] for row in exported(path)}
    assert rows == {"Saw", "'=cmd|' /C calc'!A0", "锯床"}
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_an_exported_file_imports_back_unchanged(stocked: Project, tmp_path: Path, suffix: str) -> None:
    before = rows_of(stocked, "machine", *FIELDS)
    path = tmp_path / f"machines{suffix}"
    export_file(path, ExportRequest("machine", format="xlsx" if suffix == ".xlsx" else "csv"), stocked.system)
    report = run_import(stocked, "machine", path)
    assert (report.read, report.unchanged, report.rejected) == (3, 3, 0)
    assert rows_of(stocked, "machine", *FIELDS) == before


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_was_changed_after_the_export_is_changed_back_by_the_id(
    stocked: Project, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"machines{suffix}"
    export_file(
        path,
        ExportRequest("machine", fields=("id", "name"), format="xlsx" if suffix == ".xlsx" else "csv"),
        stocked.system,
    )
    assert run_import(stocked, "machine", path, {"columns": {"id": "id", "name": "notes"}}).updated == 3
    assert {n for (n,) in rows_of(stocked, "machine", "notes")} == {"Saw", "=cmd|' /C calc'!A0", "锯床"}


def test_labels_are_for_people(stocked: Project, tmp_path: Path) -> None:
    chinese = replace(stocked.system, actor=replace(stocked.system.actor, locale="zh-CN"))
    path = tmp_path / "x.csv"
    export_file(
        path,
        ExportRequest("machine", fields=("number", "name", "state", "maker"), where="number == '001'", labels=True),
        chinese,
    )
    (row,) = exported(path)
    assert row["机器名称"] == "Saw"
    assert "全新" in row.values()
    assert "Acme" in row.values()


def test_only_what_the_filter_and_the_fields_say(stocked: Project, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    assert (
        export_file(
            path, ExportRequest("machine", where="state == 'new'", fields=("number", "address")), stocked.system
        )
        == 1
    )
    (row,) = exported(path)
    assert row["number"] == "001"
    assert row["address_city"] == "Leeds"
    with pytest.raises(BadRequest) as caught:
        export_file(path, ExportRequest("machine", fields=("numbr", "nothing")), stocked.system)
    assert [p.field for p in caught.value.problems] == ["numbr", "nothing"]
    assert path.exists()


def test_an_actor_exports_only_what_they_may_read(stocked: Project, tmp_path: Path) -> None:
    clerk = stocked.acting(stocked.user("cleo", "clerk"))
    stocked.create("machine", clerk, name="Mine")
    path = tmp_path / "x.csv"
    assert export_file(path, ExportRequest("machine"), clerk) == 1
    (row,) = exported(path)
    assert row["name"] == "Mine"
    assert "price" not in row
    assert "double" not in row
    with pytest.raises(BadRequest):
        export_file(path, ExportRequest("machine", fields=("price",)), clerk)
    with pytest.raises(Forbidden):
        export_file(tmp_path / "y.csv", ExportRequest("machine"), stocked.acting(stocked.user("lou", "looker")))
    assert not (tmp_path / "y.csv").exists()


def test_all_pages_come_once_whatever_the_order(workshop: Project, tmp_path: Path) -> None:
    from jimu.records import Create
    from jimu.records.write import write_many

    write_many([Create("machine", {"number": f"{n:04}", "name": "same"}) for n in range(1201)], workshop.system)
    path = tmp_path / "x.csv"
    assert export_file(path, ExportRequest("machine", order=("name",), fields=("number",)), workshop.system) == 1201
    assert {row["number"] for row in exported(path)} == {f"{n:04}" for n in range(1201)}


def test_excel_cells_are_numbers_dates_and_plain_text(stocked: Project, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    export_file(path, ExportRequest("machine", format="xlsx", order=("number",)), stocked.system)
    table = open_table(path)
    rows = {
        row.cells[table.headers.index("name")]: dict(zip(table.headers, row.cells, strict=True)) for row in table.rows()
    }
    saw = rows["Saw"]
    assert (saw["number"], saw["price"], saw["running"]) == ("001", Decimal("1234.5"), True)
    assert saw["bought_on"] in (date(2026, 3, 4), datetime(2026, 3, 4))
    assert abs(saw["seen_at"].replace(tzinfo=UTC) - datetime(2026, 3, 4, 15, 30, tzinfo=UTC)) < timedelta(seconds=1)  # type: ignore[union-attr]
    assert "=cmd|' /C calc'!A0" in rows
    assert rows["锯床"]["price"] == "99999999999999.99"


@given(st.text(alphabet=st.sampled_from("'=+-@\t\rab1 ("), max_size=6))
def test_protection_is_taken_off_exactly(text: str) -> None:
    safe = protect(text)
    assert unprotect(safe) == text or text.startswith("'") is False
    assert unprotect(protect(text)) == text
    assert safe[:1] not in ("=", "@", "-", "\t", "\r")
