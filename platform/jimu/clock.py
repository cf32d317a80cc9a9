"""The clock, made injectable: nothing below the faces asks the operating system for the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

# Returns the present moment, aware, in UTC.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


def day_in(moment: datetime, zone: str) -> date:
    """The day that ``moment`` falls on in the time zone called ``zone``."""
    return moment.astimezone(ZoneInfo(zone)).date()
