"""Restoring: out of the recycle bin with everything that went along, and with the references that pointed there."""

from __future__ import annotations

from typing import Any

from jimu.definitions.model import FieldDef
from jimu.errors import Conflict
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records.dependents import Removal
from jimu.records.draft import Draft
from jimu.records.redirects import find_survivors
from jimu.records.wave import Wave
from jimu.records.write_steps.deletion import DELETION, feed_parents
from jimu.records.write_steps.history import entry
from jimu.records.write_steps.internal import assign
from jimu.storage.entries import HistoryEntry
from jimu.storage.errors import UniqueConflict

MERGED = Message("This record was merged into another; it comes back when the merge is taken back.")
TAKEN = Message("A living record has the same values in {fields} by now.")


def gather_deleted_together(wave: Wave) -> None:
    """Find what was deleted with each record and is still in the recycle bin since that moment."""
    removal = Removal()
    entries = wave.transaction.latest_entries([d.id for d in wave.open], "delete")
    for draft in wave.open:
        noted = _noted(entries.get(draft.id))
        removal.rows.setdefault(wave.object, {})[draft.id] = draft.before or {}
        removal.root_of[draft.id] = draft.id
        removal.cleared += [tuple(c) for c in noted.get("cleared", ())]
        for object, ids in noted.get("cascaded", {}).items():
            if object in wave.context.manifest.objects:
                _add_still_deleted(wave, removal, draft, object, ids)
    wave.removal = removal


def refuse_merged(wave: Wave) -> None:
    """A record that was merged into another comes back only when the merge is taken back."""
    survivors = find_survivors(wave.transaction, wave.context.manifest, [d.id for d in wave.open])
    for draft in wave.open:
        if draft.id in survivors:
            draft.error = Conflict(MERGED, details={"survivor": encode_id(survivors[draft.id])})


def _noted(entry: HistoryEntry | None) -> dict[str, Any]:
    """What the last deletion of a record took along."""
    return dict((entry.changes.get(DELETION) or (None, None))[1] or {}) if entry is not None else {}


def _add_still_deleted(wave: Wave, removal: Removal, draft: Draft, object: str, ids: list[int]) -> None:
    moment = (draft.before or {}).get("deleted_at")
    for id, row in wave.transaction.fetch(object, ids, lock=True).items():
        if row["deleted_at"] is not None and row["deleted_at"] == moment:
            removal.rows.setdefault(object, {})[id] = row
            removal.root_of[id] = draft.id


def require_living_parents(wave: Wave) -> None:
    """A record that was deleted with another one cannot come back without it."""
    removal = wave.removal
    parents = [f for f in wave.plan.references if f.on_delete in ("cascade", "restrict")]
    if removal is None or not parents:
        return
    titles = wave.transaction.titles({v for d in wave.open for f in parents for v in _ids(d, f)})
    for draft in wave.open:
        for ref in parents:
            for id in _ids(draft, ref):
                if (id not in titles or titles[id].deleted) and id not in removal.root_of:
                    draft.error = Conflict(
                        Message("Restore the record in {field} first.", {"field": ref.label}),
                        details={"field": ref.name},
                    )


def _ids(draft: Draft, ref: FieldDef) -> list[int]:
    value = (draft.before or {}).get(ref.name)
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def store_restoration(wave: Wave) -> None:
    """Bring the rows back, then the references to them that are still blank; blank those whose target is gone by
    now.
    """
    removal, unit = wave.removal, wave.unit
    if removal is None or not wave.open:
        return
    open_ids = {d.id for d in wave.open}
    for object, rows in removal.rows.items():
        removal.rows[object] = {id: row for id, row in rows.items() if removal.root_of[id] in open_ids}
    versions = _bring_back(wave, removal)
    for draft in wave.open:
        draft.new_version = draft.values["version"] = versions[draft.id]
        draft.values["deleted_at"] = None
    notes = [entry(wave, d, {}) for d in wave.open]
    if notes:
        unit.transaction.append_history(notes)
        _mend_references(wave, removal)
        feed_parents(wave, removal)


def _bring_back(wave: Wave, removal: Removal) -> dict[int, int]:
    versions: dict[int, int] = {}
    try:
        with wave.transaction.savepoint():
            for object, rows in removal.rows.items():
                if rows:
                    versions |= wave.transaction.set_deleted(object, rows, None)
    except UniqueConflict as error:
        fields = wave.context.manifest.objects[error.object].fields
        wave.stop(
            Conflict(
                Message(TAKEN.template, {"fields": [fields[c].label for c in error.columns]}),
                details={"object": error.object, "fields": list(error.columns)},
            )
        )
    return versions


def _mend_references(wave: Wave, removal: Removal) -> None:
    unit, manifest = wave.unit, wave.context.manifest
    wanted = [
        c
        for c in removal.cleared
        if c[0] in manifest.objects and c[1] in manifest.objects[c[0]].fields and c[3] in removal.root_of
    ]
    by_object: dict[str, set[int]] = {}
    for object, _, id, _ in wanted:
        by_object.setdefault(object, set()).add(id)
    rows = {object: unit.transaction.fetch(object, ids) for object, ids in by_object.items()}
    assign(
        unit,
        [
            (object, field, id, target)
            for object, field, id, target in wanted
            if (row := rows[object].get(id)) is not None and row["deleted_at"] is None and row.get(field) is None
        ],
    )
