"""Days and moments: local time, steps of months and workdays. Nothing here asks for the time.

Dates run from year 1 to 9999; what leads out of that is blank. A local time that occurs twice (clocks put back)
means the second one, a local time that never occurs (clocks put forward) is counted with the offset before: as
PostgreSQL does.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from jimu.formulas.limits import MAX_DAYS, MAX_SECONDS, MAX_WORKDAYS

# Between moments and local times is converted only where every zone's local time is inside the calendar.
FIRST_MOMENT = datetime(1, 1, 2, tzinfo=UTC)
END_OF_MOMENTS = datetime(9999, 12, 31, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date.min, date.max
UNITS = ("day", "week", "month", "quarter", "year")


def local_date(moment: datetime, zone: ZoneInfo) -> date | None:
    local = to_local(moment, zone)
    return local.date() if local else None


def to_local(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """The wall-clock time of ``moment`` in ``zone``, naive; None on the calendar's first and last day."""
    return moment.astimezone(zone).replace(tzinfo=None) if FIRST_MOMENT <= moment < END_OF_MOMENTS else None


def from_local(local: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment at which the clocks of ``zone`` show ``local`` (naive); None on the calendar's first and last day."""
    if not FIRST_MOMENT <= local.replace(tzinfo=UTC) < END_OF_MOMENTS:
        return None
    offsets = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return (local - min(o for o in offsets if o is not None)).replace(tzinfo=UTC)


def make_date(year: int, month: int, day: int) -> date | None:
    if not (1 <= year <= 9999 and 1 <= month <= 12):
        return None
    return date(year, month, day) if 1 <= day <= monthrange(year, month)[1] else None


def make_time(hour: int, minute: int, second: int) -> time | None:
    if 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60:
        return time(hour, minute, second)
    return None


def add_days(day: date, days: int) -> date | None:
    if abs(days) > MAX_DAYS:
        return None
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def add_months(day: date, months: int) -> date | None:
    """``months`` later, on the same day of the month, or its last day where it is shorter."""
    if abs(months) > MAX_DAYS:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_seconds(moment: datetime, seconds: int) -> datetime | None:
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return None


def make_duration(seconds: int) -> timedelta | None:
    return timedelta(seconds=seconds) if abs(seconds) <= MAX_SECONDS else None


def seconds_of(length: timedelta) -> int:
    return length.days * 86_400 + length.seconds


def whole(amount: int, unit: int) -> int:
    """How many whole units are in ``amount``, towards zero."""
    return amount // unit if amount >= 0 else -(-amount // unit)


def months_between(start: date, end: date) -> int:
    """Whole months from ``start`` to ``end``; negative when ``end`` is earlier."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (end.day < start.day)


def years_between(start: date, end: date) -> int:
    return whole(months_between(start, end), 12)


def start_of(day: date, unit: str) -> date:
    if unit == "week":
        return date.fromordinal(day.toordinal() - day.weekday())
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return day.replace(month=1, day=1) if unit == "year" else day


def end_of(day: date, unit: str) -> date | None:
    if unit == "week":
        return add_days(day, 6 - day.weekday())
    if unit == "day":
        return day
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 3, "year": 12}[unit]
    return date(day.year, month, monthrange(day.year, month)[1])


def fiscal_year(day: date, first_month: int) -> int:
    """The calendar year in which the fiscal year of ``day`` begins."""
    return day.year - (day.month < first_month)


def fiscal_quarter(day: date, first_month: int) -> int:
    return (day.month - first_month) % 12 // 3 + 1


class WorkCalendar:
    """Which days are worked: Monday to Friday, less ``free`` and plus ``worked`` (both sorted, both real
    exceptions).
    """

    def __init__(self, holidays: Iterable[date], workdays: Iterable[date]) -> None:
        made_up = {d for d in workdays if d.weekday() >= 5}
        self.worked = sorted(made_up)
        self.free = sorted(d for d in set(holidays) if d.weekday() < 5 and d not in set(workdays))
        self._free, self._worked = frozenset(self.free), frozenset(self.worked)

    def is_workday(self, day: date) -> bool:
        return day in self._worked if day.weekday() >= 5 else day not in self._free

    def count_until(self, day: date) -> int:
        """The number of workdays from the beginning of the calendar up to and with ``day``."""
        weeks, rest = divmod(day.toordinal(), 7)  # 0001-01-01 has ordinal 1 and is a Monday
        return weeks * 5 + min(rest, 5) - bisect_right(self.free, day) + bisect_right(self.worked, day)

    def between(self, start: date, end: date) -> int:
        """The workdays after ``start`` up to and with ``end``; negative when ``end`` is earlier."""
        return self.count_until(end) - self.count_until(start)

    def add(self, day: date, count: int) -> date | None:
        """The ``count``-th workday after ``day`` (before it, if negative); ``day`` itself for 0."""
        if abs(count) > MAX_WORKDAYS:
            return None
        step = 1 if count > 0 else -1
        current, left = day.toordinal(), abs(count)
        while left:
            current += step
            if not 1 <= current <= date.max.toordinal():
                return None
            left -= self.is_workday(date.fromordinal(current))
        return date.fromordinal(current)


@lru_cache(maxsize=64)
def work_calendar(holidays: frozenset[date], workdays: frozenset[date]) -> WorkCalendar:
    return WorkCalendar(holidays, workdays)
