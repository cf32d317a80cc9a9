"""A worker process that may be killed at any moment: ``python -m tests.jobs.fire_worker`` and its arguments.

They are mode (``rq`` or ``embedded``), database, Redis, queue, and a file with the seconds by which the clock is wrong,
read at each look. The effect of a job is a row under the job's idempotency key; each try of it leaves another row, to
count tries by.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jimu.jobs import Handler, LocalBackend, RetryLater, Runner, Worker
from jimu.jobs.rq_backend import RqBackend
from jimu.jobs.timers import TIMER_JOB, Timer, fire, plan_timers
from jimu.storage import Database

LEASE, HAND_OVER = timedelta(seconds=1.5), timedelta(seconds=2)
TIMERS = (Timer("tick", "* * * * * */2", "fire.tick"),)
TABLES = (
    "CREATE TABLE fire_effect (key TEXT PRIMARY KEY, worker TEXT NOT NULL)",
    "CREATE TABLE fire_try (key TEXT NOT NULL, worker TEXT NOT NULL)",
)

TRY = "INSERT INTO fire_try (key, worker) VALUES (?, ?)"
EFFECT = "INSERT INTO fire_effect (key, worker) VALUES (?, ?) ON CONFLICT (key) DO NOTHING"


def clock_with_error(file: Path) -> Callable[[], datetime]:
    """The machine's clock, wrong by what the file says."""
    return lambda: datetime.now(UTC) + timedelta(seconds=float(file.read_text() or 0))


def handlers_for(database: Database) -> dict[str, Handler]:
    me = str(os.getpid())

    def keep(text: str, key: str) -> None:
        with database.write() as transaction:
            transaction.connection.do(text, key, me)

    def effect(job: Any, context: Any) -> None:
        keep(TRY, job.payload["key"])
        if job.payload.get("moody") and job.attempts == 1:
            raise RetryLater(timedelta(milliseconds=100))
        time.sleep(random.random() / 200)
        keep(EFFECT, job.payload["key"])

    def fail(job: Any, context: Any) -> None:
        raise RetryLater(timedelta(milliseconds=100), "never")

    def kill(job: Any, context: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def fire_slot(job: Any, context: Any) -> None:
        with database.write() as transaction:
            fire(transaction, TIMERS, job.payload)

    def tick(job: Any, context: Any) -> None:
        keep(EFFECT, f"tick {job.payload['slot']}")

    return {"fire.effect": effect, "fire.fail": fail, "fire.kill": kill, "fire.tick": tick, TIMER_JOB: fire_slot}


def main(mode: str, database_url: str, redis_url: str, queue: str, clock_file: str) -> None:
    logging.basicConfig(level=logging.ERROR)
    database, clock = Database(database_url), clock_with_error(Path(clock_file))
    handlers = handlers_for(database)
    runner = Runner(database.write, lambda: handlers, lambda: None, clock, LEASE)

    def tend() -> None:
        with database.write() as transaction:
            plan_timers(transaction, TIMERS, clock())

    if mode == "embedded":
        Worker(LocalBackend(runner), tend, rest=0.05).run()
        return
    backend = RqBackend(runner, redis_url, queue, hand_over=HAND_OVER)
    Worker(backend, tend, rest=0.05).start_thread()
    backend.serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
