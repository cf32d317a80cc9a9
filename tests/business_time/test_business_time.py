"""Working time by a calendar, held to a count minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jimu.business_time import (
    ALWAYS,
    NoEnd,
    add_workdays,
    add_working_time,
    find_calendar,
    is_workday,
    next_working_moment,
    spans_of,
    workdays_between,
    working_time_between,
)
from jimu.definitions.kinds.calendar import CalendarDef
from jimu.errors import NotFound
from jimu.messages import Text
from tests.definitions.workspaces import manifest_of

NINE_TO_SIX = ((540, 720), (810, 1080))
OFFICE = CalendarDef(
    "office", Text({"en": "Office"}), "Asia/Shanghai", (NINE_TO_SIX,) * 5 + ((), ()),
    {date(2026, 10, 1): (), date(2026, 10, 2): (), date(2026, 10, 10): NINE_TO_SIX},
)  # fmt: skip
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


def test_hours_go_over_lunch_nights_weekends_and_holidays() -> None:
    assert add_working_time(OFFICE, at(2026, 9, 30, 11, 30), timedelta(hours=1)) == at(2026, 9, 30, 14, 0)
    # Wednesday 17:00 + 2 h: Thursday and Friday are holidays, then the weekend.
    assert add_working_time(OFFICE, at(2026, 9, 30, 17), timedelta(hours=2)) == at(2026, 10, 5, 10)
    # Saturday the 10th is made up.
    assert add_working_time(OFFICE, at(2026, 10, 9, 17), timedelta(hours=2)) == at(2026, 10, 10, 10)
    assert working_time_between(OFFICE, at(2026, 9, 30, 17), at(2026, 10, 5, 10)) == timedelta(hours=2)


def test_a_duration_that_fills_a_day_ends_with_the_day() -> None:
    assert add_working_time(OFFICE, at(2026, 9, 28, 9), timedelta(hours=7, minutes=30)) == at(2026, 9, 28, 18)
    assert add_working_time(OFFICE, at(2026, 9, 26, 12), timedelta(0)) == at(2026, 9, 28, 9)


def test_workdays_keep_the_time_of_day_within_working_hours() -> None:
    assert add_workdays(OFFICE, at(2026, 9, 29, 10), 2) == at(2026, 10, 5, 10)
    assert add_workdays(OFFICE, at(2026, 9, 29, 12, 30), 1) == at(2026, 9, 30, 13, 30)
    assert add_workdays(OFFICE, at(2026, 9, 27, 20), 1) == at(2026, 9, 29, 9)
    short = CalendarDef("s", Text({}), "UTC", (((540, 1080),), ((540, 720),)) + ((),) * 5)
    assert add_workdays(short, datetime(2026, 9, 28, 17, tzinfo=UTC), 1) == datetime(2026, 9, 29, 12, tzinfo=UTC)


def test_workdays_are_counted_both_ways() -> None:
    assert workdays_between(OFFICE, date(2026, 9, 30), date(2026, 10, 10)) == 6
    assert workdays_between(OFFICE, date(2026, 10, 10), date(2026, 9, 30)) == -6
    assert is_workday(OFFICE, date(2026, 10, 10))
    assert not is_workday(OFFICE, date(2026, 10, 1))


def test_the_day_on_which_clocks_change_is_as_long_as_it_is() -> None:
    berlin = CalendarDef("b", Text({}), "Europe/Berlin", (((0, 1440),),) * 7)
    zone = ZoneInfo("Europe/Berlin")
    spring = datetime(2026, 3, 29, tzinfo=zone), datetime(2026, 3, 30, tzinfo=zone)
    autumn = datetime(2026, 10, 25, tzinfo=zone), datetime(2026, 10, 26, tzinfo=zone)
    assert working_time_between(berlin, *spring) == timedelta(hours=23)
    assert working_time_between(berlin, *autumn) == timedelta(hours=25)


def test_a_calendar_without_enough_time_says_so_instead_of_counting_for_ever() -> None:
    last = CalendarDef("x", Text({}), "UTC", ((),) * 7, {date(2026, 1, 5): ((540, 600),)})
    assert add_working_time(last, datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=1)).hour == 10
    with pytest.raises(NoEnd):
        add_working_time(last, datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=2))


def test_the_default_calendar_is_the_one_marked_so_else_every_hour_counts() -> None:
    text = "label: Office\nhours: {monday: ['9:00-18:00']}\n"
    plain = manifest_of({"flows/calendars/office.yaml": text})
    marked = manifest_of({"flows/calendars/office.yaml": text + "default: true\n"})
    assert find_calendar(plain) is ALWAYS
    assert find_calendar(marked).name == "office"
    assert find_calendar(plain, "office").name == "office"
    with pytest.raises(NotFound):
        find_calendar(plain, "elsewhere")


spans = st.lists(st.integers(0, 48), min_size=0, max_size=4, unique=True).map(
    lambda halves: tuple((a * 30, b * 30) for a, b in zip(sorted(halves)[::2], sorted(halves)[1::2], strict=False))
)
calendars = st.builds(
    lambda hours, days, zone: CalendarDef("x", Text({}), zone, tuple(hours), days),
    st.lists(spans, min_size=7, max_size=7).filter(any),
    st.dictionaries(st.dates(date(2026, 3, 20), date(2026, 4, 20)), spans, max_size=5),
    st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin"]),
)
moments = st.integers(0, 30 * 24 * 4).map(lambda n: datetime(2026, 3, 20, tzinfo=UTC) + timedelta(minutes=15 * n))


def works(calendar: CalendarDef, moment: datetime) -> bool:
    local = moment.astimezone(ZoneInfo(calendar.zone))
    minute = local.hour * 60 + local.minute
    return any(begin <= minute < end for begin, end in spans_of(calendar, local.date()))


@given(calendars, moments, moments)
def test_working_time_is_what_counting_quarters_of_an_hour_gives(c: CalendarDef, a: datetime, b: datetime) -> None:
    start, end = min(a, b), max(a, b)
    if c.zone in ("America/New_York", "Europe/Berlin") and start < datetime(2026, 3, 29, 6, tzinfo=UTC) < end:
        return  # an hour that clocks leave out may lie within a span
    quarters = int((end - start) / timedelta(minutes=15))
    counted = sum(works(c, start + timedelta(minutes=15 * n)) for n in range(quarters))
    assert working_time_between(c, start, end) == timedelta(minutes=15 * counted)
    assert working_time_between(c, end, start) == -timedelta(minutes=15 * counted)


@given(calendars, moments, st.integers(1, 200))
def test_what_is_added_is_what_lies_between(c: CalendarDef, start: datetime, quarters: int) -> None:
    duration = timedelta(minutes=15 * quarters)
    end = add_working_time(c, start, duration)
    assert working_time_between(c, start, end) == duration
    # and it is the first such moment
    assert working_time_between(c, start, end - timedelta(minutes=1)) < duration
    assert next_working_moment(c, start) <= end
