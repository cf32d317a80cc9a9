"""Saving what was observed, and reading it again: one row per shape, over all processes."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import sqlalchemy as sa

from jimu.storage.errors import StoreError
from jimu.storage.observed import QuestionShape, load_shape
from jimu.storage.tables import from_instant, to_instant

if TYPE_CHECKING:
    from jimu.storage.connections import Connections

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
EVERY_READS = 20_000
KEPT = timedelta(days=90)  # since it was last asked

_SAVE = (
    "INSERT INTO observed_question (shape, seen, spent, worst, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (shape) DO UPDATE SET seen = observed_question.seen + excluded.seen,"
    " spent = observed_question.spent + excluded.spent, last_at = excluded.last_at,"
    " worst = CASE WHEN excluded.worst > observed_question.worst THEN excluded.worst"
    " ELSE observed_question.worst END"
)


@dataclass(frozen=True, slots=True)
class ObservedQuestion:
    """``spent`` and ``worst`` in microseconds."""

    shape: QuestionShape
    seen: int
    spent: int
    worst: int
    first_at: datetime
    last_at: datetime


class Observer:
    """Decides when to save. Nobody waits for it: saving has a thread and a transaction of its own.

    ``is_on`` False (as in every command but the servers): questions are counted but not kept.
    """

    def __init__(self) -> None:
        self.is_on = False
        self._reads = 0
        self._due = time.monotonic() + EVERY_SECONDS

    def after_read(self, database: Connections) -> None:
        """Called when a reading transaction is over."""
        self._reads += 1
        if self.is_on and (self._reads >= EVERY_READS or time.monotonic() >= self._due):
            self._reads, self._due = 0, time.monotonic() + EVERY_SECONDS
            threading.Thread(target=save, args=(database,), name="jimu-observer", daemon=True).start()


def save(database: Connections) -> None:
    """Add what was counted since the last time to the rows in ``database``. A database that is busy or away is no
    failure: what is not saved now is saved later.
    """
    with database.observations.saving:
        increases = database.observations.increases()
        if not increases:
            return
        today = datetime.now(UTC)
        now = to_instant(today)
        rows = [(i.shape.dump(), i.seen, i.spent // 1000, i.worst // 1000, now, now) for i in increases]
        try:
            with database.writing() as connection:
                connection.do_many(_SAVE, rows)
                connection.do("DELETE FROM observed_question WHERE last_at < ?", to_instant(today - KEPT))
        except (StoreError, sqlite3.Error, psycopg.Error, sa.exc.DBAPIError) as error:
            log.debug("observed questions are not saved now: %s", error)
            return
        database.observations.mark_saved(increases)


def list_observed(database: Connections) -> list[ObservedQuestion]:
    """What took most time in all, first."""
    with database.reading() as connection:
        rows = connection.rows(
            "SELECT shape, seen, spent, worst, first_at, last_at FROM observed_question ORDER BY spent DESC, shape"
        )
    return [
        ObservedQuestion(load_shape(shape), seen, spent, worst, from_instant(first), from_instant(last))
        for shape, seen, spent, worst, first, last in rows
    ]
