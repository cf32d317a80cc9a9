"""Timers: each slot fires once, whoever looks, however clocks jump, however long nothing ran."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from jimu.jobs import LocalBackend
from jimu.jobs.timers import TIMER_JOB, Timer, fire, plan_timers
from tests.jobs.conftest import Queue

DAILY = Timer("tidy", "0 2 * * *", "tidy.run", "Asia/Shanghai", {"limit": 5})


class Timed:
    """A worker's loop over a queue: plans timers, then takes what is due."""

    def __init__(self, queue: Queue, *timers: Timer) -> None:
        self.queue, self.timers, self.ran = queue, timers, []

        @queue.handler(TIMER_JOB)
        def fire_slot(job, context):
            with queue.database.write() as transaction:
                fire(transaction, self.timers, job.payload)

        @queue.handler("tidy.run")
        def tidy(job, context):
            self.ran.append(dict(job.payload))

    def look(self) -> None:
        with self.queue.database.write() as transaction:
            plan_timers(transaction, self.timers, self.queue.clock())
        while LocalBackend(self.queue.runner).take():
            pass


def test_a_slot_is_the_next_time_in_its_zone_also_over_a_change_of_summer_time() -> None:
    assert DAILY.next_slot(datetime(2026, 1, 1, 12, tzinfo=UTC)) == datetime(2026, 1, 1, 18, tzinfo=UTC)
    berlin = Timer("x", "30 8 * * *", "x", "Europe/Berlin")
    assert berlin.next_slot(datetime(2026, 3, 28, 12, tzinfo=UTC)) == datetime(2026, 3, 29, 6, 30, tzinfo=UTC)


def test_the_hour_that_comes_twice_counts_once_for_a_line_that_names_its_hour() -> None:
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)  # in the night after it clocks go back from 3 to 2 in Berlin
    daily = Timer("daily", "30 2 * * *", "kind", "Europe/Berlin")
    first = daily.next_slot(before)
    assert [first, daily.next_slot(first)] == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC),
    ]  # fmt: skip
    often = Timer("often", "*/30 * * * *", "kind", "Europe/Berlin")
    assert often.next_slot(datetime(2026, 10, 25, 1, tzinfo=UTC)) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    skipped = daily.next_slot(datetime(2026, 3, 28, 12, tzinfo=UTC))  # there is no half past two
    assert skipped == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_slot_fires_once_when_it_is_due_and_the_next_one_waits(queue: Queue) -> None:
    timed = Timed(queue, DAILY)
    timed.look()
    timed.look()
    assert timed.ran == []
    assert [j["run_at"] for j in queue.jobs("waiting")] == [datetime(2026, 1, 1, 18, tzinfo=UTC)]
    queue.clock.move(hours=6, minutes=1)
    timed.look()
    timed.look()
    assert timed.ran == [{"limit": 5, "timer": "tidy", "slot": "2026-01-01T18:00:00+00:00"}]
    assert [j["run_at"] for j in queue.jobs("waiting")] == [datetime(2026, 1, 2, 18, tzinfo=UTC)]


def test_slots_missed_while_nothing_ran_fire_once(queue: Queue) -> None:
    timed = Timed(queue, DAILY)
    timed.look()
    queue.clock.move(days=10)
    timed.look()
    timed.look()
    assert len(timed.ran) == 1


def test_a_clock_set_back_does_not_fire_a_slot_again(queue: Queue) -> None:
    timed = Timed(queue, DAILY)
    timed.look()
    queue.clock.move(hours=7)
    timed.look()
    queue.clock.move(hours=-3)
    timed.look()
    queue.clock.move(hours=3)
    timed.look()
    assert len(timed.ran) == 1


def test_a_clock_that_ran_ahead_and_was_set_right_loses_no_slot_and_fires_none_twice(queue: Queue) -> None:
    timed = Timed(queue, DAILY)
    timed.look()
    queue.clock.move(days=30)
    timed.look()
    queue.clock.move(days=-30)
    timed.look()
    for _ in range(3):
        queue.clock.move(days=1)
        timed.look()
    slots = [given["slot"] for given in timed.ran]
    assert slots == [f"2026-01-0{day}T18:00:00+00:00" for day in (1, 2, 3)]


def test_a_slot_whose_job_runs_twice_fires_once(queue: Queue) -> None:
    payload = {"timer": "tidy", "spec": DAILY.spec, "slot": "2026-01-01T18:00:00+00:00"}
    with queue.database.write() as transaction:
        assert fire(transaction, [DAILY], payload)
    with queue.database.write() as transaction:
        assert not fire(transaction, [DAILY], payload)


def test_a_changed_timer_no_longer_fires_at_the_old_time(queue: Queue) -> None:
    timed = Timed(queue, DAILY)
    timed.look()
    timed.timers = (Timer("tidy", "0 4 * * *", "tidy.run", "Asia/Shanghai"),)
    timed.look()
    queue.clock.move(hours=6, minutes=30)
    timed.look()
    assert timed.ran == []
    queue.clock.now += timedelta(hours=2)
    timed.look()
    assert [given["slot"] for given in timed.ran] == ["2026-01-01T20:00:00+00:00"]
