"""Approvals as records: loaded with a lock, stored with everything that shows of them. The state itself is ``run``;
tasks, entries and readers are written out of it, so that they can be listed, filtered and opened like any record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jimu.access import SYSTEM
from jimu.access.approvals import APPROVAL, READER, TASK
from jimu.definitions.approvals.model import FlowDef
from jimu.errors import NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals.dump import dump, load_run
from jimu.flows.approvals.model import Entry, Run, Task
from jimu.flows.approvals.versions import flow_of_version, revocation_of
from jimu.messages import Message
from jimu.records import Context, Create, Update, write
from jimu.records.commands import Command
from jimu.storage.entries import JobRow
from jimu.storage.query import Compare, Query, Sort

ENTRY = "approval_entry"
TIMER_JOB = "approvals.timer"
_MOST = 5_000


@dataclass(frozen=True)
class Kept:
    """An approval as it is stored. ``row``: its record's values."""

    id: int
    row: Mapping[str, Any]
    flow: FlowDef
    run: Run

    @property
    def record(self) -> int:
        return int(self.row["record"] or 0)

    @property
    def held(self) -> Mapping[str, Any]:
        return self.row.get("held") or {}


def no_approval() -> NotFound:
    return NotFound(Message("There is no such approval."))


def load(id: int, context: Context, *, lock: bool = False) -> Kept:
    """The approval, whoever asks. ``context`` has a transaction; with ``lock`` nobody else changes it meanwhile."""
    row = context.transaction.fetch(APPROVAL, [id], lock=lock).get(id)
    if row is None or row.get("deleted_at") is not None or not row.get("run"):
        raise no_approval()
    return Kept(id, row, flow_for(row, context), load_run(row["run"]))


def key_of(flow: str, record: int) -> str:
    """What is unique while an approval of the record by this flow has not ended."""
    return f"{flow}:{encode_id(record)}"


def flow_for(row: Mapping[str, Any], context: Context) -> FlowDef:
    if row.get("revokes") is None:
        return flow_of_version(row["flow"], row["flow_version"], context)
    first = context.transaction.fetch(APPROVAL, [row["revokes"]])[row["revokes"]]
    return revocation_of(flow_of_version(first["flow"], first["flow_version"], context), load_run(first["run"]))


def store(kept: Kept, run: Run, entries: Iterable[Entry], context: Context) -> Kept:
    """Write what ``kept`` has become, in the context's transaction."""
    system = context.as_actor(SYSTEM)
    values = {
        "run": dump(run), "state": run.state, "round": run.round, "flow_version": run.version,
        "at_nodes": ", ".join(_places(kept.flow, run))[:500], "due_at": _due(run), "cause": run.cause[:500] or None,
    }  # fmt: skip
    if run.is_final:
        values |= {"key": None, "ended_at": context.clock()}
    elif kept.run.is_final:
        values |= {"key": key_of(kept.flow.name, kept.record), "ended_at": None}
    commands: list[Command] = [Update(APPROVAL, kept.id, values)]
    commands += _tasks(kept, run, context)
    commands += [Create(ENTRY, entry_values(kept.id, e, run)) for e in entries]
    commands += _readers(kept, run, context)
    result = write.write_many(commands, system, values=False)
    if result.failed:
        raise result.failed[0].error
    _plan_timers(kept, run, context)
    return replace(kept, run=run, row={**kept.row, **values})


def _places(flow: FlowDef, run: Run) -> list[str]:
    """The names of the nodes where it is."""
    return list(dict.fromkeys(v.node for v in run.visits.values() if v.state == "open"))


def _due(run: Run) -> Any:
    return min((t.due for t in run.tasks.values() if t.is_open and t.due is not None), default=None)


def _tasks(kept: Kept, run: Run, context: Context) -> list[Command]:
    """A record for each task; those that have changed are written again."""
    before = kept.run.tasks
    touched = [t for t in run.tasks.values() if before.get(t.id) != t]
    known = task_ids(kept.id, [t.id for t in touched if t.id in before], context)
    found: list[Command] = []
    for task in touched:
        values = _task_values(kept, run, task, context)
        if task.id in known:
            found.append(Update(TASK, known[task.id], values))
        else:
            found.append(Create(TASK, {"approval": kept.id, "number": task.id, "record": kept.record, **values}))
    return found


def task_ids(approval: int, numbers: Iterable[int], context: Context) -> dict[int, int]:
    """Number -> the record of the task."""
    numbers = tuple(numbers)
    if not numbers:
        return {}
    filter = Compare("approval", "eq", approval) & Compare("number", "in", numbers)
    rows = context.transaction.select(Query(TASK, filter, fields=("number",), limit=_MOST)).rows
    return {row["number"]: row["id"] for row in rows}


def _task_values(kept: Kept, run: Run, task: Task, context: Context) -> dict[str, Any]:
    visit = run.visits.get(task.visit)
    known = kept.run.tasks.get(task.id)
    is_asked = bool(task.opened) and not (known and known.opened)
    values = {
        "node": visit.node if visit else "", "visit": task.visit, "state": task.state, "kind": task.kind,
        "person": task.person, "holder": task.holder, "original": task.original, "pool": task.pool or None,
        "reason": task.reason or None, "due_at": task.due, "decided_by": task.decided_by or None,
        "decided_at": task.decided_at,
    }  # fmt: skip
    return {**values, "opened_at": context.clock()} if is_asked or task.kind == "repair" else values


def entry_values(approval: int, entry: Entry, run: Run) -> dict[str, Any]:
    return {
        "approval": approval, "seq": entry.seq, "at": entry.at, "action": entry.action, "by": entry.actor or None,
        "behalf": entry.behalf, "person": entry.person, "node": entry.node or None, "visit": entry.visit,
        "task": entry.task, "text": entry.comment or None, "details": dump(dict(entry.details)),
        "event": entry.event, "answers": list(entry.answers) if entry.event is not None else None,
        "record_version": entry.details.get("record_version"), "flow_version": run.version,
    }  # fmt: skip


def _readers(kept: Kept, run: Run, context: Context) -> list[Command]:
    """A record for each who may read through the approval; agents until their time is over."""
    wanted = readers_of(run)
    if run.is_final and kept.flow.read_until == "end":
        wanted = {key: until or context.clock() for key, until in wanted.items()}
    known = readers_of(kept.run)
    if all(key in known and known[key] == until for key, until in wanted.items()):
        return []
    rows = context.transaction.select(
        Query(READER, Compare("approval", "eq", kept.id), fields=("person", "kind", "until"), limit=_MOST)
    ).rows
    there = {(row["person"], row["kind"]): row for row in rows}
    found: list[Command] = []
    for (person, kind), until in wanted.items():
        row = there.get((person, kind))
        if row is None:
            values = {"approval": kept.id, "record": kept.record, "person": person, "kind": kind, "until": until}
            found.append(Create(READER, values))
        elif row["until"] != until:
            found.append(Update(READER, row["id"], {"until": until}))
    return found


def readers_of(run: Run) -> dict[tuple[int, str], Any]:
    """(person, kind) -> until when, of all who were ever asked or told."""
    found: dict[tuple[int, str], Any] = {}
    for task in run.tasks.values():
        if not (task.opened or task.kind == "repair"):
            continue
        for person in (task.original, task.person, task.holder, task.decided_by, *task.owners):
            if person:
                found[person, "asked"] = None
        for agent in task.agents:
            found[agent.user, "agent"] = agent.until
    found.update({(person, "copy"): None for person in run.readers})
    return found


def _plan_timers(kept: Kept, run: Run, context: Context) -> None:
    """A job for each timer that is new or was moved; one that is gone finds nothing to do.

    What fell due while the run stood still found nothing to do either, so all are planned when it goes on.
    """
    before = kept.run.timers if kept.run.state == run.state else {}
    new = [t for t in run.timers.values() if t.id not in before or before[t.id].due != t.due]
    payload = {"approval": encode_id(kept.id)}
    context.transaction.emit([JobRow(TIMER_JOB, {**payload, "timer": t.id}, t.due) for t in new])


def entries_of(approval: int, context: Context) -> list[Mapping[str, Any]]:
    """The history as it is stored, in order; for whoever may see it."""
    query = Query(ENTRY, Compare("approval", "eq", approval), sort=(Sort(("seq",)),), limit=_MOST)
    return list(context.transaction.select(query).rows)


def load_entries(approval: int, context: Context) -> list[Entry]:
    """The history as the core made it, to be worked off again."""
    return [
        Entry(
            row["seq"], row["at"], row["action"], row["by"] or 0, row["behalf"], row["node"] or "", row["visit"],
            row["task"], row["person"], row["text"] or "", row["details"] or {}, row["event"],
            tuple(row["answers"] or ()),
        )
        for row in entries_of(approval, context)
    ]  # fmt: skip
