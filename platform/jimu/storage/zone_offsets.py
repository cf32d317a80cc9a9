"""Days of a time zone in SQL, for a database without time zones: what a zone's clocks show is written into the query.

Between ``BEGIN`` and ``END`` the zone's offsets are spelt out; other moments, which are rare, are left to Python.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

BEGIN, END = datetime(2010, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@lru_cache(maxsize=64)
def offsets(zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
    """(until, seconds east of UTC) in ascending order; ``until`` in microseconds since 1970, the last is ``END``."""
    found: list[tuple[int, int]] = []
    at, offset = BEGIN, _offset(zone, BEGIN)
    while at < END:
        following = min(at + _DAY, END)
        if _offset(zone, following) != offset:
            changed = _change(zone, at, following)
            found.append((_micros(changed), offset))
            offset = _offset(zone, changed)
        at = following
    return (*found, (_micros(END), offset))


def local_day(moment: Any, zone: ZoneInfo, name: Any) -> Any:
    """The local date of ``moment`` (microseconds since 1970) as ISO text; ``name``: the zone as SQL text."""
    def number(value: int) -> Any:
        return sa.literal_column(str(value), sa.BigInteger())

    python = sa.func.jimu_local_day(moment, name)
    seconds = moment // number(1_000_000)
    spelt = [(moment < number(until), sa.func.date(seconds + number(offset), sa.literal_column("'unixepoch'")))
             for until, offset in offsets(zone)]
    return sa.case((moment < number(_micros(BEGIN)), python), *spelt, else_=python)


def _offset(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the offset changes between the two."""
    low, high = 0, int((after - before).total_seconds())
    offset = _offset(zone, before)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, before + timedelta(seconds=middle)) == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
