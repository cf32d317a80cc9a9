"""The file of refused rows: every original column as it was, then the row's number, the codes and the reasons.

It can be corrected and imported again as it is: the three added columns are called like no field.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from jimu.exchange.importing.cells import text_of
from jimu.exchange.importing.rows import RowProblem
from jimu.exchange.readers import Cell, ReadOptions, TableFile, open_table
from jimu.messages import Translator

ADDED = ("import row", "import codes", "import reasons")


class Rejects:
    """Writes the file when the first row is refused; UTF-8 with a byte order mark, so that Excel shows it right."""

    def __init__(self, path: Path, table: TableFile, translate: Translator | None = None) -> None:
        self.path = path
        self.count = 0
        self._table = table
        self._translate = translate
        self._file: IO[str] | None = None
        self._writer: Any = None

    def keep_until(self, row: int) -> None:
        """Goes on with a file written before: rows after number ``row`` are taken out of it, as they will be read
        again.
        """
        if not self.path.exists():
            return
        old = open_table(self.path, ReadOptions(encoding="utf-8", delimiter=","))
        at = old.headers.index(ADDED[0]) if ADDED[0] in old.headers else None
        kept = (
            []
            if at is None
            else [r.cells for r in old.rows() if text_of(r.cells[at]).isdigit() and int(text_of(r.cells[at])) <= row]
        )
        self.path.unlink()
        for cells in kept:
            self._write([text_of(c) for c in cells])

    def add(self, number: int, cells: Sequence[Cell], problems: Sequence[RowProblem]) -> None:
        reasons = "; ".join(self._reason(p) for p in problems)
        self._write(
            [*(text_of(c) for c in cells), str(number), ", ".join(dict.fromkeys(p.code for p in problems)), reasons]
        )

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        """Removes a file left by an earlier run."""
        self.path.unlink(missing_ok=True)

    def _reason(self, problem: RowProblem) -> str:
        text = problem.message.render(self._translate)
        return f"{problem.header}: {text}" if problem.header else text

    def _write(self, cells: Sequence[str]) -> None:
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow([*self._table.raw_headers, *ADDED])
        self._writer.writerow(cells)
        self.count += 1


def rejects_path(path: Path, folder: Path | None, part: str = "") -> Path:
    """Beside the input; in ``folder``, else the working directory, where that can not be written to."""
    name = f"{path.stem}{part}.rejects.csv"
    if os.access(path.parent, os.W_OK):
        return path.parent / name
    return (folder or Path.cwd()) / name
