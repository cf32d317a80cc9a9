"""The bytes of files whose last record was removed for good go too, with their thumbnails.

Equal content is kept once, so a job looks whether another record (also one in the recycle bin) still has it. Queued in
the transaction that removes the record. Called by ``write_steps.deletion`` and the job worker.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jimu.hookspecs import hookimpl
from jimu.jobs import RetryLater
from jimu.records.stored_files import ATTACHMENT, path_of
from jimu.records.thumbnails import thumbnails_of
from jimu.storage.entries import JobRow
from jimu.storage.query import Compare, Query

if TYPE_CHECKING:
    from jimu.storage import Transaction

GONE_JOB = "jimu.files_gone"
BATCH = 200
# Bytes are written before the record that they belong to: those of late may be about to get one. By the clock of the
# machine, which dates files.
YOUNG = timedelta(hours=1)


def jobs_of(rows: Iterable[Mapping[str, Any]]) -> list[JobRow]:
    """The jobs that follow the removal of these attachments."""
    digests = sorted({str(row["digest"]) for row in rows if row.get("digest")})
    return [JobRow(GONE_JOB, {"digests": digests[i : i + BATCH]}) for i in range(0, len(digests), BATCH)]


def remove_files(job: Any, context: Any) -> None:
    """Remove what no record has any more; asks to be called again for what is too young to tell."""
    digests = job.payload["digests"]
    with context.store.read() as transaction:
        kept = _kept(digests, transaction)
    young = [d for d in digests if d not in kept and not _remove(path_of(d, context.settings))]
    if young:
        raise RetryLater(YOUNG, f"{len(young)} files are too young to tell whether somebody is about to need them")


def _kept(digests: Collection[str], transaction: Transaction) -> set[str]:
    """Those that a record still has. Several may have the same, so what was found is not asked for again."""
    kept: set[str] = set()
    while asked := sorted(set(digests) - kept):
        query = Query(ATTACHMENT, Compare("digest", "in", asked), fields=("digest",), limit=BATCH, deleted="any")
        found = {row["digest"] for row in transaction.select(query).rows}
        if not found:
            break
        kept |= found
    return kept


def _remove(path: Path) -> bool:
    """Whether the file is gone."""
    if not path.is_file():
        return True
    if time.time() - path.stat().st_mtime < YOUNG.total_seconds():
        return False
    for one in (*thumbnails_of(path), path):
        one.unlink(missing_ok=True)
    return True


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {GONE_JOB: remove_files}
