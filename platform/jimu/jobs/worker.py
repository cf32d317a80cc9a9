"""The worker's loop: notice a new revision, take what is due, rest."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from jimu.jobs.backend import JobBackend

log = logging.getLogger(__name__)

REST = 1.0  # seconds between two looks at an empty queue


class Worker:
    """``refresh`` is called before each look at the queue; the runtime reloads there if the pulse has moved on."""

    def __init__(self, backend: JobBackend, refresh: Callable[[], object] = lambda: None, rest: float = REST) -> None:
        self.backend = backend
        self.refresh = refresh
        self.rest = rest
        self.stop = threading.Event()

    def run(self) -> None:
        """Work until ``stop`` is set. A database or Redis that is away is waited for."""
        failures = 0
        while not self.stop.is_set():
            try:
                self.refresh()
                taken = self.backend.take()
                failures = 0
            except Exception:  # the loop outlives whatever the database or Redis throws
                failures += 1
                taken = 0
                log.warning("the queue cannot be reached (%s in a row)", failures, exc_info=failures == 1)
            if not taken:
                self.stop.wait(min(self.rest * 2 ** min(failures, 5), 30.0))

    def drain(self) -> int:
        """Run what is due now and return; how many jobs were taken."""
        total = 0
        self.refresh()
        while taken := self.backend.take():
            total += taken
        return total

    def start_thread(self) -> threading.Thread:
        """``run`` in a thread of its own; set ``stop`` and join it to end it."""
        thread = threading.Thread(target=self.run, name="jimu-worker", daemon=True)
        thread.start()
        return thread
