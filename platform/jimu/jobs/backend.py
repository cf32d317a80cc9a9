"""Where due jobs are run: in this process (here), or by RQ workers (``rq_backend``)."""

from __future__ import annotations

import os
import socket
import threading
from itertools import count
from typing import Protocol

from jimu.jobs.runner import Runner

_NUMBERS = count(1)


def owner_name(role: str = "worker") -> str:
    """A name for a holder of leases that no other has: host, process, a running number."""
    return f"{role}:{socket.gethostname()}:{os.getpid()}:{next(_NUMBERS)}"


class JobBackend(Protocol):
    def take(self) -> int:
        """Take what is due, as much as is sensible at once, and run it or pass it on; how many were taken."""
        ...


class LocalBackend:
    """Runs due jobs one after the other in the calling thread. Several threads and processes may each have one."""

    def __init__(self, runner: Runner, batch: int = 20) -> None:
        self.runner = runner
        self.batch = batch
        self.owner = owner_name()

    def take(self, stop: threading.Event | None = None) -> int:
        """Jobs are claimed one at a time: a lease then never runs down while its job waits behind another."""
        taken = 0
        while taken < self.batch and not (stop and stop.is_set()):
            now = self.runner.clock()
            with self.runner.open_transaction() as transaction:
                jobs = transaction.claim_jobs(now, now + self.runner.lease, 1, self.owner)
            if not jobs:
                break
            self.runner.run(jobs[0], self.owner)
            taken += 1
        return taken
