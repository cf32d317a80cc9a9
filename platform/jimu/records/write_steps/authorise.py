"""Who asks: may they do this to the object at all, and to these records? Comes first, before anything is revealed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from jimu.access import record_filter, require_action
from jimu.access.evaluation import row_matches
from jimu.errors import Conflict, Forbidden, JimuError, NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records.draft import Draft
from jimu.records.redirects import find_survivors
from jimu.records.wave import Wave
from jimu.storage.query import EVERYTHING, Filter

MERGED = Message("This record was merged into another; change that one.")
# Restoring undoes a deletion, so the same right is needed.
_REMOVING = frozenset({"delete", "purge"})
ACTION_NEEDED = {"restore": "delete"}


def authorise_action(wave: Wave) -> None:
    """Refuse all if the actor may not do this to any record of the object."""
    try:
        require_action(wave.context.actor, wave.context.manifest, wave.object, _needed(wave))
    except JimuError as error:
        wave.stop(error)


def load_before(wave: Wave) -> None:
    """Load and lock the rows; refuse those that do not exist, may not be read (the same answer) or may not be
    touched.
    """
    drafts = wave.open
    gone: list[Draft] = []
    lock: Literal["removal"] | bool = "removal" if wave.action in _REMOVING else True
    rows = wave.transaction.fetch(wave.object, [d.id for d in drafts], lock=not wave.unit.is_preview and lock)
    for draft in drafts:
        row = rows.get(draft.id)
        if row is None or not _is_where_expected(wave.action, row["deleted_at"] is not None):
            draft.error = no_such_record(wave.object, draft.id)
            gone.append(draft)
        else:
            draft.before = row
            draft.values = dict(row)
    authorise_rows(wave)
    if gone and wave.action in ("update", "delete"):
        _lead_on(wave, gone)


def _lead_on(wave: Wave, drafts: list[Draft]) -> None:
    """Who names a record that was merged into another is told which, if they may read that one."""
    survivors = find_survivors(wave.transaction, wave.context.manifest, [d.id for d in drafts])
    if not survivors:
        return
    rule = record_filter(wave.context.actor, wave.context.manifest, wave.object)
    seen = wave.transaction.matching(wave.object, set(survivors.values()), rule, wave.environment, "alive")
    for draft in drafts:
        survivor = survivors.get(draft.id)
        if survivor in seen:
            draft.error = Conflict(MERGED, details={"survivor": encode_id(survivor)})


def authorise_rows(wave: Wave) -> None:
    """Refuse rows that the actor's rules leave out."""
    actor, manifest = wave.context.actor, wave.context.manifest
    if actor.is_system:
        return
    allowed = record_filter(actor, manifest, wave.object, _needed(wave))
    readable = record_filter(actor, manifest, wave.object, "read")
    for draft in _outside(wave, readable, wave.open):
        draft.error = no_such_record(wave.object, draft.id)
    if allowed != readable:
        for draft in _outside(wave, allowed, wave.open):
            draft.error = Forbidden(
                Message("You may not do this to this record."), details={"object": wave.object, "action": wave.action}
            )


def _outside(wave: Wave, filter: Filter, drafts: Iterable[Draft]) -> list[Draft]:
    """The drafts whose stored row does not match ``filter``: by the row alone where it decides, else in one query."""
    if filter == EVERYTHING:
        return []
    answers = {d.id: row_matches(filter, d.before or {}) for d in drafts}
    asked = [id for id, answer in answers.items() if answer is None]
    inside = wave.transaction.matching(wave.object, asked, filter, wave.environment) if asked else set()
    return [d for d in drafts if not (answers[d.id] or d.id in inside)]


def no_such_record(object: str, id: int) -> NotFound:
    return NotFound(Message("There is no such record."), details={"object": object, "id": encode_id(id)})


def _is_where_expected(action: str, is_deleted: bool) -> bool:
    """Updates and deletions are for living records, restoring is for those in the recycle bin, purging for both."""
    return action == "purge" or is_deleted == (action == "restore")


def _needed(wave: Wave) -> str:
    return ACTION_NEEDED.get(wave.action, wave.action)
