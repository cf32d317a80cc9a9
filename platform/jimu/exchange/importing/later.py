"""References to rows of the same file, kept aside until all rows are there: an account's parent may stand below it.

They lie in a file of one JSON text a line, so that a long import needs no more memory and a killed one loses none.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True, slots=True)
class LaterReference:
    """``names``: field -> texts that name the records it points at. ``cells``: the row as text, for the file of
    refused rows.
    """

    row: int
    id: int
    names: Mapping[str, list[str]]
    cells: list[str]


class LaterReferences:
    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file = _open(path)
        self.count = 0

    def add(self, reference: LaterReference) -> None:
        self._file.write(
            json.dumps([reference.row, reference.id, dict(reference.names), reference.cells], ensure_ascii=False) + "\n"
        )
        self.count += 1

    def flush(self) -> None:
        self._file.flush()

    def read(self, until: int | None = None) -> Iterator[LaterReference]:
        """All of them; with ``until`` only those of rows up to that number (the rest was not stored before a kill)."""
        self._file.seek(0)
        for line in self._file:
            try:
                row, id, names, cells = json.loads(line)
            except ValueError:
                continue  # the last line, cut short by the kill
            if until is None or row <= until:
                yield LaterReference(row, id, names, cells)

    def keep_until(self, row: int) -> None:
        """Forgets what belongs to rows after number ``row``."""
        kept = list(self.read(until=row))
        self._file.seek(0)
        self._file.truncate()
        self.count = 0
        for reference in kept:
            self.add(reference)

    def close(self) -> None:
        self._file.close()


def _open(path: Path | None) -> IO[str]:
    """The file at ``path``, what it holds already included; without a path one that goes when it is closed."""
    if path is None:
        return tempfile.TemporaryFile("w+", encoding="utf-8")
    return path.open("a+", encoding="utf-8")
