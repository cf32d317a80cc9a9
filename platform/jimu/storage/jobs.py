"""The outbox: jobs written with their cause, taken by workers under a lease. Statuses: waiting, running, done, dead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from jimu.storage.connection import Connection
from jimu.storage.entries import BULK, NORMAL, URGENT, ClaimedJob, JobRow
from jimu.storage.physical import dump_json
from jimu.storage.tables import from_instant, to_instant

_COLUMNS = (
    "id, kind, payload, status, run_at, locked_until, owner, attempts, max_attempts, key, error, finished_at,"
    " started_at, priority"
)
_INSTANTS = ("run_at", "locked_until", "finished_at", "started_at")
_BEYOND = 2**62  # no row has such an id
# No lease is as long: one that ends later was given by a clock that has been set back since.
_LONGEST_LEASE = timedelta(minutes=10)
EVERY_KIND = "*"
DUE = "CASE WHEN run_at > 0 THEN run_at ELSE made_at END"
"""Since when a job is due; of one that is due at once, since it was written."""

STATES = ("waiting", "running", "done", "dead")
MOST_COUNTED = 10_000
"""Of more jobs in one state nobody needs to know how many."""



def emit(connection: Connection, rows: Sequence[JobRow]) -> list[int]:
    """See ``Transaction.emit``."""
    text = ("INSERT INTO job (kind, payload, status, run_at, attempts, max_attempts, key, priority, made_at)"  # noqa: S608
            f" VALUES (?, ?, 'waiting', ?, 0, ?, ?, ?, {connection.capabilities.moment})"
            " ON CONFLICT (key) WHERE status = 'waiting' AND key IS NOT NULL DO NOTHING RETURNING id")
    added: list[int] = []
    for row in rows:
        run_at = to_instant(row.run_at) if row.run_at else 0
        found = connection.ask(text, row.kind, dump_json(row.payload), run_at, row.max_attempts, row.key,
                               row.priority)
        added += [r[0] for r in found]
    return added


def claim_jobs(
    connection: Connection, now: datetime, lease_until: datetime, limit: int, owner: str, tried: bool
) -> list[ClaimedJob]:
    """See ``Transaction.claim_jobs``."""
    paused = set(paused_kinds(connection))
    if EVERY_KIND in paused:
        return []
    at = to_instant(now)
    due: list[int] = []
    for priority in (URGENT, NORMAL, BULK):
        if len(due) < limit:
            due += _find_due(connection, "status = 'waiting' AND priority = ? AND run_at <= ?", (priority, at), paused,
                             "run_at, id", limit - len(due))
    if len(due) < limit:
        _shorten_leases(connection, now, lease_until)
        due += _find_due(connection, "status = 'running' AND locked_until <= ?", (at,), paused, "locked_until",
                         limit - len(due))
    if not due:
        return []
    rows = connection.ask(
        "UPDATE job SET status = 'running', owner = ?, locked_until = ?, started_at = ?, attempts = attempts + ?"  # noqa: S608
        f" WHERE id {connection.among()} RETURNING id, kind, payload, attempts, max_attempts, run_at",
        owner, to_instant(lease_until), at, int(tried), connection.list_value(due))
    order = {id: place for place, id in enumerate(due)}
    rows.sort(key=lambda r: order[r[0]])
    return [_claimed(row) for row in rows]


def _find_due(
    connection: Connection, where: str, params: tuple[int, ...], paused: set[str], order: str, limit: int
) -> list[int]:
    """Ids of up to ``limit`` jobs that are not of a paused kind and that nobody else is about to take."""
    skip = " FOR UPDATE SKIP LOCKED" if connection.capabilities.skip_locked else ""
    left_out = f" AND kind NOT IN ({', '.join('?' for _ in paused)})" if paused else ""
    text = f"SELECT id FROM job WHERE {where}{left_out} ORDER BY {order} LIMIT {int(limit)}{skip}"  # noqa: S608
    return [row[0] for row in connection.ask(text, *params, *paused)]


def _shorten_leases(connection: Connection, now: datetime, lease_until: datetime) -> None:
    """Leases given by a clock that has been set back end as if they were given now: whoever is alive renews his."""
    connection.do("UPDATE job SET locked_until = ? WHERE status = 'running' AND locked_until > ?",
                  to_instant(lease_until), to_instant(max(lease_until, now + _LONGEST_LEASE)))


def _claimed(row: tuple[Any, ...]) -> ClaimedJob:
    return ClaimedJob(row[0], row[1], orjson.loads(row[2]), row[3], row[4], from_instant(row[5]))


def renew_job(connection: Connection, id: int, owner: str, lease_until: datetime, new_owner: str | None) -> bool:
    """See ``Transaction.renew_job``."""
    return connection.do(
        "UPDATE job SET locked_until = ?, owner = ?, attempts = attempts + ?"
        " WHERE id = ? AND owner = ? AND status = 'running'",
        to_instant(lease_until), new_owner or owner, int(new_owner is not None), id, owner) == 1


def finish_job(connection: Connection, id: int, owner: str, now: datetime) -> bool:
    """See ``Transaction.finish_job``."""
    return connection.do(
        "UPDATE job SET status = 'done', finished_at = ?, locked_until = NULL, error = NULL"
        " WHERE id = ? AND owner = ? AND status = 'running'", to_instant(now), id, owner) == 1


def retry_job(connection: Connection, id: int, owner: str, run_at: datetime, error: str) -> bool:
    """See ``Transaction.retry_job``. If another job with its key waits by now, this one is done."""
    text = ("UPDATE job SET status = CASE WHEN key IS NOT NULL AND EXISTS (SELECT 1 FROM job other"
            " WHERE other.key = job.key AND other.status = 'waiting') THEN 'done' ELSE 'waiting' END,"
            " run_at = ?, locked_until = NULL, owner = NULL, error = ?, finished_at = ?"
            " WHERE id = ? AND owner = ? AND status = 'running'")
    at = to_instant(run_at)
    return connection.do(text, at, error, at, id, owner) == 1


def release_job(connection: Connection, id: int, owner: str, run_at: datetime) -> bool:
    """See ``Transaction.release_job``."""
    return connection.do(
        "UPDATE job SET status = 'waiting', run_at = ?, locked_until = NULL, owner = NULL"
        " WHERE id = ? AND owner = ? AND status = 'running'", to_instant(run_at), id, owner) == 1


def find_job(connection: Connection, id: int) -> ClaimedJob | None:
    """See ``Transaction.find_job``."""
    rows = connection.ask("SELECT id, kind, payload, attempts, max_attempts, run_at FROM job WHERE id = ?", id)
    return _claimed(rows[0]) if rows else None


def bury_job(connection: Connection, id: int, owner: str, now: datetime, error: str) -> bool:
    """See ``Transaction.bury_job``."""
    return connection.do(
        "UPDATE job SET status = 'dead', finished_at = ?, locked_until = NULL, error = ?"
        " WHERE id = ? AND owner = ? AND status = 'running'", to_instant(now), error, id, owner) == 1


def revive_job(connection: Connection, id: int, now: datetime) -> bool:
    """See ``Transaction.revive_job``."""
    return connection.do(
        "UPDATE job SET status = 'waiting', run_at = ?, attempts = 0, owner = NULL, finished_at = NULL"
        " WHERE id = ? AND status = 'dead' AND (key IS NULL OR NOT EXISTS (SELECT 1 FROM job other"
        " WHERE other.key = job.key AND other.status = 'waiting'))", to_instant(now), id) == 1


def paused_kinds(connection: Connection) -> dict[str, tuple[datetime, str]]:
    """See ``Transaction.paused_kinds``."""
    return {row[0]: (from_instant(row[1]), row[2]) for row in connection.ask("SELECT kind, at, by FROM job_pause")}


def pause_jobs(connection: Connection, kind: str, now: datetime, by: str) -> bool:
    """See ``Transaction.pause_jobs``."""
    return connection.do("INSERT INTO job_pause (kind, at, by) VALUES (?, ?, ?) ON CONFLICT (kind) DO NOTHING",
                         kind, to_instant(now), by) == 1


def resume_jobs(connection: Connection, kind: str) -> bool:
    """See ``Transaction.resume_jobs``."""
    return connection.do("DELETE FROM job_pause WHERE kind = ?", kind) == 1


def take_slot(connection: Connection, timer: str, slot: int) -> bool:
    """See ``Transaction.take_slot``."""
    return connection.do("INSERT INTO timer_slot (timer, slot) VALUES (?, ?) ON CONFLICT DO NOTHING", timer, slot) == 1


def forget_slots(connection: Connection, before: int) -> int:
    """See ``Transaction.forget_slots``."""
    return connection.do("DELETE FROM timer_slot WHERE slot < ?", before)


def next_job_at(connection: Connection) -> datetime | None:
    """See ``Transaction.next_job_at``."""
    paused = list(paused_kinds(connection))
    if EVERY_KIND in paused:
        return None
    others = f" AND kind NOT IN ({', '.join('?' for _ in paused)})" if paused else ""
    found = connection.ask(
        f"SELECT min({DUE}) FROM job WHERE status = 'waiting'{others}"  # noqa: S608
        f" UNION ALL SELECT min(locked_until) FROM job WHERE status = 'running'{others}", *paused, *paused)
    moments = [row[0] for row in found if row[0] is not None]
    return from_instant(min(moments)) if moments else None


def cancel_job(connection: Connection, id: int, now: datetime, reason: str) -> bool:
    """See ``Transaction.cancel_job``."""
    return connection.do(
        "UPDATE job SET status = 'dead', finished_at = ?, error = ? WHERE id = ? AND status = 'waiting'",
        to_instant(now), reason, id) == 1


def list_jobs(
    connection: Connection, status: str, limit: int, before: int | None = None, kind: str = ""
) -> list[dict[str, Any]]:
    """See ``Transaction.list_jobs``."""
    of_kind, given = (" AND kind = ?", (kind,)) if kind else ("", ())
    rows = connection.ask(
        f"SELECT {_COLUMNS} FROM job WHERE status = ? AND id < ?{of_kind} ORDER BY id DESC LIMIT {int(limit)}",  # noqa: S608
        status, before or _BEYOND, *given)
    return [_listed(row) for row in rows]


def get_job(connection: Connection, id: int) -> dict[str, Any] | None:
    """See ``Transaction.get_job``."""
    rows = connection.ask(f"SELECT {_COLUMNS} FROM job WHERE id = ?", id)  # noqa: S608
    return _listed(rows[0]) if rows else None


def _listed(row: tuple[Any, ...]) -> dict[str, Any]:
    job = dict(zip(_COLUMNS.split(", "), row, strict=True))
    job["payload"] = orjson.loads(job["payload"])
    for name in _INSTANTS:
        job[name] = from_instant(job[name]) if job[name] is not None else None
    return job


def count_jobs(connection: Connection) -> dict[str, int]:
    """See ``Transaction.count_jobs``."""
    # Written out, so that the partial indexes serve; each part ends where it has counted enough.
    parts = [
        f"SELECT '{state}', count(*) FROM (SELECT 1 FROM job WHERE status = '{state}' LIMIT {MOST_COUNTED}) AS {state}"  # noqa: S608
        for state in STATES
    ]
    return {row[0]: row[1] for row in connection.ask(" UNION ALL ".join(parts)) if row[1]}


def remove_done_jobs(connection: Connection, before: datetime) -> int:
    """See ``Transaction.remove_done_jobs``."""
    return connection.do("DELETE FROM job WHERE status = 'done' AND finished_at < ?", to_instant(before))
