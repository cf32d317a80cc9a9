"""The activities that a stage asks for: made when it is entered, looked at when it is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from jimu.business_time import NoEnd, add, find_calendar
from jimu.definitions.kinds.stages import StagesDef, StageTask
from jimu.flows.actions import Doing, Subject
from jimu.flows.actions.people import find_people, organisation
from jimu.flows.stages.moves import Move
from jimu.records.commands import Create
from jimu.records.wave import Wave
from jimu.storage.query import AllOf, Compare, Query

ACTIVITY = "activity"
KEY_FIELD = "stage_task"
_MOST = 1000


def task_key(stages: StagesDef, stage: str, name: str) -> str:
    """How an activity says which task of which stage it is."""
    return f"{stages.name}/{stage}/{name}"


def open_tasks(moves: Sequence[Move], wave: Wave) -> Mapping[int, list[str]]:
    """Record id -> the labels of the tasks that keep it in its stage: made there, required and not done."""
    wanted = {
        task_key(m.stages, m.before.value, task.name)
        for m in moves
        if m.is_forward and m.before is not None
        for task in m.before.tasks
        if task.required
    }
    if not wanted or ACTIVITY not in wave.context.manifest.objects:
        return {}
    ids = tuple(m.draft.id for m in moves)
    conditions = (
        Compare("record", "in", ids),
        Compare(KEY_FIELD, "in", tuple(sorted(wanted))),
        Compare("status", "eq", "open"),
    )
    query = Query(ACTIVITY, AllOf(conditions), fields=("record", "subject", KEY_FIELD), limit=_MOST)
    rows = wave.transaction.select(query).rows
    found: dict[int, list[str]] = {}
    for move in moves:
        if move.before is not None:
            keys = {task_key(move.stages, move.before.value, task.name) for task in move.before.tasks}
            here = [r["subject"] for r in rows if r["record"] == move.draft.id and r[KEY_FIELD] in keys]
            if here:
                found[move.draft.id] = here
    return found


def tasks_to_make(move: Move, wave: Wave, locale: str) -> list[Create]:
    """The activities of the stage that ``move`` enters."""
    if ACTIVITY not in wave.context.manifest.objects:
        return []
    return [Create(ACTIVITY, _activity(task, move, wave, locale)) for task in move.after.tasks]


def _activity(task: StageTask, move: Move, wave: Wave, locale: str) -> dict[str, object]:
    values = move.draft.values
    named = _first_named(task, move, wave) if task.people else values.get(task.whom or "owner")
    whom = named or values.get("owner") or wave.context.actor.id or None
    return {
        "subject": task.label.get(locale) or task.name,
        "kind": task.kind,
        "record": move.draft.id,
        "owner": whom if whom else None,
        "due_on": due_day(task, move.stages, wave.unit.now, wave),
        "notes": task.help.get(locale) or None,
        KEY_FIELD: task_key(move.stages, move.after.value, task.name),
    }


def _first_named(task: StageTask, move: Move, wave: Wave) -> int | None:
    """The first active person whom the task's rules name."""
    inside = replace(wave.context, transaction=wave.transaction)
    doing = Doing(inside, wave.object, (), asked_by=wave.context.actor.id or None)
    subject = Subject(move.draft.id, move.draft.values)
    return next(iter(find_people(task.people, subject, doing, organisation(doing))), None)


def due_day(task: StageTask, stages: StagesDef, now: datetime, wave: Wave) -> str | None:
    """The day by which a task made ``now`` is due."""
    if task.due is None:
        return None
    calendar = find_calendar(wave.context.manifest, stages.calendar)
    try:
        due = add(calendar, now, task.due)
    except NoEnd:
        return None
    zone = ZoneInfo(wave.context.manifest.workspace.time_zone)
    return due.astimezone(zone).date().isoformat()
