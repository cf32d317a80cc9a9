"""The clock, made injectable: nothing below the faces asks the operating system for the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

# Returns the present moment, aware, in UTC.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)
