"""A queue in a fresh database, a clock that only the test moves, and a runner over both."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from jimu.jobs import Handler, Runner
from jimu.storage import Database, JobRow
from tests.redis_server import require_redis


class TestClock:
    __test__ = False

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Queue:
    """The job table, with a runner whose handlers a test may set."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.clock = TestClock()
        self.handlers: dict[str, Handler] = {}
        self.runner = Runner(self.database.write, lambda: self.handlers, lambda: "context", self.clock)

    def emit(self, kind: str, **given: Any) -> int:
        with self.database.write() as transaction:
            row = JobRow(kind, given.pop("payload", {}), given.pop("run_at", self.clock.now), **given)
            return transaction.emit([row])[0]

    def states(self) -> dict[str, int]:
        with self.database.read() as transaction:
            return {state: n for state, n in transaction.count_jobs().items() if n}

    def jobs(self, state: str) -> list[dict[str, Any]]:
        with self.database.read() as transaction:
            return transaction.list_jobs(state)

    def handler(self, kind: str) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self.handlers[kind] = handler
            return handler
        return add


@pytest.fixture
def queue(database_url: str) -> Iterator[Queue]:
    made = Queue(database_url)
    yield made
    made.database.dispose()


@pytest.fixture
def redis_url() -> str:
    return require_redis()


@pytest.fixture
def queue_name(redis_url: str) -> Iterator[str]:
    """A queue in Redis of the test's own; gone afterwards."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    yield name
    redis = Redis.from_url(redis_url)
    for key in redis.scan_iter(f"rq:*{name}*"):
        redis.delete(key)
    redis.srem("rq:queues", f"rq:queue:{name}")
    redis.close()
