"""Excel and OpenDocument sheets as tables. Cells keep the type the sheet gives them; text stays text, zeros and all."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from jimu.exchange.readers.probe import check_opens
from jimu.exchange.readers.table import (
    Cell,
    ReadOptions,
    Row,
    TableFile,
    UnreadableFile,
    distinct_headers,
    fit_row,
    is_empty,
)
from jimu.messages import Message

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
MAX_UNPACKED = 1 << 30
"""Bytes that a workbook may unpack to: the sheet is read into memory, and a small file can hold a huge one."""


def open_excel(path: Path, options: ReadOptions) -> TableFile:
    """The table in the sheet asked for, else in the first that holds one; raises UnreadableFile."""
    _check_size(path)
    check_opens(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise UnreadableFile(
            Message("{file} cannot be read as a workbook: {reason}.", {"file": path.name, "reason": str(error)})
        ) from None
    names = tuple(workbook.sheet_names)
    sheet = _choose(workbook, names, options.sheet, path)
    records = _records(sheet)
    header = next((cells for _, cells in records if not is_empty(cells)), None)
    if header is None:
        raise UnreadableFile(Message("The sheet {sheet} of {file} is empty.", {"sheet": sheet.name, "file": path.name}))
    raw = tuple(header_text(c) for c in _without_tail(header))
    headers = distinct_headers(raw)

    def read() -> Iterator[Row]:
        return _rows(sheet, len(headers))

    return TableFile(path, headers, raw, "excel", read, sheet.total_height, sheet=sheet.name, sheets=names)


def _check_size(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > MAX_UNPACKED:
        raise UnreadableFile(
            Message(
                "{file} unpacks to {n} MB, and at most {most} MB are read; divide it, or save it as CSV.",
                {"file": path.name, "n": unpacked >> 20, "most": MAX_UNPACKED >> 20},
            )
        )


def _choose(workbook: CalamineWorkbook, names: Sequence[str], wanted: str | None, path: Path) -> CalamineSheet:
    if wanted is not None:
        if wanted not in names:
            raise UnreadableFile(
                Message(
                    "{file} has no sheet called {sheet}; it has {sheets}.",
                    {"file": path.name, "sheet": wanted, "sheets": list(names)},
                )
            )
        return workbook.get_sheet_by_name(wanted)
    sheets = [workbook.get_sheet_by_name(name) for name in names]
    return next((s for s in sheets if s.total_height), sheets[0])


def _records(sheet: CalamineSheet) -> Iterator[tuple[int, list[Cell]]]:
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, [cell_value(c) for c in cells]


def _rows(sheet: CalamineSheet, width: int) -> Iterator[Row]:
    header_seen = False
    for number, cells in _records(sheet):
        if is_empty(cells):
            continue
        if header_seen:
            yield fit_row(number, cells, width)
        header_seen = True


def cell_value(value: Any) -> Cell:
    """A sheet's value: whole floats become int, others the decimal they are shown as; '' becomes None."""
    if value == "" or value is None:
        return None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        # Sheets compute in binary: 0.1 + 0.2 is shown as 0.3. Fifteen digits are what a sheet itself keeps.
        number = Decimal(f"{value:.15g}")
        return int(number) if number == number.to_integral_value() and abs(number) < 10**15 else number
    if isinstance(value, (str, bool, int, datetime, date, time, timedelta)):
        return value
    return str(value)


def header_text(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _without_tail(cells: Sequence[Cell]) -> list[Cell]:
    """The header row without empty cells behind its last filled one."""
    last = max((i for i, c in enumerate(cells) if not is_empty([c])), default=-1)
    return list(cells[: last + 1])
