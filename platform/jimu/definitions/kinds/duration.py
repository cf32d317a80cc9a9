"""Lengths of time as YAML writes them: ``2 workdays``, ``8 working hours``, ``3 days``, ``90 minutes``.

Working hours and workdays count by a business calendar, the others by the clock; see ``business_time.add``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

_UNITS = {
    "minute": "minutes",
    "hour": "hours",
    "day": "days",
    "week": "weeks",
    "working hour": "working_hours",
    "working minute": "working_minutes",
    "workday": "workdays",
    "working day": "workdays",
}
_WRITTEN = re.compile(r"(\d{1,5}) +([a-z]+(?: [a-z]+)?)")


@dataclass(frozen=True, slots=True)
class Duration:
    """``unit``: minutes, hours, days, weeks, working_minutes, working_hours or workdays."""

    amount: int
    unit: str

    @property
    def is_business(self) -> bool:
        return self.unit.startswith("work")

    @property
    def plain(self) -> timedelta:
        """As a length by the clock; for business units, of that much working time (0 for workdays, which have none)."""
        if self.unit == "workdays":
            return timedelta(0)
        return timedelta(**{self.unit.removeprefix("working_"): self.amount})

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.replace('_', ' ')}"


def parse_duration(text: str) -> Duration | None:
    """The duration that ``text`` writes; None if it is none."""
    match = _WRITTEN.fullmatch(text.strip().lower())
    if match is None:
        return None
    unit = _UNITS.get(match[2]) or _UNITS.get(match[2].removesuffix("s"))
    return Duration(int(match[1]), unit) if unit else None
