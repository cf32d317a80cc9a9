"""Opening a file as a table, by what it is and not only by its name."""

from __future__ import annotations

from pathlib import Path

from jimu.exchange.readers.csv_reader import open_csv
from jimu.exchange.readers.excel_reader import SUFFIXES, open_excel
from jimu.exchange.readers.table import ReadOptions, TableFile, UnreadableFile
from jimu.messages import Message

_WORKBOOK_HEADS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def open_table(path: Path, options: ReadOptions | None = None) -> TableFile:
    """The table in ``path``. Raises UnreadableFile when there is none, also when the file is missing."""
    options = options or ReadOptions()
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise UnreadableFile(
            Message("{file} cannot be opened: {reason}.", {"file": str(path), "reason": error.strerror or str(error)})
        ) from None
    is_workbook = head.startswith(_WORKBOOK_HEADS) or (path.suffix.lower() in SUFFIXES and not _is_text(head))
    return open_excel(path, options) if is_workbook else open_csv(path, options)


def _is_text(head: bytes) -> bool:
    """A CSV file that somebody named .xls is still a CSV file."""
    return b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff"))
