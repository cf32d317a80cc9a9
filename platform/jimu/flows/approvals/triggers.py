"""Approvals that begin by themselves: when a record is made, and when one is changed (the change waits aside)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from jimu.access import SYSTEM
from jimu.access.approvals import APPROVAL
from jimu.definitions.approvals.model import FlowDef
from jimu.fieldtypes import registry
from jimu.flows.approvals.driving import changed_fields, create_approval, drive
from jimu.flows.approvals.events import Edited, Submit
from jimu.flows.approvals.facts import Facts
from jimu.flows.approvals.keeping import load
from jimu.flows.approvals.locking import has_flows, running
from jimu.flows.approvals.versions import flows_of
from jimu.messages import Message
from jimu.records import Update, write
from jimu.records.context import Context
from jimu.records.draft import Draft
from jimu.records.wave import Wave

WAITS = Message("The change waits for approval.")


@dataclass(frozen=True)
class Held:
    """A change put aside: by which flow, and its values as JSON; with ``purpose`` restore what was and is now."""

    flow: str
    values: Mapping[str, Any]
    purpose: str = "change"


def hold_changes(wave: Wave) -> None:
    """Put aside what may be changed only after approval: the draft stays as the record is, the change is kept. Where
    the flow lets it be written at once, what was is kept.
    """
    if wave.action != "update" or wave.context.actor.is_system or not has_flows(wave):
        return
    flows = [f for f in flows_of(wave.context.manifest, wave.object) if "update" in f.trigger.on]
    if not flows:
        return
    for draft in wave.open:
        changes = changes_of(draft, wave)
        flow = next((f for f in flows if _applies(f, draft, changes, wave)), None)
        if flow is None or running([draft.id], wave):
            continue
        held = {name: dumped(draft.values, name, wave) for name in changes}
        if flow.trigger.change == "restore":
            was = {name: dumped(draft.before or {}, name, wave) for name in changes}
            draft.aside = Held(flow.name, {"was": was, "now": held}, "restore")
            continue
        for name in changes:
            draft.set(name, (draft.before or {}).get(name))
        draft.add_warning("held", WAITS)
        draft.aside, draft.waits = Held(flow.name, held), True


def changes_of(draft: Draft, wave: Wave) -> list[str]:
    """The stored fields that the asker wants to change."""
    before, fields = draft.before or {}, wave.plan.fields
    given = [part for n in draft.given if n in fields for part in (n, *fields[n].parts)]
    return [n for n in dict.fromkeys(given) if n in before and draft.values.get(n) != before.get(n)]


def _applies(flow: FlowDef, draft: Draft, changes: list[str], wave: Wave) -> bool:
    if not changes or (flow.trigger.fields and not flow.trigger.fields & set(changes)):
        return False
    return _fits(flow, draft.id, draft.values, wave)


def _fits(flow: FlowDef, record: int, values: Mapping[str, Any], wave: Wave) -> bool:
    return Facts(_own(wave), flow, record, _actor(wave), values).fits()


def dumped(values: Mapping[str, Any], name: str, wave: Wave) -> Any:
    field = wave.plan.fields[name]
    return registry.get(field.type).dump(values.get(name), field)


def follow_triggers(wave: Wave) -> None:
    """Begin what the drafts of the wave set off; a refusal takes the write back."""
    if wave.context.actor.is_system or not has_flows(wave):
        return
    if wave.action == "create":
        flows = [f for f in flows_of(wave.context.manifest, wave.object) if "create" in f.trigger.on]
        for draft in wave.judged if flows else ():
            flow = next((f for f in flows if _fits(f, draft.id, {}, wave)), None)
            if flow is not None:
                _begin(flow.name, draft.id, wave)
    elif wave.action == "update":
        for draft in wave.open:
            if isinstance(draft.aside, Held):
                _begin(draft.aside.flow, draft.id, wave, purpose=draft.aside.purpose, held=draft.aside.values)


def follow_edits(wave: Wave) -> None:
    """Tell the approvals that run over the records what people changed in them beside their decisions."""
    _follow_corrections(wave)
    if wave.action != "update" or wave.context.actor.is_system or not has_flows(wave):
        return
    flows = [f for f in flows_of(wave.context.manifest, wave.object) if f.sensitive is not None]
    wanted = {name for f in flows if f.sensitive for name in f.sensitive.fields}
    if not wanted:
        return
    context = _own(wave)
    edited = {d.id: changed_fields(flows[0], d.changed, context) for d in wave.open if d.changed}
    edited = {id: fields for id, fields in edited.items() if wanted & set(fields)}
    for record, row in running(edited, wave).items():
        kept = load(row["id"], context, lock=True)
        drive(kept, Edited(actor=_actor(wave), at=wave.unit.now, fields=edited[record]), context)


def _follow_corrections(wave: Wave) -> None:
    """What the submitter corrects while it lies with them is part of the change that is taken back if need be."""
    if wave.action != "update" or wave.context.actor.is_system or not has_flows(wave):
        return
    if not any(f.trigger.change == "restore" for f in flows_of(wave.context.manifest, wave.object)):
        return
    edited = {d.id: d for d in wave.open if d.changed and d.aside is None}
    context = _own(wave)
    for record, row in running(edited, wave).items():
        if row["state"] != "returned" or row["owner"] != wave.context.actor.id:
            continue
        kept, draft = load(row["id"], context, lock=True), edited[record]
        if kept.row.get("purpose") != "restore":
            continue
        fields = [n for n in draft.changed if n in wave.plan.fields and not wave.plan.fields[n].is_computed]
        before = {n: dumped(draft.before or {}, n, wave) for n in fields}
        now = {n: dumped(draft.values, n, wave) for n in fields}
        held = {"was": {**before, **kept.held["was"]}, "now": {**kept.held["now"], **now}}
        write.write(Update(APPROVAL, kept.id, {"held": held}), context.as_actor(SYSTEM))


def _begin(flow: str, record: int, wave: Wave, **more: Any) -> None:
    context = _own(wave)
    kept = create_approval(flow, record, context, submitter=_actor(wave), **more)
    drive(kept, Submit(actor=_actor(wave), at=wave.unit.now), context)


def _own(wave: Wave) -> Context:
    return replace(wave.context, transaction=wave.transaction, told=wave.unit.events, journal=None)


def _actor(wave: Wave) -> int:
    return int(wave.context.actor.id or SYSTEM.id or 0)
