"""A table of holidays and made-up workdays as the YAML of a business calendar."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jimu.errors import BadRequest, Problem
from jimu.messages import Message

DAY_COLUMNS = ("date", "day", "日期")
KIND_COLUMNS = ("kind", "type", "类型")
NAME_COLUMNS = ("festival", "name", "holiday", "名称")
_KINDS: Mapping[str, str] = {
    "holiday": "holidays",
    "off": "holidays",
    "休": "holidays",
    "makeup_workday": "workdays",
    "workday": "workdays",
    "班": "workdays",
}
UNREADABLE = Message("The table cannot be read.")


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """``kind``: holidays or workdays."""

    day: date
    kind: str
    name: str


def read_days(path: Path, years: Sequence[int] = ()) -> list[SpecialDay]:
    """The days of a CSV with a header (``DAY_COLUMNS``, ``KIND_COLUMNS``, ``NAME_COLUMNS``), in order; ``years`` () =
    all. Raises BadRequest with every problem by its row.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[date, SpecialDay] = {}
    problems: list[Problem] = []
    for number, row in enumerate(rows, 2):
        day, kind = _day(_pick(row, DAY_COLUMNS)), _KINDS.get(_pick(row, KIND_COLUMNS).strip().lower())
        if day is None or kind is None:
            message = Message("Row {row}: a day like 2026-10-01 and holiday or workday are needed.", {"row": number})
            problems.append(Problem("bad_row", message))
        elif not years or day.year in years:
            found[day] = SpecialDay(day, kind, _pick(row, NAME_COLUMNS).strip())
    if problems:
        raise BadRequest(UNREADABLE, problems)
    return [found[day] for day in sorted(found)]


def _pick(row: Mapping[str, str | None], names: Iterable[str]) -> str:
    by_name = {(key or "").strip().lower(): value for key, value in row.items()}
    return next((by_name[name] or "" for name in names if name in by_name), "")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        return None


def calendar_yaml(days: Sequence[SpecialDay], label: str, zone: str, hours: Sequence[str]) -> str:
    """The text of a calendar with ``hours`` from Monday to Friday and the days that differ."""
    lines = [f"label: {_quoted(label)}"]
    if zone:
        lines.append(f"zone: {zone}")
    lines.append("hours:")
    written = ", ".join(f'"{span}"' for span in hours)
    lines += [f"  {day}: [{written}]" for day in ("monday", "tuesday", "wednesday", "thursday", "friday")]
    for kind in ("holidays", "workdays"):
        chosen = [d for d in days if d.kind == kind]
        if chosen:
            lines.append(f"{kind}:")
            lines += [f"  - {_written(day)}" for day in chosen]
    return "\n".join(lines) + "\n"


def _written(day: SpecialDay) -> str:
    return f"{{day: {day.day.isoformat()}, name: {_quoted(day.name)}}}" if day.name else day.day.isoformat()


def _quoted(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
