"""Handlers: a function per kind of job, and the two exceptions by which a handler says how to go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from jimu.jobs.queue import Job

Handler = Callable[[Job, Any], None]
"""``handler(job, context)`` does the work of ``job.payload``; ``context`` acts as the system, on the current snapshot.

It may be called again with the same job (after a crash, a lost lease), so its effect must be the same once or twice.
Returning = done. Any exception = tried again later, until ``max_attempts``.
"""


class RetryLater(Exception):
    """Not now: the job runs again ``after`` that time (a remote side said so). Counts as an attempt."""

    def __init__(self, after: timedelta, reason: str = "") -> None:
        super().__init__(reason or f"again in {after}")
        self.after = after


class GiveUp(Exception):
    """Trying again is no use: the job goes to the dead list at once."""
