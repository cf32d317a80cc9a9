"""Approvals as JSON: lines of boxes, one approval with its tasks and history, the way ahead."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from jimu.api.answers import Answer
from jimu.api.call import Call
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals.driving import Done
from jimu.flows.approvals.foreseeing import Forecast, Step
from jimu.flows.approvals.inbox import Item
from jimu.flows.approvals.panel import Panel, TaskView
from jimu.flows.approvals.seen import readable_fields

_TOLD = (
    "answer",
    "target",
    "people",
    "method",
    "reason",
    "state",
    "outcome",
    "result",
    "branch",
    "cause",
    "round",
    "via",
    "later",
    "kept",
)


def dump_id(found: int | None) -> str | None:
    return encode_id(found) if found else None


def dump_done(call: Call, done: Done, status: int = 200) -> Answer:
    run = done.approval.run
    return Answer(
        {
            "approval": encode_id(done.approval.id),
            "state": run.state,
            "round": run.round,
            "entry": done.entry,
            "repeated": done.repeated,
            "cause": run.cause or None,
        },
        status,
    )


def dump_item(item: Item) -> dict[str, Any]:
    return {
        "approval": encode_id(item.approval),
        "task": dump_id(item.task),
        "subject": item.subject,
        "flow": item.flow,
        "object": item.object,
        "record": dump_id(item.record),
        "state": item.state,
        "submitter": dump_id(item.submitter),
        "node": item.node or item.at_nodes,
        "kind": item.kind or None,
        "task_state": item.task_state or None,
        "pool": item.pool or None,
        "since": item.since,
        "due": item.due,
        "behalf": dump_id(item.behalf),
        "read": item.read,
    }


def dump_panel(call: Call, found: Panel) -> dict[str, Any]:
    readable = readable_fields(found.flow.object, found.row.get("record"), call.context)
    return {
        "id": encode_id(found.id),
        "flow": found.flow.name,
        "label": found.flow.label.get(call.locale),
        "version": found.run.version,
        "state": found.run.state,
        "round": found.run.round,
        "subject": found.row.get("subject"),
        "object": found.flow.object,
        "record": dump_id(found.row.get("record")),
        "submitter": dump_id(found.run.submitter),
        "department": dump_id(found.run.department),
        "restarts": dump_id(found.row.get("restarts")),
        "cause": found.run.cause or None,
        "may": list(found.may),
        "nodes": [
            {
                "name": p.name,
                "label": p.label,
                "type": p.type,
                "state": p.state or None,
                "outcome": p.outcome or None,
                "next": list(p.next),
            }
            for p in found.places
        ],
        "tasks": [_task(t) for t in found.tasks],
        "history": [_entry(row, readable) for row in found.entries],
    }


def _task(task: TaskView) -> dict[str, Any]:
    return {
        "id": encode_id(task.id),
        "node": task.node,
        "kind": task.kind,
        "state": task.state,
        "reason": task.reason or None,
        "person": dump_id(task.person),
        "holder": dump_id(task.holder),
        "pool": task.pool or None,
        "due": task.due,
        "decided_by": dump_id(task.decided_by),
        "decided_at": task.decided_at,
        "relation": task.relation or None,
        "agents": [encode_id(a) for a in task.agents],
        "behalf": dump_id(task.behalf),
        "may": list(task.may),
        "targets": list(task.targets),
        "fields": dict(task.fields) if task.fields and task.may else None,
        "comment": task.comment,
        "signature": task.signature,
    }


def _entry(row: Mapping[str, Any], readable: Collection[str]) -> dict[str, Any]:
    """Of fields that an answer changed or a condition read only those that the reader may see."""
    details = row["details"] or {}
    told = {k: v for k, v in details.items() if k in _TOLD}
    if "people" in told:
        told["people"] = [encode_id(p) for p in told["people"] if p]
    return {
        "seq": row["seq"],
        "at": row["at"],
        "action": row["action"],
        "by": dump_id(row["by"]),
        "behalf": dump_id(row["behalf"]),
        "person": dump_id(row["person"]),
        "node": row["node"],
        "task": row["task"],
        "comment": row["text"],
        "details": told,
        "changed": [n for n in details.get("changes") or {} if n in readable],
        "values": {n: v for n, v in (details.get("values") or {}).items() if n in readable},
        "attachments": [encode_id(a) for a in details.get("attachments") or ()],
        "record_version": row["record_version"],
        "flow_version": row["flow_version"],
    }


def dump_forecast(call: Call, forecast: Forecast) -> dict[str, Any]:
    problem = forecast.problem
    return {
        "flow": forecast.flow,
        "end": forecast.end or None,
        "problem": call.say(problem) if problem else None,
        "steps": [_step(s) for s in forecast.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    people = [
        {"person": dump_id(a.person), "pool": a.pool or None, "how": a.how or "asked", "due": a.due}
        for a in step.people
    ]
    return {
        "node": step.node,
        "type": step.type,
        "why": step.why or None,
        "block": step.block or None,
        "people": people,
    }
