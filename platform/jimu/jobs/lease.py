"""Keeping a lease while a handler works, so that a long job is not taken for a dead one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from jimu.clock import Clock
from jimu.jobs.queue import OpenTransaction

LEASE = timedelta(seconds=60)

log = logging.getLogger(__name__)


@contextmanager
def kept_lease(
    open_transaction: OpenTransaction, clock: Clock, job_id: int, owner: str, lease: timedelta
) -> Iterator[None]:
    """Renews the lease every third of its length until the block ends. A job shorter than that costs no query."""
    done = threading.Event()

    def keep() -> None:
        while not done.wait(lease.total_seconds() / 3):
            try:
                with open_transaction() as transaction:
                    if not transaction.renew_job(job_id, owner, clock() + lease):
                        log.warning("job %s: the lease was lost", job_id)
                        return
            except Exception:  # the database may be away for a while; the next round tries again
                log.warning("job %s: the lease could not be renewed", job_id, exc_info=True)

    thread = threading.Thread(target=keep, name=f"lease-{job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
