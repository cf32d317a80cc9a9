"""Jobs handed to RQ: run once, and none lost when Redis or a worker dies."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError

from jimu.jobs.rq_backend import HAND_OVER, WINDOW, RqBackend, is_reachable, queue_name
from jimu.storage import JobRow
from tests.jobs.conftest import Queue

pytestmark = pytest.mark.redis


@pytest.fixture
def backend_rq(queue: Queue, redis_url: str, queue_name: str) -> RqBackend:
    return RqBackend(queue.runner, redis_url, queue_name)


def test_a_job_goes_through_redis_and_is_done(queue: Queue, backend_rq: RqBackend) -> None:
    seen: list[Any] = []
    queue.handlers["greet"] = lambda job, context: seen.append(job.payload["name"])
    queue.emit("greet", payload={"name": "Ada"})

    assert backend_rq.take() == 1
    assert (seen, queue.states()) == ([], {"running": 1})
    backend_rq.serve(burst=True)
    assert (seen, queue.states()) == (["Ada"], {"done": 1})


def test_redis_holds_the_id_and_no_data(queue: Queue, backend_rq: RqBackend) -> None:
    queue.emit("secret", payload={"iban": "DE00 1234"})
    backend_rq.take()
    redis, pattern = backend_rq.redis, f"rq:job:{backend_rq.queue.name}-*"
    stored = b" ".join(b" ".join(redis.hgetall(key).values()) for key in redis.scan_iter(pattern))
    assert stored
    assert b"DE00" not in stored


def test_a_failing_job_is_tried_again_by_the_table_and_not_by_redis(queue: Queue, backend_rq: RqBackend) -> None:
    @queue.handler("fail")
    def fail(job: Any, context: Any) -> None:
        raise ZeroDivisionError

    queue.emit("fail", max_attempts=2)
    for _ in range(2):
        assert backend_rq.take() == 1
        backend_rq.serve(burst=True)
        queue.clock.move(hours=2)
    assert queue.states() == {"dead": 1}


def test_nothing_is_lost_when_redis_forgets_everything(queue: Queue, backend_rq: RqBackend) -> None:
    seen: list[int] = []
    queue.handlers["greet"] = lambda job, context: seen.append(job.id)
    ids = [queue.emit("greet") for _ in range(3)]
    assert backend_rq.take() == 3
    backend_rq.queue.delete(delete_jobs=True)

    backend_rq.serve(burst=True)
    assert seen == []
    queue.clock.now += HAND_OVER + timedelta(seconds=1)
    assert backend_rq.take() == 3
    backend_rq.serve(burst=True)
    assert (seen, queue.states()) == (ids, {"done": 3})


def test_a_job_that_was_handed_over_twice_runs_once(queue: Queue, backend_rq: RqBackend) -> None:
    seen: list[int] = []
    queue.handlers["greet"] = lambda job, context: seen.append(job.id)
    queue.emit("greet")
    assert backend_rq.take() == 1
    queue.clock.now += HAND_OVER + timedelta(seconds=1)
    assert backend_rq.take() == 1
    assert backend_rq.queue.count == 2

    backend_rq.serve(burst=True)
    assert len(seen) == 1
    assert queue.states() == {"done": 1}


DYING_WORKER = """
import os, signal, sys
from datetime import datetime
from jimu.jobs import Runner
from jimu.jobs.rq_backend import RqBackend
from jimu.storage import Database

now = datetime.fromisoformat(sys.argv[4])
kill = {"crash": lambda job, context: os.kill(os.getpid(), signal.SIGKILL)}
runner = Runner(Database(sys.argv[1]).write, lambda: kill, lambda: None, lambda: now)
RqBackend(runner, sys.argv[2], sys.argv[3]).serve(burst=True)
"""


def test_the_job_of_an_rq_worker_that_was_killed_is_handed_over_again(
    queue: Queue, backend_rq: RqBackend, redis_url: str, queue_name: str
) -> None:
    attempts: list[int] = []
    queue.handlers["crash"] = lambda job, context: attempts.append(job.attempts)
    queue.emit("crash")
    backend_rq.take()
    url = queue.database.url.render_as_string(hide_password=False)
    died = subprocess.run([sys.executable, "-c", DYING_WORKER, url, redis_url, queue_name, queue.clock.now.isoformat()])
    assert died.returncode == -signal.SIGKILL
    assert queue.states() == {"running": 1}

    queue.clock.now += queue.runner.lease + timedelta(seconds=1)
    assert backend_rq.take() == 1
    backend_rq.serve(burst=True)
    assert (attempts, queue.states()) == ([2], {"done": 1})


def test_without_redis_nothing_is_taken_and_no_attempt_is_counted(queue: Queue) -> None:
    seen: list[int] = []
    queue.handlers["greet"] = lambda job, context: seen.append(job.attempts)
    queue.emit("greet")
    away = RqBackend(queue.runner, "redis://127.0.0.1:1/0", queue_name("x"))
    with pytest.raises(RedisError):
        away.take()
    assert queue.states() == {"waiting": 1}
    assert not is_reachable("redis://127.0.0.1:1/0")


def test_when_redis_dies_in_the_middle_of_a_hand_over_the_rest_is_taken_back(
    queue: Queue, backend_rq: RqBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[int] = []
    queue.handlers["greet"] = lambda job, context: attempts.append(job.attempts)
    for _ in range(3):
        queue.emit("greet")
    enqueue = backend_rq.queue.enqueue_call
    calls: list[int] = []

    def dying(*arguments: Any, **given: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise RedisError("gone")
        return enqueue(*arguments, **given)

    monkeypatch.setattr(backend_rq.queue, "enqueue_call", dying)
    with pytest.raises(RedisError):
        backend_rq.take()
    assert queue.states() == {"running": 1, "waiting": 2}
    monkeypatch.undo()
    assert backend_rq.take() == 2
    backend_rq.serve(burst=True)
    assert (attempts, queue.states()) == ([1, 1, 1], {"done": 3})


def test_the_queue_in_redis_is_kept_short(queue: Queue, backend_rq: RqBackend) -> None:
    queue.handlers["greet"] = lambda job, context: None
    with queue.database.write() as transaction:
        transaction.emit([JobRow("greet", run_at=queue.clock.now) for _ in range(WINDOW + 30)])
    while backend_rq.take():
        pass
    assert backend_rq.queue.count == WINDOW


def test_the_same_id_is_never_enqueued_twice(queue: Queue, backend_rq: RqBackend) -> None:
    queue.emit("greet")
    with queue.database.write() as transaction:
        now = queue.clock()
        job = transaction.claim_jobs(now, now + HAND_OVER, 1, "x")[0]
    backend_rq._hand_over(job, "x")
    backend_rq._hand_over(job, "x")
    assert backend_rq.queue.count == 1
    assert isinstance(backend_rq.redis, Redis)


def test_a_kind_that_is_paused_waits_also_when_it_was_handed_over_already(queue: Queue, backend_rq: RqBackend) -> None:
    attempts: list[int] = []
    queue.handlers["greet"] = lambda job, context: attempts.append(job.attempts)
    queue.emit("greet")
    assert backend_rq.take() == 1
    with queue.database.write() as transaction:
        transaction.pause_jobs("greet", queue.clock(), "Ada")
    backend_rq.serve(burst=True)
    assert (attempts, queue.states(), backend_rq.take()) == ([], {"waiting": 1}, 0)
    with queue.database.write() as transaction:
        transaction.resume_jobs("greet")
    assert backend_rq.take() == 1
    backend_rq.serve(burst=True)
    assert (attempts, queue.states()) == ([1], {"done": 1})
