"""For SQLite, which has no time zones: the local day of an instant, registered as ``jimu_local_day``."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from jimu.storage.tables import from_instant

_QUARTER_HOUR = 900_000_000  # no zone's offset changes within one since 1970


@lru_cache(maxsize=262_144)
def _day(quarter_hour: int, zone: str) -> str:
    return from_instant(quarter_hour * _QUARTER_HOUR).astimezone(ZoneInfo(zone)).date().isoformat()


def local_day(instant: int | None, zone: str) -> str | None:
    """YYYY-MM-DD in ``zone`` of microseconds since 1970."""
    return None if instant is None else _day(instant // _QUARTER_HOUR, zone)


def register_local_days(connection: Any) -> None:
    connection.create_function("jimu_local_day", 2, local_day, deterministic=True)
