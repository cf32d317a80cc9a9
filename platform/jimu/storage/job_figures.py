"""How each kind of job fares: what waits, runs and failed, how long those took that ended within the last day.

Bounded however long the table is: waiting, running and dead jobs are found by their partial indexes, and of those that
are done the newest ``MOST_LOOKED_AT`` are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jimu.storage.connection import Connection
from jimu.storage.jobs import DUE, MOST_COUNTED
from jimu.storage.tables import from_instant, to_instant

MOST_LOOKED_AT = 20_000
DAY = timedelta(days=1)


@dataclass
class JobFigures:
    """``done`` within the last day, of which ``durations`` are sorted seconds. ``oldest``: since when the one that is
    due for longest waits (None: none is due). States are counted up to ``jobs.MOST_COUNTED`` over all kinds.
    """

    kind: str
    waiting: int = 0
    running: int = 0
    dead: int = 0
    done: int = 0
    oldest: datetime | None = None
    durations: list[float] = field(default_factory=list)

    def quantile(self, share: float) -> float | None:
        """So many seconds at most took ``share`` (0 to 1) of the jobs of the last day; None: none ended."""
        if not self.durations:
            return None
        return self.durations[min(int(share * len(self.durations)), len(self.durations) - 1)]


def job_figures(connection: Connection, now: datetime) -> list[JobFigures]:
    """See ``Transaction.job_figures``."""
    found: dict[str, JobFigures] = {}

    def of(kind: str) -> JobFigures:
        return found.setdefault(kind, JobFigures(kind))

    for kind, count, oldest in _waiting(connection, now):
        of(kind).waiting = count
        of(kind).oldest = from_instant(oldest) if oldest is not None else None
    for kind, count in _in_state(connection, "running"):
        of(kind).running = count
    for kind, count in _in_state(connection, "dead"):
        of(kind).dead = count
    for kind, began, ended in _done(connection, now):
        of(kind).done += 1
        if began is not None:
            of(kind).durations.append(max(ended - began, 0) / 1_000_000)
    for figures in found.values():
        figures.durations.sort()
    return [found[kind] for kind in sorted(found)]


def _waiting(connection: Connection, now: datetime) -> Sequence[tuple[str, int, int | None]]:
    text = (
        "SELECT kind, count(*), min(CASE WHEN due <= ? THEN due END) FROM"  # noqa: S608 - constants only
        f" (SELECT kind, {DUE} AS due FROM job WHERE status = 'waiting' ORDER BY priority, run_at"
        f" LIMIT {MOST_COUNTED}) AS part GROUP BY kind"
    )
    return list(connection.ask(text, to_instant(now)))


def _in_state(connection: Connection, state: str) -> Sequence[tuple[str, int]]:
    text = (
        "SELECT kind, count(*) FROM"  # noqa: S608 - constants only
        f" (SELECT kind FROM job WHERE status = '{state}' LIMIT {MOST_COUNTED}) AS part GROUP BY kind"
    )
    return list(connection.ask(text))


def _done(connection: Connection, now: datetime) -> Sequence[tuple[str, int | None, int]]:
    text = (
        "SELECT kind, started_at, finished_at FROM"  # noqa: S608 - constants only
        " (SELECT kind, status, started_at, finished_at FROM job ORDER BY id DESC"
        f" LIMIT {MOST_LOOKED_AT}) AS newest WHERE status = 'done' AND finished_at >= ?"
    )
    return list(connection.ask(text, to_instant(now - DAY)))
