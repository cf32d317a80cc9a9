"""The clock of a service level, by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jimu.business_time import working_time_between
from jimu.definitions.kinds.calendar import CalendarDef
from jimu.definitions.kinds.duration import Duration
from jimu.definitions.kinds.sla import EarlyWarning
from jimu.flows.sla.clock import Clock, Facts, advance, count_anew, warning_at
from jimu.messages import Text

OFFICE = CalendarDef("office", Text({}), "UTC", (((540, 1020),),) * 5 + ((), ()))
FOUR_HOURS = Duration(4, "working_hours")
RUNS = Facts(started=True, paused=False, stopped=False, target=FOUR_HOURS)
WAITS = Facts(started=True, paused=True, stopped=False, target=FOUR_HOURS)
STOPS = Facts(started=True, paused=False, stopped=True, target=FOUR_HOURS)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)  # the 2nd is a Monday


def started(moment: datetime, facts: Facts = RUNS) -> Clock:
    clock = advance(None, facts, moment, OFFICE)
    assert clock is not None
    return clock


def test_no_clock_runs_before_its_condition_holds_or_without_a_target() -> None:
    assert advance(None, Facts(False, False, False, FOUR_HOURS), at(2, 9), OFFICE) is None
    assert advance(None, Facts(True, False, False, None), at(2, 9), OFFICE) is None


def test_the_end_is_counted_in_working_hours() -> None:
    assert started(at(2, 15)).due_at == at(3, 11)
    assert started(at(6, 16)).due_at == at(9, 12)


def test_it_is_met_up_to_the_end_and_missed_after() -> None:
    clock = started(at(2, 9))
    in_time, late = advance(clock, STOPS, at(2, 13), OFFICE), advance(clock, STOPS, at(2, 13, 1), OFFICE)
    assert in_time is not None
    assert (in_time.state, in_time.breached_at) == ("met", None)
    assert late is not None
    assert (late.state, late.breached_at, late.stopped_at) == ("missed", at(2, 13), at(2, 13, 1))


def test_a_pause_moves_the_end_by_the_working_time_it_took() -> None:
    clock = advance(started(at(2, 9)), WAITS, at(2, 10), OFFICE)
    assert clock is not None
    assert clock.state == "paused"
    again = advance(clock, RUNS, at(3, 10), OFFICE)  # over the night: 8 working hours
    assert again is not None
    assert (again.due_at, again.paused) == (at(3, 13), timedelta(hours=8))


def test_reopening_goes_on_and_does_not_count_the_time_between() -> None:
    done = advance(started(at(2, 9)), STOPS, at(2, 11), OFFICE)
    open_again = advance(done, RUNS, at(4, 11), OFFICE)
    assert open_again is not None
    assert (open_again.state, open_again.due_at) == ("running", at(4, 13))


def test_another_target_counts_from_the_start_with_the_pauses() -> None:
    clock = advance(started(at(2, 9)), WAITS, at(2, 10), OFFICE)
    clock = advance(clock, RUNS, at(2, 11), OFFICE)
    urgent = advance(clock, Facts(True, False, False, Duration(2, "working_hours")), at(2, 11), OFFICE)
    assert urgent is not None
    assert urgent.due_at == at(2, 12)
    assert advance(urgent, RUNS, at(2, 11), OFFICE) == clock
    assert advance(urgent, Facts(True, False, False, None), at(2, 11), OFFICE) is None


def test_a_missed_end_may_be_met_by_another_target() -> None:
    late = advance(started(at(2, 9)), STOPS, at(2, 14), OFFICE)
    assert late is not None
    assert count_anew(late, Duration(8, "working_hours"), OFFICE).state == "met"


def test_what_is_not_business_time_runs_day_and_night() -> None:
    facts = Facts(True, False, False, Duration(2, "days"))
    clock = started(at(6, 16), facts)
    assert clock.due_at == at(8, 16)
    paused = advance(clock, Facts(True, True, False, Duration(2, "days")), at(6, 20), OFFICE)
    again = advance(paused, facts, at(7, 8), OFFICE)
    assert again is not None
    assert again.due_at == at(9, 4)


def test_warnings_come_by_used_time_or_before_the_end() -> None:
    clock = started(at(2, 15))
    assert warning_at(clock, EarlyWarning(50, None, ()), OFFICE) == at(2, 17)
    assert warning_at(clock, EarlyWarning(None, Duration(1, "working_hours"), ()), OFFICE) == at(3, 10)
    assert warning_at(clock, EarlyWarning(None, Duration(1, "workdays"), ()), OFFICE) == at(2, 15)


@given(st.lists(st.tuples(st.integers(1, 20), st.booleans()), max_size=12), st.integers(1, 40))
def test_what_counts_is_the_working_time_that_was_not_paused(steps: list[tuple[int, bool]], limit: int) -> None:
    target = Duration(limit, "working_hours")
    now, clock, used, paused = at(2, 9), None, timedelta(0), False
    for hours, pause in [(0, False), *steps]:
        then = now + timedelta(hours=hours)
        if clock is not None and not paused:
            used += working_time_between(OFFICE, now, then)
        now, paused = then, pause
        clock = advance(clock, Facts(True, pause, False, target), now, OFFICE)
        assert clock is not None
    late = used > timedelta(hours=limit)
    if not paused:
        # Once all of it is used the end is the last working moment, also in the night that follows.
        assert clock.is_breached(now) == (late or (used == timedelta(hours=limit) and now > clock.due_at))
        left = working_time_between(OFFICE, now, clock.due_at)
        if not clock.is_breached(now):
            assert used + left == timedelta(hours=limit)


@pytest.mark.parametrize("percent", [1, 50, 99])
def test_a_warning_is_never_after_the_end(percent: int) -> None:
    clock = started(at(6, 16))
    assert warning_at(clock, EarlyWarning(percent, None, ()), OFFICE) <= clock.due_at
