"""What an import did, as data; the faces say it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jimu.exchange.importing.rows import RowProblem
from jimu.messages import Text

SHOWN_PROBLEMS = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """``total`` is an estimate of the rows in the file, None when it is not known."""

    object: str
    label: Text
    done: int
    total: int | None


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    row: int
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True)
class ImportReport:
    """``rejected`` rows are in the file ``rejects`` (None: there are none); ``samples`` are the first of them.

    ``skipped``: records that were there already and were to be left alone. ``ignored``: columns that gave nothing.
    ``resumed_after``: number of the last row that an earlier, interrupted run had done.
    ``unit``: by which it can be taken back as a whole.
    """

    object: str
    label: Text
    file: Path
    dry_run: bool = False
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    rejects: Path | None = None
    samples: tuple[RejectedRow, ...] = ()
    ignored: tuple[str, ...] = ()
    resumed_after: int | None = None
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    unit: int | None = None
