"""When rules are asked: after a record was made or lost its owner, when the time to take it up is over, and from time
to time. Jobs are queued in the transaction of their cause, so nothing is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jimu.definitions.kinds.assignment import AssignmentDef
from jimu.definitions.manifest import Manifest
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.assignments.accepting import check_accepted
from jimu.flows.assignments.placing import CHECK_JOB, place
from jimu.hookspecs import hookimpl
from jimu.jobs.timers import Timer
from jimu.records.ownership import select_unowned
from jimu.storage.entries import JobRow

PLACE_JOB, SWEEP_JOB = "assignments.place", "assignments.sweep"
PORTION = 200
_CRON = {"hour": "10 * * * *", "day": "30 2 * * *"}


@hookimpl
def jimu_follow_write(wave: Any) -> None:
    """Queue the assignment of records that were made without an owner or lost theirs."""
    cause = {"create": "create", "update": "return"}.get(wave.action)
    rules = wave.context.manifest.all("assignment")
    if cause is None or not any(r.object == wave.object and cause in r.on for r in rules.values()):
        return
    ids = [d.id for d in wave.judged if d.values.get("owner") is None and _lost(d, cause)]
    jobs = [
        JobRow(
            PLACE_JOB, {"object": wave.object, "cause": cause, "ids": [encode_id(i) for i in ids[at : at + PORTION]]}
        )
        for at in range(0, len(ids), PORTION)
    ]
    if jobs:
        wave.transaction.emit(jobs)


def _lost(draft: Any, cause: str) -> bool:
    return cause == "create" or (draft.before or {}).get("owner") is not None


def place_queued(job: Any, context: Any) -> None:
    place(job.payload["object"], [decode_id(id) for id in job.payload["ids"]], job.payload["cause"], context)


def check_queued(job: Any, context: Any) -> None:
    rule = context.manifest.all("assignment").get(job.payload["rule"])
    if rule is not None and rule.accept is not None:
        check_accepted(rule, [decode_id(id) for id in job.payload["ids"]], context)


def sweep(job: Any, context: Any) -> None:
    """Ask the rules that are asked from time to time about everything that nobody owns."""
    objects = {r.object: r for r in _swept(context.manifest) if r.every == job.payload["every"]}
    for object in sorted(objects):
        after = 0
        while ids := select_unowned(object, after, PORTION, context):
            place(object, ids, "schedule", context)
            after = ids[-1]


def _swept(manifest: Manifest) -> Iterable[AssignmentDef]:
    return [r for r in manifest.all("assignment").values() if "schedule" in r.on]


@hookimpl
def jimu_timers(manifest: Manifest) -> Iterable[Timer]:
    wanted = sorted({rule.every for rule in _swept(manifest)})
    zone = manifest.workspace.time_zone
    return [Timer(f"assignments_{every}", _CRON[every], SWEEP_JOB, zone, {"every": every}) for every in wanted]


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {PLACE_JOB: place_queued, CHECK_JOB: check_queued, SWEEP_JOB: sweep}
