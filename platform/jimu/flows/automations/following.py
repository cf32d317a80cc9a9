"""What sets automations off after a write: a job in the same transaction for up to 100 records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from jimu.definitions.kinds.automation import AFTER, AutomationDef, Trigger
from jimu.errors import BadRequest
from jimu.fieldtypes.ids import encode_id
from jimu.flows.automations.finding import automations_of, is_set_off, may_hear
from jimu.flows.chain import chain_of, in_chain, is_circle, led_on, trace
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
    chain, wanted = chain_of(wave.context), []
    for automation in automations_of(wave.context.manifest, wave.object, AFTER):
        if not may_hear(automation, wave.action):
            continue
        ids = [d.id for d in _written(wave) if is_set_off(automation, d, wave)]
        if ids and is_circle(chain, automation.name):
            told = trace((*chain, automation.name))
            wave.unit.follow_ups += [_stopped(automation, id, told, wave.action, wave.context) for id in ids]
        elif ids:
            wanted.append((automation.name, ids))
    asked = wave.context.actor.id or None
    event = {"event": wave.action, "chain": list(chain), "asked_by": encode_id(asked) if asked else None}
    wave.transaction.emit(jobs_in_order(wanted, event))


def _written(wave: Wave) -> list[Draft]:
    return wave.judged if wave.action in ("create", "update") else wave.open


def jobs_in_order(wanted: Sequence[tuple[str, Sequence[int]]], event: dict[str, Any]) -> list[JobRow]:
    """The jobs that run automations on records, each on up to 100 at a time: a job runs the first automation that its
    records set off, and says under ``then`` which come after it, so that their order holds however many workers there
    are.
    """
    jobs = []
    for chunk in _chunks(wanted):
        parts = [(name, [encode_id(id) for id in ids if id in chunk]) for name, ids in wanted]
        jobs += job_of([(name, ids) for name, ids in parts if ids], event)
    return jobs


def _chunks(wanted: Sequence[tuple[str, Sequence[int]]]) -> Iterator[set[int]]:
    """The records in parts in which no automation has more than 100."""
    names: dict[int, list[str]] = {}
    for name, ids in wanted:
        for id in ids:
            names.setdefault(id, []).append(name)
    chunk: set[int] = set()
    counts: Counter[str] = Counter()
    for id in sorted(names):
        if any(counts[name] == CHUNK for name in names[id]):
            yield chunk
            chunk, counts = set(), Counter()
        chunk.add(id)
        counts.update(names[id])
    if chunk:
        yield chunk


def job_of(parts: Sequence[tuple[str, Sequence[str]]], event: dict[str, Any]) -> list[JobRow]:
    """The job that runs ``parts`` (automation and ids), one after the other; none if there are none."""
    if not parts:
        return []
    (name, ids), *rest = parts
    then = {"then": [[n, list(i)] for n, i in rest]} if rest else {}
    return [JobRow(JOB, {**event, **then, "automation": name, "ids": list(ids)})]


def run_jobs(name: str, ids: Sequence[int], event: dict[str, Any]) -> list[JobRow]:
    """The jobs that run the automation ``name`` on records."""
    return jobs_in_order([(name, ids)], event)


def _stopped(automation: AutomationDef, record: int, trace: str, event: str, context: Context) -> Create:
    values = {
        "automation": automation.name,
        "of_object": automation.object,
        "record": record,
        "state": "stopped",
        "event": event,
        "records": 1,
        "trace": trace,
        "started_at": context.clock(),
        "error": "These automations set each other off in a circle.",
    }
    return Create(RUN, values)


def approval_ended(object: str, record: int, outcome: str, flow: str, context: Context) -> None:
    """Queue those that wait for the end of an approval of ``record``; within the transaction that ends it."""
    chain, event, wanted = chain_of(led_on(context, f"approval {flow}")), f"approval:{outcome}", []
    for automation in automations_of(context.manifest, object, AFTER):
        if not any(_hears_end(t, outcome, flow) for t in automation.triggers):
            continue
        if is_circle(chain, automation.name):
            told = trace((*chain, automation.name))
            write.write(_stopped(automation, record, told, event, context), in_chain(chain, context))
        else:
            wanted.append((automation.name, [record]))
    context.transaction.emit(jobs_in_order(wanted, {"event": event, "chain": list(chain), "judge": True}))


def _hears_end(trigger: Trigger, outcome: str, flow: str) -> bool:
    fits = not trigger.after or outcome in trigger.after
    return trigger.kind == "approval" and fits and trigger.name in ("", flow)


def stage_overstayed(flow: str, stage: str, object: str, records: Sequence[int], context: Context) -> None:
    """Queue those that wait for records staying too long in a stage; within the transaction that finds them."""
    wanted = [
        (automation.name, records)
        for automation in automations_of(context.manifest, object, AFTER)
        if any(_hears_stay(t, stage, flow) for t in automation.triggers)
    ]
    context.transaction.emit(jobs_in_order(wanted, {"event": "stuck", "chain": [], "judge": True}))


def _hears_stay(trigger: Trigger, stage: str, flow: str) -> bool:
    return trigger.kind == "stuck" and stage in (trigger.after or (stage,)) and trigger.name in ("", flow)


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
