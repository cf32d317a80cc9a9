"""What follows from a change of stage, in the same transaction: its history and the tasks of the new stage.

The first period of a record is written when its first stage is left; until then it began with the record. So a record
that is made costs nothing more, a hundred thousand imported ones neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from jimu.business_time import NoEnd, add, find_calendar, working_time_between
from jimu.definitions.kinds.stages import StagesDef
from jimu.definitions.manifest import Manifest
from jimu.flows.stages.moves import TAKEN_OVER, Move, moves_of
from jimu.flows.stages.tasks import tasks_to_make
from jimu.records.commands import Create, Update
from jimu.records.wave import Wave
from jimu.storage.query import AllOf, Compare, Query

PERIOD = "stage_period"
_HOUR = Decimal(3600)


def follow_stages(wave: Wave) -> None:
    """Ask for the history of every move, and for the activities that its new stage wants."""
    if PERIOD not in wave.context.manifest.objects:
        return
    moves = list(moves_of(wave))
    moved = [m for m in moves if m.before is not None]
    periods = open_periods(wave, [m.draft.id for m in moved]) if moved else {}
    for move in moved:
        wave.unit.follow_ups += _history(move, periods.get(move.draft.id), wave)
    for move in moves:
        if move.before is not None or wave.context.actor.via not in TAKEN_OVER:
            wave.unit.follow_ups += tasks_to_make(move, wave, wave.context.manifest.workspace.locale)


def open_periods(wave: Wave, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Record id -> its period that has not ended."""
    filter = AllOf((Compare("record", "in", tuple(ids)), Compare("left_at", "blank")))
    rows = wave.transaction.select(Query(PERIOD, filter, fields=("record", "entered_at"), limit=len(ids))).rows
    return {row["record"]: row for row in rows}


def _history(move: Move, period: Mapping[str, Any] | None, wave: Wave) -> list[Create | Update]:
    assert move.before is not None
    now = wave.unit.now
    entered = period["entered_at"] if period else (move.draft.before or {}).get("created_at") or now
    left = {"left_at": now, "next_stage": move.after.value, **_lengths(move, entered, now, wave)}
    if period is not None:
        first: Create | Update = Update(PERIOD, period["id"], left)
    else:
        by = (move.draft.before or {}).get("created_by")
        first = Create(PERIOD, {**_base(move, move.before.value, entered, by, wave), **left})
    entering = _base(move, move.after.value, now, wave.context.actor.id or None, wave)
    entering["is_back"] = move.is_back
    entering["reason"] = wave.context.reason.strip()[:500] or None
    return [first, Create(PERIOD, entering)]


def _base(move: Move, stage: str, entered: datetime, by: int | None, wave: Wave) -> dict[str, Any]:
    return {
        "record": move.draft.id,
        "of_object": wave.object,
        "flow": move.stages.name,
        "stage": stage,
        "entered_at": entered,
        "entered_by": by,
        "due_at": due_at(move.stages, stage, entered, wave.context.manifest),
    }


def due_at(stages: StagesDef, stage: str, entered: datetime, manifest: Manifest) -> datetime | None:
    """When a record that entered ``stage`` then is expected to leave it."""
    expected = stages.stages[stage].expected
    if expected is None or stages.stages[stage].is_closed:
        return None
    try:
        return add(find_calendar(manifest, stages.calendar), entered, expected)
    except NoEnd:
        return None


def _lengths(move: Move, entered: datetime, now: datetime, wave: Wave) -> dict[str, Decimal]:
    calendar = find_calendar(wave.context.manifest, move.stages.calendar)
    seconds = Decimal((now - entered).total_seconds())
    working = Decimal(working_time_between(calendar, entered, now).total_seconds())
    return {"days": round(seconds / (24 * _HOUR), 2), "working_hours": round(working / _HOUR, 2)}
