"""Excel sheets."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from jimu.exchange.readers import ReadOptions, UnreadableFile, open_table


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("Empty")
        sheet = workbook.add_worksheet("Data")
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(2, 0, ["code", "amount", "count", "on", "at", "done", "name"])
        sheet.write_string(3, 0, "000001")
        sheet.write_number(3, 1, 0.1 + 0.2)
        sheet.write_number(3, 2, 7)
        sheet.write_datetime(3, 3, datetime(2026, 3, 4), day)
        sheet.write_datetime(3, 4, datetime(2026, 3, 4, 15, 30), moment)
        sheet.write_boolean(3, 5, True)
        sheet.write_string(3, 6, "*ST全新")
        sheet.write_string(5, 0, "000002")
    return path


def test_cells_keep_their_types_and_rows_the_numbers_of_the_sheet(book: Path) -> None:
    table = open_table(book)
    assert (table.format, table.sheet, table.sheets) == ("excel", "Data", ("Empty", "Data"))
    first, second = table.rows()
    on = first.cells[3]
    assert first.number == 4
    assert first.cells[:3] == ("000001", Decimal("0.3"), 7)
    assert on == datetime(2026, 3, 4) or on == date(2026, 3, 4)
    assert first.cells[4:] == (datetime(2026, 3, 4, 15, 30), True, "*ST全新")
    assert (second.number, second.cells) == (6, ("000002", None, None, None, None, None, None))


def test_a_sheet_can_be_named_and_an_unknown_one_is_said(book: Path) -> None:
    with pytest.raises(UnreadableFile, match="Data"):
        open_table(book, ReadOptions(sheet="Dada"))
    with pytest.raises(UnreadableFile, match="empty"):
        open_table(book, ReadOptions(sheet="Empty"))


def test_a_file_is_known_by_what_it_is_and_not_by_its_name(book: Path, tmp_path: Path) -> None:
    assert open_table(book.rename(tmp_path / "book.csv")).format == "excel"
    plain = tmp_path / "plain.xls"
    plain.write_text("a\tb\n1\t2\n", "utf-8")
    assert open_table(plain).format == "csv"


def test_a_broken_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK\x03\x04 this is no workbook")
    with pytest.raises(UnreadableFile):
        open_table(path)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused_unread(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jimu.exchange.readers.excel_reader.MAX_UNPACKED", 1 << 10)
    with pytest.raises(UnreadableFile, match="unpacks"):
        open_table(book)


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    """A gigabyte of zeros in a few megabytes."""
    path = tmp_path / "bomb.xlsx"
    zeros, name = bytes(1 << 24), "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open(name, "w") as part:
        for _ in range(66):
            part.write(zeros)
    assert path.stat().st_size < 8 << 20
    with pytest.raises(UnreadableFile, match="unpacks to 1056 MB"):
        open_table(path)


def test_two_cells_that_span_a_sheet_of_billions_are_refused_with_a_reason(tmp_path: Path) -> None:
    """As when somebody hit a key in the last cell: the process that reads must outlive it."""
    path = tmp_path / "corners.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Data")
        sheet.write_row(0, 0, ["name", "amount"])
        sheet.write_string(1_048_575, 16_383, "x")
    assert path.stat().st_size < 10_000
    with pytest.raises(UnreadableFile, match="too large to be read"):
        open_table(path)
