"""Running one claimed job: find its handler, call it under a kept lease, write down how it ended."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from jimu.clock import Clock, system_clock
from jimu.jobs.backoff import compute_delay
from jimu.jobs.handlers import GiveUp, Handler, RetryLater
from jimu.jobs.lease import LEASE, kept_lease
from jimu.jobs.queue import Job, OpenTransaction

log = logging.getLogger(__name__)

ERROR_LENGTH = 4000  # characters of a traceback that are kept with the row


class Outcome(StrEnum):
    DONE = "done"
    RETRY = "retry"
    DEAD = "dead"
    LOST = "lost"      # the lease went to another worker meanwhile; that one decides


class Runner:
    """``handlers`` and ``context`` are asked anew for each job, so that a new revision counts from the next job on."""

    def __init__(
        self,
        open_transaction: OpenTransaction,
        handlers: Callable[[], Mapping[str, Handler]],
        context: Callable[[], Any],
        clock: Clock = system_clock,
        lease: timedelta = LEASE,
    ) -> None:
        self.open_transaction = open_transaction
        self.handlers = handlers
        self.context = context
        self.clock = clock
        self.lease = lease

    def run(self, job: Job, owner: str) -> Outcome:
        """Run ``job``, whose lease ``owner`` holds, and record the outcome. Never raises for what a handler does."""
        if job.attempts > job.max_attempts:
            return self._bury(job, owner, f"its worker died in each of {job.max_attempts} attempts")
        try:
            with kept_lease(self.open_transaction, self.clock, job.id, owner, self.lease):
                handler = self.handlers().get(job.kind)
                if handler is None:
                    raise GiveUp(f"nothing handles jobs of the kind {job.kind!r}")
                handler(job, self.context())
        except GiveUp as error:
            return self._bury(job, owner, str(error))
        except RetryLater as error:
            return self._retry(job, owner, error.after, str(error))
        except Exception:  # noqa: BLE001 - whatever a handler throws must not end the worker
            text = traceback.format_exc()[-ERROR_LENGTH:]
            log.warning("job %s (%s): try %s of %s failed\n%s", job.id, job.kind, job.attempts, job.max_attempts, text)
            return self._retry(job, owner, compute_delay(job.id, job.attempts), text)
        with self.open_transaction() as transaction:
            return Outcome.DONE if transaction.finish_job(job.id, owner, self.clock()) else Outcome.LOST

    def _retry(self, job: Job, owner: str, after: timedelta, error: str) -> Outcome:
        if job.attempts >= job.max_attempts:
            return self._bury(job, owner, error)
        with self.open_transaction() as transaction:
            kept = transaction.retry_job(job.id, owner, self.clock() + after, error)
        return Outcome.RETRY if kept else Outcome.LOST

    def _bury(self, job: Job, owner: str, error: str) -> Outcome:
        last = (error.strip().splitlines() or [""])[-1]
        log.error("job %s (%s) is dead after %s attempts: %s", job.id, job.kind, job.attempts, last)
        with self.open_transaction() as transaction:
            kept = transaction.bury_job(job.id, owner, self.clock(), error)
        return Outcome.DEAD if kept else Outcome.LOST
