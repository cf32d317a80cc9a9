"""Deleting: into the recycle bin together with all dependents that cascade; references to them are blanked.

What went with a record and which references were blanked is noted in its history, under ``DELETION``, so that restoring
brings all of it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.access import record_filter
from jimu.errors import Conflict
from jimu.messages import Message
from jimu.records.dependents import Removal, gather
from jimu.records.events import Event
from jimu.records.file_jobs import jobs_of
from jimu.records.object_plan import plan_of
from jimu.records.stored_files import ATTACHMENT
from jimu.records.wave import Wave
from jimu.records.write_steps.history import entry
from jimu.records.write_steps.internal import blank_references
from jimu.records.write_steps.rollups import parents_of, recompute_or_note
from jimu.storage.entries import HistoryEntry
from jimu.storage.query import EVERYTHING

# The key in a history entry's changes that holds what a deletion took along; no field can have this name.
DELETION = "@deletion"


def gather_dependents(wave: Wave) -> None:
    """Find what goes with the records; refuse those that something restricts."""
    _gather(wave)
    removal = wave.removal
    if removal is None or not removal.blocked:
        return
    for draft in wave.open:
        if draft.id in removal.blocked:
            draft.error = _restricted(wave, removal.blocked[draft.id])
    _gather(wave)


def _gather(wave: Wave) -> None:
    roots = {d.id: d.before for d in wave.open if d.before is not None}
    wave.removal = gather(wave.unit, wave.object, roots, with_deleted=wave.action == "purge") if roots else None


def _restricted(wave: Wave, found: list[tuple[str, str, int]]) -> Conflict:
    """Names the objects, and counts only where the actor may read all of them: else a count would tell of records."""
    actor, manifest = wave.context.actor, wave.context.manifest
    names = [manifest.objects[object].plural for object in dict.fromkeys(object for object, _, _ in found)]
    known = [(o, f, n if record_filter(actor, manifest, o, "read") == EVERYTHING else None) for o, f, n in found]
    return Conflict(
        Message("This record cannot be deleted: other records refer to it ({objects}).", {"objects": names}),
        details={"restricted_by": [{"object": o, "field": f, "count": n} for o, f, n in known]},
    )


def store_deletion(wave: Wave) -> None:
    """Blank the references of what stays, then move everything into the recycle bin at one moment."""
    removal, unit = wave.removal, wave.unit
    if removal is None:
        return
    blank_references(unit, removal.cleared)
    versions: dict[int, int] = {}
    for object, rows in removal.rows.items():
        if rows:
            versions |= unit.transaction.set_deleted(object, rows, unit.now)
    _note(wave, removal, versions)
    _tell(wave, removal, versions)
    feed_parents(wave, removal)


def _note(wave: Wave, removal: Removal, versions: Mapping[int, int]) -> None:
    for draft in wave.open:
        draft.new_version = versions.get(draft.id, draft.new_version)
    taken = _taken_along(removal)
    nothing: dict[str, Any] = {"cascaded": {}, "cleared": []}
    entries = [entry(wave, draft, {DELETION: [None, taken.get(draft.id, nothing)]}) for draft in wave.open]
    entries += [
        HistoryEntry(
            id,
            object,
            wave.unit.now,
            wave.action,
            wave.context.actor.id,
            wave.context.actor.via,
            wave.context.reason,
            versions.get(id),
            {DELETION: [None, {"with": removal.root_of[id]}]},
        )
        for object, rows in removal.rows.items()
        for id in rows
        if removal.root_of[id] != id
    ]
    if entries:
        wave.transaction.append_history(entries)


def _taken_along(removal: Removal) -> dict[int, dict[str, Any]]:
    """For each record asked for that takes something along: which records, by object, and which references."""
    found: dict[int, dict[str, Any]] = {}
    for object, rows in removal.rows.items():
        for id in rows:
            root = removal.root_of[id]
            if root != id:
                taken = found.setdefault(root, {"cascaded": {}, "cleared": []})
                taken["cascaded"].setdefault(object, []).append(id)
    for cleared in removal.cleared:
        root = removal.root_of[cleared[3]]
        found.setdefault(root, {"cascaded": {}, "cleared": []})["cleared"].append(list(cleared))
    return found


def _tell(wave: Wave, removal: Removal, versions: Mapping[int, int]) -> None:
    """Events for what went along; those of the records asked for come with their drafts."""
    unit, context = wave.unit, wave.context
    unit.events.extend(
        Event(object, id, wave.action, unit.now, context.actor, versions.get(id, 0), (), row, None, context.reason)
        for object, rows in removal.rows.items()
        for id, row in rows.items()
        if removal.root_of[id] != id
    )


def feed_parents(wave: Wave, removal: Removal) -> None:
    """Roll-ups of the records above everything that went (or came back), those that went themselves left out."""
    manifest = wave.context.manifest
    for object, rows in removal.rows.items():
        plan = plan_of(manifest, object)
        for feed in plan.feeds:
            parents = parents_of(feed, [(row, None) for row in rows.values()])
            recompute_or_note(wave.unit, plan, feed, parents - removal.ids(feed.parent))


def store_purge(wave: Wave) -> None:
    """Remove for good: references blanked, dependents first. History stays and says who did it."""
    removal, unit = wave.removal, wave.unit
    if removal is None:
        return
    blank_references(unit, removal.cleared)
    for object, rows in reversed(removal.rows.items()):
        if rows:
            unit.transaction.purge(object, rows)
    unit.transaction.emit(jobs_of(removal.rows.get(ATTACHMENT, {}).values()))
    _note(wave, removal, {})
    _tell(wave, removal, {})
    feed_parents(wave, removal)
