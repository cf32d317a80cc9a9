"""What every reader gives: a table file with headers and a stream of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from jimu.errors import BadRequest
from jimu.messages import Message

Cell = str | int | Decimal | bool | datetime | date | time | timedelta | None
"""CSV cells are always str; Excel cells keep the type that the sheet gave them; None is an empty cell."""


class UnreadableFile(BadRequest):
    """The file as a whole cannot be read as a table."""

    code = "unreadable_file"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What is known of a file beforehand; None means: find out."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` counts records as a spreadsheet shows them: the header is 1, the first data row 2.

    ``cells`` has one entry per header. ``surplus``: filled cells beyond the last header. ``broken``: set where the
    row could not be read.
    """

    number: int
    cells: tuple[Cell, ...]
    surplus: tuple[Cell, ...] = ()
    broken: Message | None = None


@dataclass(frozen=True)
class TableFile:
    """``headers`` are unique and never empty: see ``distinct_headers``. ``rows()`` starts from the first data row
    each time.

    ``size`` is what ``position`` (a callable given while rows are read) counts up to, in bytes or rows, for progress.
    """

    path: Path
    headers: tuple[str, ...]
    raw_headers: tuple[str, ...]
    format: str
    read: Callable[[], Iterator[Row]]
    size: int
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = field(default_factory=tuple)

    def rows(self) -> Iterator[Row]:
        return self.read()


def distinct_headers(headers: Sequence[str]) -> tuple[str, ...]:
    """Headers without outer space, empty ones named ``column N`` (N from 1), repeated ones numbered: name, name (2)."""
    found: dict[str, int] = {}
    result = []
    for position, header in enumerate(headers, start=1):
        name = " ".join(header.split()) or f"column {position}"
        found[name] = found.get(name, 0) + 1
        candidate = name if found[name] == 1 else f"{name} ({found[name]})"
        while candidate in result:
            found[name] += 1
            candidate = f"{name} ({found[name]})"
        result.append(candidate)
    return tuple(result)


def fit_row(number: int, cells: Sequence[Cell], width: int) -> Row:
    """The row padded or cut to ``width``; filled cells beyond it are kept as ``surplus``."""
    if len(cells) < width:
        cells = [*cells, *([""] * (width - len(cells)))]
    surplus = tuple(c for c in cells[width:] if c not in ("", None))
    return Row(number, tuple(cells[:width]), surplus)


def is_empty(cells: Sequence[Cell]) -> bool:
    return all(c is None or (isinstance(c, str) and not c.strip()) for c in cells)
