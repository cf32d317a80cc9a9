"""Every night: old entries of the audit go into the archive; what has run out or was done long ago is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from jimu.access.actor import SYSTEM
from jimu.access.audit import By
from jimu.exchange.audit_files import archive_audit
from jimu.hookspecs import hookimpl
from jimu.jobs.timers import Timer

KEEPING = "access.keeping"
# Failures count for a lock-out for as long as the settings say; none is longer than this.
_ATTEMPTS_FOR = timedelta(days=31)
_ANSWERS_FOR = timedelta(days=2)
# As long as somebody might ask what became of a job; those that failed stay until somebody has looked at them.
_DONE_JOBS_FOR = timedelta(days=14)


def keep(job: Any, context: Any) -> None:
    """Doing it again does nothing more."""
    now, settings = context.clock(), context.settings
    with context.store.write() as transaction:
        transaction.remove_sessions(now)
        transaction.remove_login_attempts(before=now - _ATTEMPTS_FOR)
        transaction.remove_known_devices(now)
        transaction.remove_answers(before=now - _ANSWERS_FOR)
        transaction.remove_done_jobs(now - _DONE_JOBS_FOR)
    days = settings.get("audit_days", 0)
    if days > 0:
        folder = Path(settings["home"]) / "audit"
        archive_audit(context.store, folder, now - timedelta(days=days), By(SYSTEM, now))


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {KEEPING: keep}


@hookimpl
def jimu_timers(manifest: Any) -> Iterable[Timer]:
    return [Timer("access_keeping", "20 3 * * *", KEEPING)]
