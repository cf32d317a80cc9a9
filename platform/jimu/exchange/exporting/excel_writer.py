"""Excel files, written row by row in constant memory. Text is never taken for a formula or a link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter

from jimu.errors import TooLarge
from jimu.exchange.exporting.columns import ExportColumn, OutCell
from jimu.messages import Message

MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
EXACT_DIGITS = 15
"""Digits that Excel keeps of a number; longer ones are written as text."""


def write_excel(
    file: IO[bytes], columns: Sequence[ExportColumn], rows: Iterable[Sequence[OutCell]], zone: ZoneInfo
) -> int:
    """Writes the header and ``rows``; returns how many rows. Moments are shown in ``zone``. Raises TooLarge."""
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    try:
        sheet = book.add_worksheet("Records")
        formats = {
            "header": book.add_format({"bold": True, "bottom": 1}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "time": book.add_format({"num_format": "hh:mm:ss"}),
        }
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(columns) - 1, 0), 16)
        for position, column in enumerate(columns):
            sheet.write_string(0, position, column.header, formats["header"])
        count = 0
        for count, row in enumerate(rows, start=1):
            if count >= MAX_ROWS:
                raise TooLarge(
                    Message("An Excel sheet holds {max} rows; export to CSV instead.", {"max": MAX_ROWS - 1})
                )
            for position, cell in enumerate(row):
                _write(sheet, count, position, cell, formats, zone)
    finally:
        book.close()
    return count


def _write(sheet: Any, row: int, position: int, cell: OutCell, formats: dict[str, Any], zone: ZoneInfo) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, position, cell)
    elif isinstance(cell, (int, Decimal)):
        _write_number(sheet, row, position, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, position, cell.astimezone(zone).replace(tzinfo=None), formats["moment"])
    elif isinstance(cell, date):
        # Excel's calendar begins in 1900.
        if cell.year < 1900:
            sheet.write_string(row, position, cell.isoformat())
        else:
            sheet.write_datetime(row, position, cell, formats["date"])
    elif isinstance(cell, time):
        sheet.write_datetime(row, position, cell, formats["time"])
    else:
        sheet.write_string(row, position, cell[:MAX_TEXT])


def _write_number(sheet: Any, row: int, position: int, number: int | Decimal) -> None:
    digits = len(Decimal(number).normalize().as_tuple().digits)
    if digits > EXACT_DIGITS:
        sheet.write_string(row, position, f"{number:f}" if isinstance(number, Decimal) else str(number))
    else:
        sheet.write_number(row, position, number)
