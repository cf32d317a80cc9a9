"""Days of a time zone, computed in SQL: the same as Python says, at every change of the clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jimu.formulas.types import Environment
from jimu.storage import Store
from jimu.storage.query import Aggregate, Group, Measure
from jimu.storage.zone_offsets import BEGIN, END, offsets
from tests.storage.samples import stamps

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = ["UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"]


def _moments(zone: ZoneInfo) -> list[datetime]:
    """Around midnight at every change of the clocks, and at both ends of what is spelt out."""
    changes = [EPOCH + timedelta(microseconds=until) for until, _ in offsets(zone)]
    days = [*changes, BEGIN, END, datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)]
    moments = {day + timedelta(microseconds=m) for day in days for m in (-1, 0, 1)}
    for day in days:
        midnight = day.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        for more in (0, 1):
            at = (midnight + timedelta(days=more)).replace(tzinfo=zone).astimezone(UTC)
            moments |= {at, at - timedelta(microseconds=1)}
    return sorted(moments)


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("bucket", ["day", "month"])
def test_buckets_are_those_of_the_local_clock(store: Store, name: str, bucket: str) -> None:
    zone = ZoneInfo(name)
    moments = _moments(zone)
    with store.write() as tx:
        tx.insert("lead", [{**stamps(), "name": str(at), "called_at": at} for at in moments])
        groups = tx.aggregate(Aggregate("lead", [Measure("count")], [Group(("called_at",), bucket, "on")],
                                        environment=Environment(zone=zone)))
    begins: Callable[[date], date] = (lambda day: day.replace(day=1)) if bucket == "month" else (lambda day: day)
    expected: dict[date, int] = {}
    for at in moments:
        on = begins(at.astimezone(zone).date())
        expected[on] = expected.get(on, 0) + 1
    assert {g["on"]: g["count"] for g in groups} == expected
