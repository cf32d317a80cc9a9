"""History: one entry per record written, by whom, when, through what, from which value to which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jimu.records.draft import Draft
from jimu.records.wave import Wave
from jimu.storage.entries import HistoryEntry

# Actions that are noted even for objects that keep no history: restoring needs to know what was deleted together.
_ALWAYS = frozenset({"delete", "restore", "purge"})


def append_history(wave: Wave) -> None:
    """Note what was stored. A creation notes no values: they are the oldest ``before`` of each field, or today's."""
    if "history" not in wave.plan.object.features and wave.action not in _ALWAYS:
        return
    entries = [entry(wave, draft, changes_of(wave, draft)) for draft in wave.judged]
    if entries:
        wave.transaction.append_history(entries)


def changes_of(wave: Wave, draft: Draft) -> Mapping[str, Sequence[Any]]:
    """field -> [before, after] of the fields whose history is kept; secrets only say that they changed."""
    if draft.before is None:
        return {}
    before, values, historic, fields = draft.before, draft.values, wave.plan.historic, wave.plan.fields
    return {
        name: [None, None] if fields[name].type == "secret" else [before.get(name), values.get(name)]
        for name in draft.changed
        if name in historic
    }


def entry(wave: Wave, draft: Draft, changes: Mapping[str, Sequence[Any]]) -> HistoryEntry:
    actor = wave.context.actor
    return HistoryEntry(
        record_id=draft.id,
        object=wave.object,
        at=wave.unit.now,
        action=wave.action,
        actor=actor.id,
        via=actor.via,
        reason=_reason(wave, draft),
        version=draft.new_version,
        changes=changes,
    )


def _reason(wave: Wave, draft: Draft) -> str:
    """What the write is for, and why a duplicate was let be."""
    if not draft.allowed_duplicates:
        return wave.context.reason
    allowed = f"Duplicate allowed: {wave.context.duplicates_reason}"
    return f"{wave.context.reason}; {allowed}" if wave.context.reason else allowed
