"""The part of a transaction that keeps jobs: the outbox, claims, leases, timers and pauses.

What a job does is for ``jobs`` to know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jimu.storage import jobs
from jimu.storage.connection import Connection
from jimu.storage.entries import NORMAL, ClaimedJob, JobRow
from jimu.storage.job_figures import JobFigures, job_figures


class JobRows:
    """Jobs and the slots of timers, in the same transaction as what they follow from."""

    connection: Connection

    def emit(self, rows: Sequence[JobRow]) -> list[int]:
        """Add jobs to the outbox; ids of those added (a waiting ``key`` is not doubled)."""
        return jobs.emit(self.connection, rows)

    def add_job(
        self, kind: str, payload: Mapping[str, Any], run_at: datetime | None = None, key: str | None = None,
        priority: int = NORMAL,
    ) -> bool:
        """``emit`` of one job; False if one with its ``key`` waits already."""
        return bool(self.emit([JobRow(kind, payload, run_at, key, priority=priority)]))

    def claim_jobs(
        self, now: datetime, lease_until: datetime, limit: int, owner: str, tried: bool = True
    ) -> list[ClaimedJob]:
        """Take due waiting jobs and running ones whose lease ran out; no job goes to two callers. Counts an attempt,
        unless they are only to be passed on (``tried`` False).
        """
        return jobs.claim_jobs(self.connection, now, lease_until, limit, owner, tried)

    def renew_job(self, id: int, owner: str, lease_until: datetime, new_owner: str | None = None) -> bool:
        """Hold a job longer, or hand it on to be tried; False: ``owner`` has lost it."""
        return jobs.renew_job(self.connection, id, owner, lease_until, new_owner)

    def finish_job(self, id: int, owner: str, now: datetime) -> bool:
        """Done; False: ``owner`` has lost it."""
        return jobs.finish_job(self.connection, id, owner, now)

    def retry_job(self, id: int, owner: str, run_at: datetime, error: str) -> bool:
        """Failed, to be tried again at ``run_at``."""
        return jobs.retry_job(self.connection, id, owner, run_at, error)

    def bury_job(self, id: int, owner: str, now: datetime, error: str) -> bool:
        """Failed for good: status ``dead``."""
        return jobs.bury_job(self.connection, id, owner, now, error)

    def release_job(self, id: int, owner: str, run_at: datetime) -> bool:
        """Waiting again; it was claimed but not tried."""
        return jobs.release_job(self.connection, id, owner, run_at)

    def find_job(self, id: int) -> ClaimedJob | None:
        """The job, whoever holds it."""
        return jobs.find_job(self.connection, id)

    def paused_kinds(self) -> dict[str, tuple[datetime, str]]:
        """Kinds of job that no worker takes (``*``: all) -> since when, by whom."""
        return jobs.paused_kinds(self.connection)

    def pause_jobs(self, kind: str, now: datetime, by: str) -> bool:
        """Let no worker take jobs of ``kind`` (``*``: of any); False: it is so already."""
        return jobs.pause_jobs(self.connection, kind, now, by)

    def resume_jobs(self, kind: str) -> bool:
        """The end of ``pause_jobs``; False: it was not paused."""
        return jobs.resume_jobs(self.connection, kind)

    def take_slot(self, timer: str, slot: int) -> bool:
        """Take the slot (seconds since 1970) of a timer; False: it has been taken before."""
        return jobs.take_slot(self.connection, timer, slot)

    def forget_slots(self, before: int) -> int:
        """Forget slots that lie before then, in seconds since 1970; how many."""
        return jobs.forget_slots(self.connection, before)

    def next_job_at(self) -> datetime | None:
        """When the next waiting job is due, or the next lease runs out; paused kinds left out. What is due at once
        counts from when it was written.
        """
        return jobs.next_job_at(self.connection)

    def list_jobs(self, status: str, limit: int = 50, before: int | None = None,
                  kind: str = "") -> list[dict[str, Any]]:
        """Jobs in ``status`` (waiting, running, done, dead), the newest first; ``before``: the id of the last one of
        the page before.
        """
        return jobs.list_jobs(self.connection, status, limit, before, kind)

    def get_job(self, id: int) -> dict[str, Any] | None:
        """One job with all that is known of it."""
        return jobs.get_job(self.connection, id)

    def cancel_job(self, id: int, now: datetime, reason: str) -> bool:
        """A waiting job goes to the dead, with ``reason`` as its error; False: it waits no more."""
        return jobs.cancel_job(self.connection, id, now, reason)

    def revive_job(self, id: int, now: datetime) -> bool:
        """Make a dead job waiting again, with its attempts at 0."""
        return jobs.revive_job(self.connection, id, now)

    def count_jobs(self) -> dict[str, int]:
        """Status → number of jobs, counted up to ``storage.jobs.MOST_COUNTED``; none of those without any."""
        return jobs.count_jobs(self.connection)

    def job_figures(self, now: datetime) -> list[JobFigures]:
        """How each kind of job fares, by kind; see ``JobFigures``."""
        return job_figures(self.connection, now)

    def remove_done_jobs(self, before: datetime) -> int:
        """Forget jobs done before then."""
        return jobs.remove_done_jobs(self.connection, before)
