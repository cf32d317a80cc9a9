"""CSV files: RFC 4180, UTF-8, with a byte order mark where Excel is to read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import IO

from jimu.exchange.exporting.columns import ExportColumn, OutCell
from jimu.exchange.spreadsheet_safety import protect


def write_csv(
    file: IO[bytes], columns: Sequence[ExportColumn], rows: Iterable[Sequence[OutCell]], *, mark: bool = True
) -> int:
    """Writes the header and ``rows`` into ``file``; returns how many rows. ``mark``: begin with a byte order mark."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig" if mark else "utf-8", newline="", write_through=False)
    writer = csv.writer(text)
    writer.writerow([protect(c.header) for c in columns])
    count = 0
    for row in rows:
        writer.writerow([cell_text(cell, column) for cell, column in zip(row, columns, strict=True)])
        count += 1
    text.flush()
    text.detach()
    return count


def cell_text(cell: OutCell, column: ExportColumn) -> str:
    """A cell as text: plain decimals, ISO dates, moments in UTC."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return protect(cell) if column.is_text else cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(cell)
