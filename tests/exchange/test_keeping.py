"""What is forgotten every night."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from jimu.exchange.audit_jobs import keep
from jimu.storage.entries import JobRow
from tests.records.project import prepared_project

FILES = {"objects/thing.yaml": "label: Thing\nfields: {name: {type: text, required: true, label: Name}}\n"}


def test_jobs_that_were_done_long_ago_are_forgotten_and_failed_ones_are_not(backend: str, tmp_path: Path) -> None:
    with prepared_project(backend, tmp_path, FILES) as project:
        now = project.clock.now
        with project.store.write() as transaction:
            done, failed, waiting = transaction.emit([JobRow("a"), JobRow("b"), JobRow("c")])
            transaction.claim_jobs(now, now + timedelta(hours=1), 2, "w")
            assert transaction.finish_job(done, "w", now)
            assert transaction.bury_job(failed, "w", now, "broken")
        project.clock.forward(days=13)
        keep(None, project.system)
        with project.store.read() as transaction:
            assert transaction.count_jobs() == {"done": 1, "dead": 1, "waiting": 1}
        project.clock.forward(days=2)
        keep(None, project.system)
        with project.store.read() as transaction:
            assert transaction.count_jobs() == {"dead": 1, "waiting": 1}
            assert transaction.get_job(waiting) is not None
