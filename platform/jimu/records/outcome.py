"""What a draft has come to: the record for its writer, the row of a batch, the preview for a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.access.fields import EDIT
from jimu.formulas import evaluate, fit
from jimu.records.assemble import ReadPlan, read_plan
from jimu.records.commands import Record
from jimu.records.draft import Draft, Preview
from jimu.records.notices import shown_rows
from jimu.records.wave import Wave
from jimu.records.write_steps.conditions import field_state
from jimu.records.write_steps.references import UNKNOWN

_STATUS = {"create": "created", "update": "updated", "delete": "deleted", "purge": "purged", "restore": "restored"}


def status_of(draft: Draft) -> str:
    """created, updated, unchanged, deleted, purged or restored."""
    return "unchanged" if draft.action == "update" and draft.is_unchanged else _STATUS[draft.action]


def version_of(draft: Draft) -> int:
    """The record's version after the write; removing tells it beside the values."""
    if draft.action in ("delete", "purge"):
        return draft.new_version
    return int(draft.values.get("version") or draft.new_version)


def build_record(wave: Wave, draft: Draft) -> Record:
    """The record as stored, with the fields that the actor may read. No titles: who shows a page reads it."""
    version = version_of(draft)
    plan = read_plan(wave.context.actor, wave.context.manifest, wave.object)
    shown = _masked(wave, _with_virtuals(wave, draft, plan, draft.values))
    return Record(
        wave.object,
        draft.id,
        version,
        shown.get("title") or "",
        plan.values(shown),
        created=draft.action == "create",
        changed=draft.changed,
        duplicates=tuple(draft.duplicates),
        waits=draft.waits,
    )


def _masked(wave: Wave, values: dict[str, Any]) -> Mapping[str, Any]:
    """The values as the writer may see them."""
    row = values if values.get("id") else {**values, "id": 0}
    return shown_rows(wave.transaction, wave.object, (row,), wave.context, wave.environment)[0]


def _shown(wave: Wave, draft: Draft) -> dict[str, Any]:
    """The values that a preview may tell: where a reference was refused, defaults and titles may have been made of a
    record that the actor may not read, so only what was there and what was given counts.
    """
    if not any(p.code == UNKNOWN for p in draft.problems):
        return draft.values
    fields = wave.plan.fields
    given = [part for name in draft.given if name in fields for part in (name, *fields[name].parts)]
    return {**(draft.before or {}), **{name: draft.values[name] for name in given if name in draft.values}}


def _with_virtuals(wave: Wave, draft: Draft, read: ReadPlan, values: dict[str, Any]) -> dict[str, Any]:
    """``values`` with formula fields that are computed when read."""
    virtuals = [c for c in wave.plan.virtuals.values() if c.name in read.readable]
    if not virtuals or draft.action in ("delete", "purge"):
        return values
    row = dict(values)
    get = wave.world.reader(wave.plan, values)
    for computed in virtuals:
        if computed.formula.python_only is None or not computed.formula.uses_prior:
            value = evaluate(computed.formula, get, wave.environment)
            row[computed.name] = fit(value, computed.field.kind, computed.field.scale)
    return row


def build_preview(wave: Wave, draft: Draft) -> Preview:
    """What would be stored and what is wrong with it, for a form or a dry run."""
    refused = draft.error is not None and not draft.problems
    state = field_state(wave, draft) if draft.action in ("create", "update") and not refused else None
    read = read_plan(wave.context.actor, wave.context.manifest, wave.object)
    protected = {name for name, level in wave.access.items() if level != EDIT}
    return Preview(
        wave.object,
        "unchanged" if draft.action == "update" and draft.is_unchanged and not draft.error else draft.action,
        draft.id if draft.action != "create" else None,
        {} if refused else read.values(_masked(wave, _with_virtuals(wave, draft, read, _shown(wave, draft)))),
        draft.changed,
        tuple(draft.problems),
        tuple(draft.warnings),
        draft.error if refused else None,
        visible=frozenset(read.readable - state.hidden) if state else frozenset(),
        required=state.required if state else frozenset(),
        read_only=frozenset(protected | state.read_only) if state else frozenset(protected),
        duplicates=tuple(draft.duplicates),
        waits=draft.waits,
    )
