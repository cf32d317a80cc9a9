"""What a duplicate rule wants approved: a new record waits for it where it is, a change beside its record.

A new record that is not approved in the end goes into the recycle bin; of a change that is not, nothing was written.
The matches are looked for again by whoever looks at the approval, so that each sees only what they may.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from jimu.access.approvals import APPROVAL
from jimu.definitions.manifest import Manifest
from jimu.fieldtypes import registry
from jimu.flows.approvals.driving import create_approval, drive
from jimu.flows.approvals.events import Submit, Terminate
from jimu.flows.approvals.keeping import load
from jimu.flows.approvals.model import APPROVED, FINAL
from jimu.flows.approvals.triggers import Held, changes_of, dumped
from jimu.hookspecs import hookimpl
from jimu.messages import Message
from jimu.records import Context, Delete
from jimu.records.draft import Draft
from jimu.records.duplicates import Told
from jimu.records.duplicates.asking import find_duplicates
from jimu.records.environment import build_environment
from jimu.records.reading import reading
from jimu.records.wave import Wave, build_load_context
from jimu.storage.query import Compare, Query

PURPOSE = "duplicate"
WAITS = Message("There may be a record of the same already, so it waits for approval.")
CHANGE_WAITS = Message("There may be a record of the same already, so the change waits for approval.")
_GONE = "its record is in the recycle bin"


@dataclass(frozen=True)
class Asked:
    """A new record that waits for its approval by ``flow``."""

    flow: str


@dataclass(frozen=True)
class Decided:
    """A waiting record that somebody removes, who thereby decides its ``approval``."""

    approval: int


@hookimpl(trylast=True)
def jimu_judge_write(wave: Wave) -> None:
    """After all others have judged the values: what waits is judged no more."""
    for draft in wave.open:
        if draft.requests:
            _take_on(draft, draft.requests[0].flow, wave)
    if wave.action in ("delete", "purge") and _has_requests(wave):
        _find_waiting(wave)


@hookimpl
def jimu_follow_write(wave: Wave) -> None:
    _begin(wave)
    if wave.object == APPROVAL and wave.action == "update":
        _remove_refused(wave)
    elif wave.action in ("delete", "purge"):
        _end_with_record(wave)


def _take_on(draft: Draft, flow: str, wave: Wave) -> None:
    draft.waits = True
    draft.add_warning("duplicate_request", WAITS if draft.is_new else CHANGE_WAITS)
    if draft.problems or wave.unit.is_preview:
        return
    if draft.is_new:
        draft.aside = Asked(flow)
        return
    draft.aside = Held(flow, {name: dumped(draft.values, name, wave) for name in changes_of(draft, wave)})
    draft.values, draft.changed = dict(draft.before or {}), ()


def _begin(wave: Wave) -> None:
    for draft in wave.open:
        if isinstance(draft.aside, Asked):
            context, actor = _own(wave), int(wave.context.actor.id or 0)
            kept = create_approval(draft.aside.flow, draft.id, context, submitter=actor, purpose=PURPOSE)
            drive(kept, Submit(actor=actor, at=wave.unit.now), context)


def _remove_refused(wave: Wave) -> None:
    """Records that were not approved, whichever way their approval ended."""
    refused: dict[str, list[int]] = {}
    for draft in wave.judged:
        ended = "state" in draft.changed and draft.values["state"] in FINAL and draft.values["state"] != APPROVED
        if ended and draft.values.get("purpose") == PURPOSE and draft.values.get("record"):
            refused.setdefault(draft.values["of_object"], []).append(draft.values["record"])
    for object, ids in refused.items():
        rows = wave.transaction.fetch(object, ids, ("deleted_at",))
        wave.unit.follow_ups += [Delete(object, id) for id, row in rows.items() if row["deleted_at"] is None]


def _find_waiting(wave: Wave) -> None:
    """The approvals for which the drafts wait: once a record is in the bin, nothing points at it any more."""
    drafts = {draft.id: draft for draft in wave.open}
    filter = Compare("record", "in", tuple(drafts)) & Compare("purpose", "eq", PURPOSE) & Compare("key", "not_blank")
    query = Query(APPROVAL, filter, fields=("record",), limit=len(drafts))
    for row in wave.transaction.select(query).rows if drafts else ():
        drafts[row["record"]].aside = Decided(row["id"])


def _end_with_record(wave: Wave) -> None:
    context = _own(wave)
    for draft in wave.open:
        kept = load(draft.aside.approval, context, lock=True) if isinstance(draft.aside, Decided) else None
        if kept is not None and not kept.run.is_final:
            drive(kept, Terminate(actor=0, at=wave.unit.now, comment=_GONE), context)


def _has_requests(wave: Wave) -> bool:
    return any(rule.on_match == "request" for rule in wave.plan.object.duplicates)


def _own(wave: Wave) -> Context:
    return replace(wave.context, transaction=wave.transaction, told=wave.unit.events, journal=None)


def matches_of(row: Mapping[str, Any], context: Context) -> list[Told]:
    """What the reader may be told of the records like the one that an approval is about, as it is or would be; [] where
    no duplicate rule asked for it.
    """
    object, record = row.get("of_object") or "", row.get("record")
    if not record or not is_asked(row, context.manifest):
        return []
    with reading(context) as transaction:
        values = transaction.fetch(object, [record]).get(record)
    if values is None:
        return []
    told = find_duplicates(object, [{**values, **held_values(row, context), "id": record}], context)[0]
    return [one for one in told if one.on_match == "request"]


def held_values(row: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The values of a change that is kept aside."""
    fields = context.manifest.objects[row["of_object"]].fields
    load_context = build_load_context(context, build_environment(context))
    held = {name: value for name, value in (row.get("held") or {}).items() if name in fields}
    return {name: registry.get(fields[name].type).load(v, fields[name], load_context) for name, v in held.items()}


def is_asked(row: Mapping[str, Any], manifest: Manifest) -> bool:
    """Whether a duplicate rule asked for the approval."""
    object = manifest.objects.get(row.get("of_object") or "")
    flows = {rule.flow for rule in object.duplicates if rule.on_match == "request"} if object else set()
    return row.get("purpose") in (PURPOSE, "change") and row.get("flow") in flows
