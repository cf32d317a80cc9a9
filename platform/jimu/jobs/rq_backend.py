"""Handing due jobs to RQ workers through Redis, which only carries ids: rows stay the truth, their leases the guard.

A row is claimed in the name of a *hand-over* and its id put into Redis. The RQ worker takes the lease over from exactly
that hand-over, so a row that was handed over again meanwhile runs once; only then an attempt is counted. If Redis
forgets the id or the worker dies, the lease runs out and the row is due again. The queue in Redis is kept short, so
that no lease runs out while it waits.
"""

from __future__ import annotations

import hashlib
import logging
import time
import zlib
from datetime import timedelta
from types import FrameType

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DuplicateJobError, StopRequested

from jimu.jobs.backend import owner_name
from jimu.jobs.queue import Job
from jimu.jobs.runner import Outcome, Runner

log = logging.getLogger(__name__)

WINDOW = 100                       # ids in Redis at most
HAND_OVER = timedelta(seconds=120)  # lease of an id that waits in Redis
LONGEST = 6 * 3600                 # seconds after which RQ itself ends a job that hangs

REST = 2.0                         # seconds until a Redis that went away is looked for again


class _Worker(SimpleWorker):  # type: ignore[misc]
    """Remembers that it was told to stop, which tells that end from one for want of Redis."""

    is_told_to_stop = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.is_told_to_stop = True
        super().request_stop(signum, frame)


# RQ calls a function by its name, so the worker process keeps here what that function needs.
_serving: dict[str, Runner] = {}


class RqBackend:
    """``take`` hands due rows over; ``serve`` runs them, in the worker process.

    ``queue`` must be another one for every database (``queue_name``): a row's number says nothing in another one.
    """

    def __init__(self, runner: Runner, redis_url: str, queue: str, hand_over: timedelta = HAND_OVER) -> None:
        self.runner = runner
        self.hand_over = hand_over
        self.redis = Redis.from_url(redis_url)
        self.queue = Queue(queue, connection=self.redis, serializer="json", default_timeout=LONGEST)

    def take(self) -> int:
        """Hand over due rows, as many as Redis has room for. Raises RedisError when it is away."""
        room = WINDOW - self.queue.count
        if room <= 0:
            return 0
        owner, now = owner_name("handed"), self.runner.clock()
        with self.runner.open_transaction() as transaction:
            jobs = transaction.claim_jobs(now, now + self.hand_over, min(room, 20), owner, False)
        for place, job in enumerate(jobs):
            try:
                self._hand_over(job, owner)
            except RedisError:
                self._take_back(jobs[place:], owner)
                raise
        return len(jobs)

    def serve(self, burst: bool = False) -> None:
        """Run handed-over jobs until told to stop (SIGINT, SIGTERM) or, with ``burst``, until the queue is empty.
        A Redis that is away is waited for.
        """
        _serving[self.queue.name] = self.runner
        while True:
            asked = self._serve_until_it_breaks(burst)
            if asked or burst:
                return
            log.warning("the connection to Redis broke; trying again in %s s", REST)
            time.sleep(REST)

    def _serve_until_it_breaks(self, burst: bool) -> bool:
        """Whether it ended because it was told to. RQ ends its loop for any trouble with Redis while a job runs."""
        worker: _Worker | None = None
        try:
            worker = _Worker([self.queue], connection=self.redis, serializer="json", log_job_description=False)
            worker.work(burst=burst, logging_level="WARNING")
        except RedisError:
            log.info("Redis went away", exc_info=True)
        except StopRequested:
            return True
        return worker is not None and worker.is_told_to_stop

    def _hand_over(self, job: Job, owner: str) -> None:
        name = f"{self.queue.name}-{job.id}-{zlib.crc32(owner.encode()):08x}"
        try:
            self.queue.enqueue_call(
                run_handed_over, (self.queue.name, job.id, owner), job_id=name,
                unique=True, timeout=LONGEST, result_ttl=0, failure_ttl=3600,
            )
        except DuplicateJobError:
            log.info("job %s is already on its way", job.id)

    def _take_back(self, jobs: list[Job], owner: str) -> None:
        now = self.runner.clock()
        with self.runner.open_transaction() as transaction:
            for job in jobs:
                transaction.release_job(job.id, owner, now)


def run_handed_over(queue: str, job_id: int, handed_by: str) -> str:
    """What RQ calls. ``Outcome`` as text; "lost" when the row went elsewhere meanwhile."""
    runner = _serving[queue]
    owner = owner_name("rq")
    with runner.open_transaction() as transaction:
        job = transaction.find_job(job_id)
        if job and transaction.paused_kinds().keys() & {job.kind, "*"}:
            transaction.release_job(job_id, handed_by, job.run_at)
            return Outcome.LOST.value
        if not transaction.renew_job(job_id, handed_by, runner.clock() + runner.lease, owner):
            return Outcome.LOST.value
        job = transaction.find_job(job_id)
    return runner.run(job, owner).value if job else Outcome.LOST.value


def queue_name(database_url: str) -> str:
    """The queue in Redis that belongs to a database; letters, digits and dashes, as RQ wants it."""
    return f"jimu-{hashlib.sha256(database_url.encode()).hexdigest()[:12]}"


def is_reachable(redis_url: str) -> bool:
    """Whether Redis answers."""
    try:
        return bool(Redis.from_url(redis_url, socket_connect_timeout=2).ping())
    except RedisError:
        return False
