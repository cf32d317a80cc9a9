"""What sets automations off after a write: a job in the same transaction for each automation and up to 100 records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jimu.definitions.kinds.automation import AFTER, AutomationDef
from jimu.definitions.manifest import Manifest
from jimu.errors import BadRequest
from jimu.fieldtypes.ids import encode_id
from jimu.flows.automations.chain import chain_of, is_circle, trace
from jimu.flows.automations.finding import automations_of, is_set_off, may_hear
from jimu.messages import Message
from jimu.records import Context, write
from jimu.records.commands import Create
from jimu.records.draft import Draft
from jimu.records.wave import Wave
from jimu.storage.entries import JobRow

JOB = "automation.run"
RUN = "automation_run"
CHUNK = 100


def follow_automations(wave: Wave) -> None:
    """Queue the runs of those that the drafts of the wave set off; one that goes in a circle is stopped and logged."""
    if wave.object == RUN or wave.context.actor.via == "seed":
        return  # what is seeded comes with all that should have followed
    for automation in automations_of(wave.context.manifest, wave.object, AFTER):
        if not may_hear(automation, wave.action):
            continue
        drafts = [d for d in _written(wave) if is_set_off(automation, d, wave)]
        if drafts:
            _queue(automation, drafts, wave)


def _written(wave: Wave) -> list[Draft]:
    return wave.judged if wave.action in ("create", "update") else wave.open


def _queue(automation: AutomationDef, drafts: Sequence[Draft], wave: Wave) -> None:
    chain = chain_of(wave.context)
    if is_circle(chain, automation.name):
        wave.unit.follow_ups += [_stopped(automation, d.id, trace((*chain, automation.name)), wave) for d in drafts]
        return
    ids = [d.id for d in drafts]
    asked = wave.context.actor.id or None
    event = {"event": wave.action, "chain": list(chain), "asked_by": encode_id(asked) if asked else None}
    wave.transaction.emit(run_jobs(automation.name, ids, event))


def run_jobs(name: str, ids: Sequence[int], event: dict[str, Any]) -> list[JobRow]:
    """The jobs that run the automation ``name`` on records."""
    chunks = [ids[i : i + CHUNK] for i in range(0, len(ids), CHUNK)]
    return [JobRow(JOB, {**event, "automation": name, "ids": [encode_id(id) for id in chunk]}) for chunk in chunks]


def _stopped(automation: AutomationDef, record: int, trace: str, wave: Wave) -> Create:
    values = {
        "automation": automation.name,
        "of_object": automation.object,
        "record": record,
        "state": "stopped",
        "event": wave.action,
        "records": 1,
        "trace": trace,
        "started_at": wave.unit.now,
        "error": "These automations set each other off in a circle.",
    }
    return Create(RUN, values)


def approval_ended(transaction: Any, manifest: Manifest, object: str, record: int, outcome: str, flow: str) -> None:
    """Queue those that wait for the end of an approval of ``record``; within the transaction that ends it."""
    for automation in automations_of(manifest, object, AFTER):
        fits = (
            t.kind == "approval" and (not t.after or outcome in t.after) and t.name in ("", flow)
            for t in automation.triggers
        )
        if any(fits):
            event = {"event": f"approval:{outcome}", "chain": [], "judge": True}
            transaction.emit(run_jobs(automation.name, [record], event))


def set_off(automation: AutomationDef, record: int, context: Context) -> None:
    """Queue a run for what another system says has happened. Raises BadRequest if the automation waits for no such
    word.
    """
    if not automation.active or not any(t.kind == "webhook" for t in automation.triggers):
        raise BadRequest(Message("{name} is not set off by other systems.", {"name": automation.name}))
    asked = context.actor.id or None
    event = {"event": "webhook", "chain": [], "judge": True, "asked_by": encode_id(asked) if asked else None}
    with write.unit_of_work(context) as inside:
        inside.transaction.emit(run_jobs(automation.name, [record], event))
