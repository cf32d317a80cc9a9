"""Jobs under fire: workers and Redis are killed at random while the clock jumps, and no job is lost or done twice.

Real processes and a Redis of the test's own that keeps nothing on disk. The small proof is part of every run; the large
one (``make test-all``, or ``pytest -m slow tests/jobs/test_under_fire.py -s``) prints its figures.
"""

from __future__ import annotations

import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError

from jimu.storage import Database, JobRow
from tests.jobs.fire_worker import TABLES

ROOT = Path(__file__).parents[2]
CHUNK = 100


@dataclass(frozen=True)
class Size:
    """``failing`` jobs fail each time, ``deadly`` ones kill their worker; kills and jumps come after so many seconds,
    ``most`` times each.
    """

    jobs: int
    failing: int
    deadly: int
    workers: int
    kill_after: tuple[float, float]
    redis_after: tuple[float, float]
    jump_after: tuple[float, float]
    most: int


SMALL = Size(300, 2, 0, 2, (1.5, 2.0), (1.0, 1.5), (1.0, 1.5), 1)
LARGE = Size(10_000, 50, 3, 4, (1.0, 3.0), (4.0, 7.0), (5.0, 9.0), 10_000)


class RedisServer:
    """A Redis of the test's own, without persistence: killed, it has forgotten everything."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("there is no redis-server to be killed")
        with closing(socket.socket()) as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.command = [program, "--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        redis = Redis.from_url(self.url)
        while self.process.poll() is None:
            try:
                redis.ping()
                break
            except RedisError:
                time.sleep(0.02)
        redis.close()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Fire:
    """The workers, what becomes of them, and the counts of it."""

    def __init__(self, mode: str, url: str, folder: Path, size: Size) -> None:
        self.size, self.random = size, random.Random(7)
        self.database = Database(url)
        self.redis = RedisServer(folder) if mode == "rq" else None
        self.clock = folder / "clock"
        self.clock.write_text("0")
        redis_url = self.redis.url if self.redis else "-"
        self.command = [sys.executable, "-m", "tests.jobs.fire_worker", mode, url, redis_url, "fire", str(self.clock)]
        self.workers = [self._worker() for _ in range(size.workers)]
        self.done = {"workers killed": 0, "Redis killed": 0, "clock jumps": 0, "workers that died": 0}
        now = time.monotonic()
        self.next = {
            "kill": now + self._in(size.kill_after),
            "redis": now + self._in(size.redis_after),
            "jump": now + self._in(size.jump_after),
        }

    def _in(self, between: tuple[float, float]) -> float:
        return self.random.uniform(*between)

    def _worker(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.command, cwd=ROOT, stderr=subprocess.DEVNULL)

    def rage(self) -> None:
        """Do what is due now: kill, restart, set the clock wrong."""
        now = time.monotonic()
        for place, worker in enumerate(self.workers):
            if worker.poll() is not None:
                self.done["workers that died"] += 1
                self.workers[place] = self._worker()
        if self._is_time("kill", "workers killed", now):
            self.next["kill"] = now + self._in(self.size.kill_after)
            self._kill(self.random.randrange(len(self.workers)))
        if self.redis and self._is_time("redis", "Redis killed", now):
            self.next["redis"] = now + self._in(self.size.redis_after)
            self.redis.kill()
            time.sleep(0.3)
            self.redis.start()
            self.done["Redis killed"] += 1
        if self._is_time("jump", "clock jumps", now):
            self.next["jump"] = now + self._in(self.size.jump_after)
            self.clock.write_text(str(self.random.choice([-3600, -60, -5, 0, 30, 3600])))
            self.done["clock jumps"] += 1

    def _is_time(self, what: str, counted: str, now: float) -> bool:
        return now >= self.next[what] and self.done[counted] < self.size.most

    def _kill(self, place: int) -> None:
        self.workers[place].send_signal(signal.SIGKILL)
        self.workers[place].wait()
        self.workers[place] = self._worker()
        self.done["workers killed"] += 1

    def produce(self, start: int) -> None:
        """A hundred jobs in one transaction, and as many more in one that is taken back."""
        numbers = range(start, min(start + CHUNK, self.size.jobs))
        with self.database.write() as transaction:
            transaction.emit([JobRow("fire.effect", {"key": f"job {n}", "moody": n % 20 == 0}) for n in numbers])
        try:
            with self.database.write() as transaction:
                transaction.emit([JobRow("fire.effect", {"key": f"never {n}"}) for n in numbers])
                raise InterruptedError
        except InterruptedError:
            pass

    def ask(self, text: str) -> list[tuple[Any, ...]]:
        with self.database.read() as transaction:
            return list(transaction.connection.ask(text))

    def open_jobs(self) -> int:
        return int(self.ask("SELECT count(*) FROM job WHERE kind IN ('fire.effect', 'fire.fail', 'fire.kill')"
                            " AND status IN ('waiting', 'running')")[0][0])  # fmt: skip

    def end(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        if self.redis:
            self.redis.kill()
        self.database.dispose()


@contextmanager
def fire(mode: str, url: str, folder: Path, size: Size) -> Iterator[Fire]:
    made = Fire(mode, url, folder, size)
    try:
        yield made
    finally:
        made.end()


def prove(mode: str, url: str, folder: Path, size: Size) -> None:
    database = Database(url)
    with database.write() as transaction:
        for table in TABLES:
            transaction.connection.do(table)
        few = [JobRow("fire.fail", max_attempts=3) for _ in range(size.failing)]
        transaction.emit([*few, *(JobRow("fire.kill", max_attempts=3) for _ in range(size.deadly))])
    database.dispose()
    began = time.monotonic()
    with fire(mode, url, folder, size) as under:
        produced = 0
        while produced < size.jobs:
            under.produce(produced)
            produced += CHUNK
            under.rage()
        while under.open_jobs() > size.jobs // 10:
            under.rage()
            time.sleep(0.1)
        under.clock.write_text("7300")  # what was put off while the clock ran ahead is due now, whatever it is
        while under.open_jobs():
            under.rage()
            under.clock.write_text("7300")
            time.sleep(0.1)
        took = time.monotonic() - began
        _judge(under, size)
        _tell(mode, under, took)


def _judge(under: Fire, size: Size) -> None:
    effects = [row[0] for row in under.ask("SELECT key FROM fire_effect WHERE substr(key, 1, 4) <> 'tick'")]
    assert len(effects) == len(set(effects))
    assert set(effects) == {f"job {n}" for n in range(size.jobs)}
    states = dict(under.ask("SELECT kind || ' ' || status, count(*) FROM job WHERE substr(kind, 1, 5) = 'fire.'"
                            " AND kind <> 'fire.tick' GROUP BY kind, status"))  # fmt: skip
    wanted = {"fire.effect done": size.jobs, "fire.fail dead": size.failing, "fire.kill dead": size.deadly}
    assert states == {state: count for state, count in wanted.items() if count}
    # A worker killed in its last attempt has used it up: the next one only writes that down.
    tries = {row[0] for row in under.ask("SELECT attempts FROM job WHERE status = 'dead'")}
    assert tries <= {3, 4}
    slots = under.ask("SELECT payload, count(*) FROM job WHERE kind = 'fire.tick' GROUP BY payload")
    assert slots
    assert {count for _, count in slots} == {1}


def _tell(mode: str, under: Fire, took: float) -> None:
    tries, keys = under.ask("SELECT count(*), count(DISTINCT key) FROM fire_try")[0]
    moody = len(range(0, under.size.jobs, 20))
    ticks = under.ask("SELECT count(*) FROM fire_effect WHERE substr(key, 1, 4) = 'tick'")[0][0]
    facts = ", ".join(f"{count} {what}" for what, count in under.done.items())
    print(f"\n{mode} on {under.database.url.get_backend_name()}: {keys} jobs in {took:.0f} s, {facts};"
          f" {tries - keys - moody} tries repeated, {ticks} slots of a timer, none lost, none twice")  # fmt: skip


FACES = [
    pytest.param("postgresql", "rq", marks=[pytest.mark.redis]),
    pytest.param("sqlite", "embedded"),
    pytest.param("postgresql", "embedded"),
]


@pytest.mark.parametrize(("backend", "mode"), FACES[:2])
def test_workers_and_redis_die_and_every_job_is_done_once(mode: str, database_url: str, tmp_path: Path) -> None:
    prove(mode, database_url, tmp_path, SMALL)


@pytest.mark.slow
@pytest.mark.parametrize(("backend", "mode"), FACES)
def test_ten_thousand_jobs_survive_killed_workers_killed_redis_and_jumping_clocks(
    mode: str, database_url: str, tmp_path: Path
) -> None:
    prove(mode, database_url, tmp_path, LARGE)
