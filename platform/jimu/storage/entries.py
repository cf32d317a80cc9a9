"""Rows of the engine's own tables as callers see them, and what callers ask the store to compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jimu.storage.query import Sort

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Title:
    """What is known of any record by its id alone; resolved from the ``record`` table."""

    object: str
    title: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of one record. ``actor`` 0 is the system, None nobody. ``changes`` maps a field to [before, after].

    The values may be anything JSON can say, and also Decimal, date, datetime, time and timedelta, which are stored as
    JSON does outside (decimals as text, ISO dates, UTC with Z, durations as seconds) and come back in that form.
    """

    record_id: int
    object: str
    at: datetime
    action: str                        # create update delete restore purge …
    actor: int | None = None
    via: str = ""
    reason: str = ""
    version: int | None = None
    changes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    id: int | None = None              # set when read


URGENT, NORMAL, BULK = range(3)
"""Priorities of jobs: what keeps time; what somebody waits for; what may take its time."""


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job to be done at ``run_at`` (None: at once). While a job with ``key`` waits, another with it is not added.

    Of the due ones those of the lesser ``priority`` go first.
    """

    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    run_at: datetime | None = None
    key: str | None = None
    max_attempts: int = 10
    priority: int = NORMAL


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job taken by a worker; ``attempts`` counts this one too."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    max_attempts: int
    run_at: datetime


@dataclass(frozen=True, slots=True)
class RollupSpec:
    """What a roll-up column of a parent is computed from: living rows of ``object`` whose ``column`` is the parent's
    id.

    ``function``: count, sum, min, max, avg, latest (``field`` of the row that is first by ``order_by``; without
    ``order_by``, of the one created last). ``where``: a checked Formula on the child's own columns. ``measure``: a
    Formula that takes the place of ``field``; where it is blank and ``field`` is not, so is the result. ``currency``:
    the workspace's own, for it.
    """

    object: str
    column: str
    function: str
    field: str | None = None
    where: Any = None
    order_by: Sequence[Sort] = ()
    measure: Any = None
    currency: str = ""

    @property
    def source(self) -> str:
        """The whole as text, for people, and to tell when it reads differently."""
        measured = f"{self.object}.{self.field}" if self.field else self.object
        where = f" where {self.where.source}" if self.where is not None else ""
        order = ", ".join(f"{'-' if s.descending else ''}{'.'.join(s.path)}" for s in self.order_by)
        if self.measure is not None:
            measured += f" as {self.measure.source}"
        return f"{self.function}({measured}) by {self.column}{where}{f' order {order}' if order else ''}"


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A configuration that was applied. ``files`` (path → text) is only read on request. ``summary``: how many changes
    of each sort it brought (``field_added`` → 2); None: not known.
    """

    id: int
    hash: str
    at: datetime
    author: str = ""
    commit: str = ""
    note: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    summary: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class IdempotentAnswer:
    """The answer that a request with this key got; ``body`` is what the face stored."""

    request_hash: str
    status: int
    body: str
    at: datetime
