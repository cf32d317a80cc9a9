"""Storing: rows with their system columns, in one statement per wave where the store can."""

from __future__ import annotations

from jimu.records.draft import Draft
from jimu.records.wave import Wave
from jimu.records.write_steps.uniques import add_unique_problem
from jimu.records.write_steps.version import stale_version
from jimu.storage.errors import UniqueConflict, VersionConflict


def store_records(wave: Wave) -> None:
    """Insert or update all drafts that passed. If the store refuses, find out which; the others are stored."""
    drafts = wave.judged
    if not drafts:
        return
    store = _insert if wave.action == "create" else _update
    for draft in drafts:
        _stamp(wave, draft)
    if wave.unit.is_single and len(drafts) == 1:
        try:
            store(wave, drafts)
        except (UniqueConflict, VersionConflict) as error:
            _refuse(wave, drafts[0], error)
        return
    _store_apart(wave, drafts)


def _store_apart(wave: Wave, drafts: list[Draft]) -> None:
    """Store ``drafts``; on a conflict that the store does not pin on a row, halve them until the row is found."""
    store = _insert if wave.action == "create" else _update
    try:
        with wave.transaction.savepoint():
            store(wave, drafts)
    except (UniqueConflict, VersionConflict) as error:
        if len(drafts) == 1:
            _refuse(wave, drafts[0], error)
            return
        middle = len(drafts) // 2
        _store_apart(wave, drafts[:middle])
        _store_apart(wave, drafts[middle:])


def _stamp(wave: Wave, draft: Draft) -> None:
    values, actor, now = draft.values, wave.context.actor.id or None, wave.unit.now
    values["updated_at"], values["updated_by"] = now, actor
    if draft.is_new:
        values["id"], values["version"] = draft.id, 1
        values.setdefault("created_at", now)
        values.setdefault("created_by", actor)


def _insert(wave: Wave, drafts: list[Draft]) -> None:
    wave.transaction.insert(wave.object, [d.values for d in drafts])


def _update(wave: Wave, drafts: list[Draft]) -> None:
    changes = [
        (
            d.id,
            {name: d.values.get(name) for name in (*d.changed, "updated_at", "updated_by")},
            d.before["version"] if d.before else None,
        )
        for d in drafts
    ]
    versions = wave.transaction.update(wave.object, changes)
    for draft in drafts:
        draft.new_version = draft.values["version"] = versions[draft.id]


def _refuse(wave: Wave, draft: Draft, error: UniqueConflict | VersionConflict) -> None:
    if isinstance(error, UniqueConflict):
        add_unique_problem(wave, draft, error.columns)
        draft.judge()
    else:
        draft.error = stale_version(wave, draft)
