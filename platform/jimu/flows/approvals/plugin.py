"""Approvals on the write path and in the queue: locks, triggers, timers, people who leave, absences that change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.approvals import events
from jimu.flows.approvals.keeping import TIMER_JOB
from jimu.flows.approvals.locking import judge_locks
from jimu.flows.approvals.service import person_changed, timer_due
from jimu.flows.approvals.triggers import follow_edits, follow_triggers, hold_changes
from jimu.hookspecs import hookimpl
from jimu.records.wave import Wave
from jimu.storage.entries import JobRow

PEOPLE_JOB = "approvals.people"
_KINDS: dict[str, type[events.Event]] = {"left": events.Left, "agents": events.AgentsChanged}


@hookimpl
def jimu_prepare_write(wave: Wave) -> None:
    hold_changes(wave)


@hookimpl
def jimu_judge_write(wave: Wave) -> None:
    judge_locks(wave)


@hookimpl
def jimu_follow_write(wave: Wave) -> None:
    follow_triggers(wave)
    follow_edits(wave)
    _follow_people(wave)


def _follow_people(wave: Wave) -> None:
    """Somebody is active no longer, or is away: a job looks at the tasks they have."""
    if not wave.context.manifest.all("approval"):
        return
    jobs: list[JobRow] = []
    if wave.object == "user" and wave.action in ("update", "delete"):
        for draft in wave.open:
            was = (draft.before or {}).get("active")
            if was and (wave.action == "delete" or not draft.values.get("active")):
                jobs.append(_job(draft.id, "left"))
    elif wave.object == "absence":
        for draft in wave.open:
            owner = draft.values.get("owner") or (draft.before or {}).get("owner")
            begins = draft.values.get("starts_at")
            if owner is not None:
                jobs.append(_job(owner, "agents"))
                if wave.action == "create" and begins is not None and begins > wave.unit.now:
                    jobs.append(JobRow(PEOPLE_JOB, {"person": encode_id(owner), "kind": "agents"}, begins))
    if jobs:
        wave.transaction.emit(jobs)


def _job(person: int, kind: str) -> JobRow:
    return JobRow(PEOPLE_JOB, {"person": encode_id(person), "kind": kind})


def run_timer(job: Any, context: Any) -> None:
    timer_due(decode_id(job.payload["approval"]), int(job.payload["timer"]), context)


def run_people(job: Any, context: Any) -> None:
    person_changed(decode_id(job.payload["person"]), _KINDS[job.payload["kind"]], context)


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {TIMER_JOB: run_timer, PEOPLE_JOB: run_people}
