"""Jobs: what must happen later or elsewhere. The queue is the ``job`` table; a row commits with its cause.

A worker takes due rows under a lease, runs the handler of the row's kind and marks the row done, to be tried again, or
dead. With Redis configured it hands the rows to RQ workers instead. A worker that dies lets its lease run out, and the
row is taken again: a job may run twice, so **a handler must be idempotent**. Knows no SQL (the store's transaction does
it, see ``queue``), no records and no users: handlers get their context from the runtime.
"""

from jimu.jobs.backend import JobBackend, LocalBackend
from jimu.jobs.handlers import GiveUp, Handler, RetryLater
from jimu.jobs.queue import Job, JobTransaction
from jimu.jobs.runner import Outcome, Runner
from jimu.jobs.worker import Worker

__all__ = [
    "GiveUp", "Handler", "Job", "JobBackend", "JobTransaction", "LocalBackend", "Outcome", "RetryLater", "Runner",
    "Worker",
]
