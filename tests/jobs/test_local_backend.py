"""Jobs run in the process: done once, tried again, given up, and never lost when a worker dies."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from jimu.jobs import GiveUp, LocalBackend, Outcome, RetryLater, Worker
from jimu.jobs.backoff import LONGEST, compute_delay
from jimu.storage import BULK, NORMAL, URGENT, JobRow
from tests.jobs.conftest import Queue


def test_a_due_job_is_run_with_its_payload_and_the_context(queue: Queue) -> None:
    seen: list[Any] = []
    queue.handlers["greet"] = lambda job, context: seen.append((dict(job.payload), job.attempts, context))
    queue.emit("greet", payload={"name": "Ada", "n": [1, 2]})

    assert Worker(LocalBackend(queue.runner)).drain() == 1
    assert seen == [({"name": "Ada", "n": [1, 2]}, 1, "context")]
    assert queue.states() == {"done": 1}


def test_a_timer_waits_for_its_time(queue: Queue) -> None:
    seen: list[int] = []
    queue.handlers["remind"] = lambda job, context: seen.append(job.id)
    queue.emit("remind", run_at=queue.clock.now + timedelta(days=2))
    worker = Worker(LocalBackend(queue.runner))

    assert worker.drain() == 0
    queue.clock.move(days=2)
    assert worker.drain() == 1
    assert len(seen) == 1


def test_jobs_run_in_the_order_in_which_they_became_due(queue: Queue) -> None:
    seen: list[str] = []
    queue.handlers["note"] = lambda job, context: seen.append(job.payload["text"])
    for text, minutes in (("third", -1), ("first", -10), ("second", -5)):
        queue.emit("note", payload={"text": text}, run_at=queue.clock.now + timedelta(minutes=minutes))
    Worker(LocalBackend(queue.runner)).drain()
    assert seen == ["first", "second", "third"]


def test_a_waiting_job_is_not_doubled_under_the_same_key(queue: Queue) -> None:
    queue.handlers["sum"] = lambda job, context: None
    with queue.database.write() as transaction:
        first = transaction.emit([JobRow("sum", key="sum:1", run_at=queue.clock.now)])
        second = transaction.emit([JobRow("sum", key="sum:1", run_at=queue.clock.now)])
    assert (len(first), second) == (1, [])
    Worker(LocalBackend(queue.runner)).drain()
    queue.emit("sum", key="sum:1")
    assert queue.states() == {"done": 1, "waiting": 1}


def test_a_failing_job_comes_back_later_and_later_and_dies_in_the_end(queue: Queue) -> None:
    @queue.handler("fail")
    def fail(job: Any, context: Any) -> None:
        raise ZeroDivisionError("no luck")

    job_id = queue.emit("fail", max_attempts=3)
    worker = Worker(LocalBackend(queue.runner))
    for attempt in (1, 2):
        assert worker.drain() == 1
        assert queue.states() == {"waiting": 1}
        assert worker.drain() == 0
        queue.clock.now += compute_delay(job_id, attempt)
    assert worker.drain() == 1
    assert queue.states() == {"dead": 1}
    dead = queue.jobs("dead")[0]
    assert dead["attempts"] == 3
    assert "ZeroDivisionError: no luck" in dead["error"]


def test_a_dead_job_can_be_revived(queue: Queue) -> None:
    attempts: list[int] = []

    @queue.handler("moody")
    def moody(job: Any, context: Any) -> None:
        attempts.append(job.attempts)
        if len(attempts) == 1:
            raise GiveUp("not today")

    job_id = queue.emit("moody")
    worker = Worker(LocalBackend(queue.runner))
    worker.drain()
    assert queue.states() == {"dead": 1}
    assert queue.jobs("dead")[0]["error"] == "not today"
    with queue.database.write() as transaction:
        assert transaction.revive_job(job_id, queue.clock())
    worker.drain()
    assert (queue.states(), attempts) == ({"done": 1}, [1, 1])


def test_a_handler_can_say_when_to_come_back(queue: Queue) -> None:
    calls: list[int] = []

    @queue.handler("polite")
    def polite(job: Any, context: Any) -> None:
        calls.append(job.attempts)
        if job.attempts == 1:
            raise RetryLater(timedelta(hours=3), "the other side is closed")

    queue.emit("polite")
    worker = Worker(LocalBackend(queue.runner))
    worker.drain()
    queue.clock.move(hours=2, minutes=59)
    assert worker.drain() == 0
    queue.clock.move(minutes=1)
    assert worker.drain() == 1
    assert calls == [1, 2]


def test_a_job_that_nobody_handles_is_dead_with_the_reason(queue: Queue) -> None:
    queue.emit("unheard_of")
    Worker(LocalBackend(queue.runner)).drain()
    assert "nothing handles jobs of the kind 'unheard_of'" in queue.jobs("dead")[0]["error"]


def test_the_job_of_a_worker_that_died_is_taken_over_when_its_lease_runs_out(queue: Queue) -> None:
    seen: list[int] = []
    queue.handlers["carry"] = lambda job, context: seen.append(job.attempts)
    queue.emit("carry")
    with queue.database.write() as transaction:
        now = queue.clock()
        assert len(transaction.claim_jobs(now, now + queue.runner.lease, 1, "a worker that dies now")) == 1

    worker = Worker(LocalBackend(queue.runner))
    assert worker.drain() == 0
    queue.clock.now += queue.runner.lease + timedelta(seconds=1)
    assert worker.drain() == 1
    assert (seen, queue.states()) == ([2], {"done": 1})


def test_a_worker_that_lost_its_lease_can_no_longer_say_how_the_job_ended(queue: Queue) -> None:
    queue.handlers["slow"] = lambda job, context: None
    queue.emit("slow")
    with queue.database.write() as transaction:
        now = queue.clock()
        job = transaction.claim_jobs(now, now + queue.runner.lease, 1, "slow worker")[0]
    queue.clock.now += queue.runner.lease + timedelta(seconds=1)
    with queue.database.write() as transaction:
        now = queue.clock()
        assert transaction.claim_jobs(now, now + queue.runner.lease, 1, "other worker")[0].id == job.id

    assert queue.runner.run(job, "slow worker") is Outcome.LOST
    assert queue.states() == {"running": 1}


def test_a_long_job_keeps_its_lease(queue: Queue) -> None:
    """The lease is renewed while the handler works, so that nobody else takes the job."""
    renewed = threading.Event()
    queue.runner.lease = timedelta(milliseconds=30)
    open_transaction = queue.runner.open_transaction

    class Watched:
        def __init__(self, transaction: Any) -> None:
            self.transaction = transaction

        def __getattr__(self, name: str) -> Any:
            return getattr(self.transaction, name)

        def renew_job(self, *arguments: Any) -> bool:
            kept: bool = self.transaction.renew_job(*arguments)
            renewed.set()
            return kept

    from contextlib import contextmanager

    @contextmanager
    def watched() -> Any:
        with open_transaction() as transaction:
            yield Watched(transaction)

    queue.runner.open_transaction = watched
    queue.handlers["long"] = lambda job, context: renewed.wait(20)
    queue.emit("long")
    Worker(LocalBackend(queue.runner)).drain()
    assert renewed.is_set()
    assert queue.states() == {"done": 1}


def test_two_workers_never_run_the_same_job(queue: Queue) -> None:
    seen: list[int] = []
    lock = threading.Lock()

    @queue.handler("count")
    def count(job: Any, context: Any) -> None:
        with lock:
            seen.append(job.id)

    ids = [queue.emit("count") for _ in range(30)]
    workers = [Worker(LocalBackend(queue.runner)) for _ in range(4)]
    threads = [threading.Thread(target=worker.drain) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(ids)


def test_a_job_of_a_transaction_that_failed_never_was(queue: Queue) -> None:
    def fail_after_the_job() -> None:
        with queue.database.write() as transaction:
            transaction.emit([JobRow("greet")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_the_job()
    assert queue.states() == {}


def test_the_loop_survives_a_database_that_is_away() -> None:
    calls: list[str] = []
    worker: Worker

    class Backend:
        def take(self) -> int:
            calls.append("take")
            if len(calls) == 1:
                raise ConnectionError("gone for a moment")
            worker.stop.set()
            return 0

    worker = Worker(Backend(), rest=0)
    worker.run()
    assert calls == ["take", "take"]


def test_delays_double_up_to_an_hour_and_are_spread() -> None:
    assert timedelta(seconds=8) <= compute_delay(1, 1) <= timedelta(seconds=12)
    assert timedelta(seconds=32) <= compute_delay(1, 3) <= timedelta(seconds=48)
    assert compute_delay(1, 50) <= LONGEST * 1.2
    assert len({compute_delay(n, 4) for n in range(20)}) > 10


def test_what_keeps_time_goes_before_what_people_wait_for_and_that_before_what_may_take_its_time(queue: Queue) -> None:
    seen: list[str] = []
    queue.handlers["note"] = lambda job, context: seen.append(job.payload["text"])
    for text, priority in (("bulk", BULK), ("first", NORMAL), ("timer", URGENT), ("second", NORMAL)):
        queue.emit("note", payload={"text": text}, priority=priority)
    queue.emit("note", payload={"text": "not yet"}, priority=URGENT, run_at=queue.clock.now + timedelta(minutes=1))
    Worker(LocalBackend(queue.runner)).drain()
    assert seen == ["timer", "first", "second", "bulk"]


def test_a_paused_kind_waits_and_the_others_go_on_until_all_are_paused(queue: Queue) -> None:
    seen: list[str] = []
    for kind in ("mail", "sum"):
        queue.handlers[kind] = lambda job, context: seen.append(job.kind)
    worker = Worker(LocalBackend(queue.runner))
    queue.emit("mail")
    queue.emit("sum")
    with queue.database.write() as transaction:
        assert transaction.pause_jobs("mail", queue.clock(), "Ada")
        assert not transaction.pause_jobs("mail", queue.clock(), "Ben")
        assert transaction.paused_kinds() == {"mail": (queue.clock(), "Ada")}
    worker.drain()
    assert seen == ["sum"]
    with queue.database.write() as transaction:
        assert transaction.next_job_at() is None  # what is paused is not due
        transaction.resume_jobs("mail")
        assert transaction.next_job_at() == queue.clock()
        transaction.pause_jobs("*", queue.clock(), "Ada")
        assert transaction.next_job_at() is None
    worker.drain()
    assert seen == ["sum"]
    with queue.database.write() as transaction:
        assert transaction.resume_jobs("*")
    worker.drain()
    assert seen == ["sum", "mail"]


def test_a_job_that_kills_its_worker_each_time_is_given_up(queue: Queue) -> None:
    queue.handlers["deadly"] = lambda job, context: pytest.fail("it is not to be tried again")
    queue.emit("deadly", max_attempts=2)
    for _ in range(2):
        with queue.database.write() as transaction:
            now = queue.clock()
            assert transaction.claim_jobs(now, now + queue.runner.lease, 1, "a worker that dies now")
        queue.clock.now += queue.runner.lease + timedelta(seconds=1)
    Worker(LocalBackend(queue.runner)).drain()
    assert queue.states() == {"dead": 1}
    assert queue.jobs("dead")[0]["error"] == "its worker died in each of 2 attempts"


def test_a_lease_given_by_a_clock_that_ran_ahead_ends_soon_after_the_clock_is_set_right(queue: Queue) -> None:
    seen: list[int] = []
    queue.handlers["carry"] = lambda job, context: seen.append(job.attempts)
    queue.emit("carry")
    queue.clock.move(days=365)
    with queue.database.write() as transaction:
        now = queue.clock()
        assert transaction.claim_jobs(now, now + queue.runner.lease, 1, "a worker that dies now")
    queue.clock.move(days=-365)
    worker = Worker(LocalBackend(queue.runner))
    assert worker.drain() == 0
    queue.clock.now += queue.runner.lease + timedelta(seconds=1)
    assert worker.drain() == 1
    assert seen == [2]
