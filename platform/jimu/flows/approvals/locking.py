"""The record's lock: while an approval runs, who may not change its record is told so, whatever they come through.

Judged on the write path, from the state of the approvals (I5). The engine's own writes (roll-ups, effects) pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from jimu.access.approvals import APPROVAL, TASK
from jimu.definitions.approvals.model import FlowDef
from jimu.errors import Locked
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals.facts import Facts
from jimu.flows.approvals.final_lock import SETTLED, may_change, settled
from jimu.flows.approvals.keeping import flow_for, load
from jimu.flows.approvals.versions import flows_of
from jimu.messages import Message
from jimu.records.context import Context
from jimu.records.draft import Draft
from jimu.records.wave import Wave
from jimu.storage.query import Compare, Query

_GUARDED = frozenset({"update", "delete", "purge"})
_LINE_ACTIONS = frozenset({"create", "update", "delete", "purge", "restore"})
LOCKED = Message("This record is being approved and cannot be changed now.")
ASK_FIRST = Message("Records like this are deleted only after approval.")


def judge_locks(wave: Wave) -> None:
    """Refuse drafts whose record is locked by an approval, and deletions that need one."""
    actor = wave.context.actor
    if actor.is_system:
        return
    if wave.action in _LINE_ACTIONS:
        _judge_lines(wave)
    if wave.action not in _GUARDED or not has_flows(wave):
        return
    drafts = wave.judged if wave.action == "update" else wave.open
    rows = running([d.id for d in drafts], wave)
    _judge_settled(wave.object, {d.id: [d] for d in drafts if d.id not in rows and not d.waits}, wave)
    for draft in drafts:
        if draft.error is not None:
            continue
        row = rows.get(draft.id)
        if row is not None and not _may_pass(row, wave):
            details = {"approval": encode_id(row["id"]), "flow": row["flow"]}
            draft.error = Locked(LOCKED, details=details)
        elif row is None and wave.action == "delete" and not actor.is_admin:
            flow = next((f for f in flows_of(wave.context.manifest, wave.object) if "delete" in f.trigger.on), None)
            if flow is not None and _holds(flow, draft.before or {}, wave):
                draft.error = Locked(ASK_FIRST, details={"flow": flow.name})


def _judge_settled(object: str, drafts: Mapping[int, Sequence[Draft]], wave: Wave) -> None:
    """Refuse what is settled; ``drafts`` by the record of ``object`` that they are or belong to."""
    for record, (row, flow) in settled(object, drafts, wave.transaction, wave.context).items():
        details = {"approval": encode_id(row["id"]), "flow": row["flow"]}
        for draft in drafts[record] if not may_change(flow, wave.context.actor) else ():
            draft.error = Locked(SETTLED, details=details)


def _judge_lines(wave: Wave) -> None:
    """Lines are part of the record that they belong to: who may not change that one may not change them."""
    parent = wave.context.manifest.object(wave.object).parent
    field = wave.plan.fields.get(parent or "")
    if field is None or not any(f.object in field.target for f in wave.context.manifest.all("approval").values()):
        return
    drafts = wave.judged if wave.action in ("create", "update") else wave.open
    places = {d.id: [p for v in (d.before or {}, d.values) if (p := v.get(field.name)) is not None] for d in drafts}
    rows = running({p for found in places.values() for p in found}, wave)
    for draft in drafts:
        row = next((rows[p] for p in places[draft.id] if p in rows), None)
        if row is not None and not _may_pass({**row, "of_line": True}, wave):
            draft.error = Locked(LOCKED, details={"approval": encode_id(row["id"]), "flow": row["flow"]})
    above: dict[int, list[Draft]] = {}
    for draft in drafts:
        for place in places[draft.id]:
            above.setdefault(place, []).append(draft)
    for object in field.target:
        _judge_settled(object, above, wave)


def has_flows(wave: Wave) -> bool:
    """Whether records of this object can be under approval at all."""
    return any(flow.object == wave.object for flow in wave.context.manifest.all("approval").values())


def running(records: Iterable[int], wave: Wave) -> dict[int, Mapping[str, Any]]:
    """Record -> its approval that has not ended, of flows that lock."""
    ids = tuple(records)
    if not ids:
        return {}
    filter = Compare("record", "in", ids) & Compare("key", "not_blank")
    fields = ("record", "flow", "flow_version", "state", "revokes", "owner")
    rows = wave.transaction.select(Query(APPROVAL, filter, fields=fields, limit=5_000)).rows
    return {row["record"]: row for row in rows if row["revokes"] is None}


def _may_pass(row: Mapping[str, Any], wave: Wave) -> bool:
    """By the flow's lock; while it lies with the submitter again, who may put right what was wrong with it."""
    actor = wave.context.actor
    flow = flow_for(row, _with(wave))
    if flow.lock == "none" or (flow.lock != "all" and actor.is_admin):
        return True
    if flow.lock_from and not _is_reached(flow.lock_from, row["id"], wave):
        return True
    is_edit = wave.action == "update" or row.get("of_line")
    if row["state"] == "returned" and is_edit:
        return True
    if flow.lock == "approver" and is_edit:
        mine = Compare("approval", "eq", row["id"]) & Compare("holder", "eq", actor.id)
        now = Compare("state", "in", ("pending", "delegated"))
        return bool(wave.transaction.select(Query(TASK, mine & now, fields=("state",), limit=1)).rows)
    return False


def _is_reached(node: str, approval: int, wave: Wave) -> bool:
    """Whether the run has come to the node in this round."""
    run = load(approval, _with(wave)).run
    return any(v.node == node for v in run.path)


def _with(wave: Wave) -> Context:
    return replace(wave.context, transaction=wave.transaction)


def _holds(flow: FlowDef, values: Mapping[str, Any], wave: Wave) -> bool:
    return Facts(_with(wave), flow, int(values.get("id") or 0), int(wave.context.actor.id or 0)).fits()
