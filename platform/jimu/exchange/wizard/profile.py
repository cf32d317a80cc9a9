"""What a file holds: its columns with their commonest values, and what these tell of dates, numbers and blanks."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from jimu.exchange.importing.cells import text_of
from jimu.exchange.importing.headers import folded
from jimu.exchange.readers import Cell, TableFile

MOST_VALUES = 60
_MOST_COUNTED = 5_000
_MOST_SHOWN = 80

_SAID = """
? - -- --- . / #n/a n/a na n.a. nan nil none null (null) undefined select choose unknown unspecified tbd empty blank
(blank) 无 暂无 没有 未知 空 请选择 未填 不详 無 暫無 沒有 請選擇 未填寫 不詳
"""
PLACEHOLDERS = frozenset(_SAID.split()) | {"please select", "not available", "not specified", "not applicable", "\\"}
"""Texts, case folded, by which people and programs say that there is nothing."""

_DAY_MONTH = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.](\d{2,4})\b")
_MOMENT = re.compile(
    r"\s*(\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}"
    r"|\d{1,2}\.? [a-z]{3,9}\.?,? \d{4}|[a-z]{3,9}\.? \d{1,2},? \d{4})",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^[-+(]?[^\d\w]{0,3}\d[\d.,' \u00a0]*\d?\s?[%)]?$")


@dataclass(frozen=True)
class ColumnProfile:
    """``values``: the commonest texts and how often each; ``distinct``: how many there are (at most what is counted).

    ``day_first``, ``month_first``: cells that can only be read so; ``either``: those that could be both. ``dates``:
    cells that the sheet itself calls dates; ``numbers``: texts that look like numbers, ``moments``: like dates.
    """

    header: str
    raw: str
    filled: int = 0
    distinct: int = 0
    longest: int = 0
    values: Sequence[Sequence[Any]] = ()
    day_first: int = 0
    month_first: int = 0
    either: int = 0
    dates: int = 0
    numbers: int = 0
    either_example: str = ""
    moments: int = 0

    @property
    def placeholders(self) -> list[tuple[str, int]]:
        """Texts that probably mean nothing, with how often they stand there."""
        return [(str(text), int(n)) for text, n in self.values if str(text).strip().casefold() in PLACEHOLDERS]

    @property
    def examples(self) -> list[str]:
        return [str(text)[:_MOST_SHOWN] for text, _ in self.values[:3]]

    @property
    def format_known(self) -> str:
        """The order of day and month where the column shows it."""
        if self.day_first and not self.month_first:
            return "day_first"
        return "month_first" if self.month_first and not self.day_first else ""

    @property
    def is_ambiguous(self) -> bool:
        """Whether its dates can be read in two ways, and nothing in the column decides."""
        return self.either > 0 and bool(self.day_first) == bool(self.month_first)


@dataclass(frozen=True)
class FileProfile:
    """``rows``: how many there are besides the header; ``broken``: those that cannot be read as a row."""

    format: str
    columns: Sequence[ColumnProfile]
    rows: int = 0
    broken: int = 0
    surplus: int = 0
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: Sequence[str] = field(default_factory=tuple)

    @property
    def headers(self) -> list[str]:
        return [column.header for column in self.columns]

    @property
    def shape(self) -> str:
        """What files of the same making have in common: the set of their headers."""
        text = "\n".join(sorted(folded(column.header) or column.header for column in self.columns))
        return hashlib.sha256(text.encode()).hexdigest()[:40]

    def dump(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> FileProfile:
        return cls(**{**given, "columns": [ColumnProfile(**column) for column in given["columns"]]})


class _Counting:
    """One column while its cells go by."""

    def __init__(self, header: str, raw: str) -> None:
        self.header, self.raw = header, raw
        self.counts: Counter[str] = Counter()
        self.filled = self.longest = self.dates = 0

    def add(self, cell: Cell) -> None:
        if cell is None or cell == "":
            return
        self.dates += isinstance(cell, date)
        text = cell.strip() if isinstance(cell, str) else text_of(cell)
        if not text:
            return
        self.filled += 1
        if len(text) > self.longest:
            self.longest = len(text)
        if text in self.counts or len(self.counts) < _MOST_COUNTED:
            self.counts[text[:200]] += 1

    def profile(self) -> ColumnProfile:
        day = month = either = numbers = moments = 0
        example = ""
        for text, n in self.counts.items():
            numbers += n * bool(_NUMBER.match(text))
            moments += n * bool(_MOMENT.match(text))
            order = _order_of(text)
            day, month = day + n * (order == "day"), month + n * (order == "month")
            if order == "either":
                either, example = either + n, example or text
        values = [[text, n] for text, n in self.counts.most_common(MOST_VALUES)]
        return ColumnProfile(
            self.header,
            self.raw,
            self.filled,
            len(self.counts),
            self.longest,
            values,
            day,
            month,
            either,
            self.dates,
            numbers,
            example,
            moments,
        )


def _order_of(text: str) -> str:
    found = _DAY_MONTH.match(text)
    if not found:
        return ""
    first, second = int(found[1]), int(found[2])
    if first > 31 or second > 31 or (first > 12 and second > 12) or not first or not second:
        return ""
    if first > 12:
        return "day"
    if second > 12:
        return "month"
    return "" if first == second else "either"


def profile_of(table: TableFile) -> FileProfile:
    """Reads the whole file once. Raises UnreadableFile where it breaks off."""
    columns = [_Counting(h, raw) for h, raw in zip(table.headers, table.raw_headers, strict=True)]
    rows = broken = surplus = 0
    for row in table.rows():
        rows += 1
        broken += row.broken is not None
        surplus += bool(row.surplus)
        _add(columns, row.cells)
    return FileProfile(
        table.format,
        [c.profile() for c in columns],
        rows,
        broken,
        surplus,
        table.encoding,
        table.delimiter,
        table.sheet,
        tuple(table.sheets),
    )


def _add(columns: Iterable[_Counting], cells: Iterable[Cell]) -> None:
    for column, cell in zip(columns, cells, strict=True):
        column.add(cell)
