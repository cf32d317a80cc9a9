"""Records that change hands: since when, what their pool sets with it, and the history of who had them.

Only for objects that a pool or an assignment rule names, and whatever the change came from: a claim, a form, an import,
a hand-over. So nobody's time of holding a record is lost, and no way of giving one away passes by the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.access.pools import pools_of
from jimu.definitions.kinds.pool import PoolDef
from jimu.messages import Message
from jimu.records.commands import Create, OwnerNote, Update
from jimu.records.draft import Draft
from jimu.records.pools import OWNER_SINCE, keeps_owner, moves_by, pool_of
from jimu.records.wave import Unit, Wave
from jimu.records.write_steps.values import put_value
from jimu.storage.query import Where

CLAIM = "claim"
WITH_REASON = Message("Return it to the pool instead, with a reason.")


def keep_owner(wave: Wave) -> None:
    """Where the owner changes: note since when, and set what the pool says. Values that were given are left alone."""
    if not keeps_owner(wave.context.manifest, wave.object):
        return
    for draft in wave.open:
        before, after = _owners(draft)
        if before == after:
            continue
        since = draft.command.owner_since if isinstance(draft.command, Update) else None
        draft.values[OWNER_SINCE] = None if after is None else since or wave.unit.now
        draft.touched.add(OWNER_SINCE)
        pool = _pool(wave, draft.before or draft.values)
        if pool is None:
            continue
        if after is None and pool.reasons and not wave.context.actor.is_system:
            draft.add_problem("return_needs_reason", WITH_REASON, "owner")
        for name, value in (pool.on_claim if after is not None else pool.on_return).items():
            if name not in draft.given:
                put_value(wave, draft, name, value)


def note_owner(wave: Wave) -> None:
    """Add to the ownership history of records that changed hands; a first owner is no change."""
    if wave.action == "create" or not keeps_owner(wave.context.manifest, wave.object):
        return
    for draft in wave.judged:
        before, after = _owners(draft)
        if before != after:
            wave.unit.follow_ups.append(Create(CLAIM, _entry(wave, draft, before, after)))


def follow_moves(unit: Unit, object: str, field: str, ids: list[int]) -> None:
    """What pools set when a roll-up moves; a record that would not be right with it stays as it is."""
    for pool, move in moves_by(unit.context.manifest, object, field):
        fitting = Where(pool.territory) & Where(move.when)
        found = unit.transaction.matching(object, ids, fitting, unit.environment, "alive")
        unit.moves.extend(Update(object, id, move.set) for id in sorted(found))


def _owners(draft: Draft) -> tuple[int | None, int | None]:
    return (draft.before or {}).get("owner"), draft.values.get("owner")


def _pool(wave: Wave, values: Mapping[str, Any]) -> PoolDef | None:
    if not pools_of(wave.context.manifest, wave.object):
        return None
    get = wave.world.reader(wave.plan, values)
    return pool_of(wave.context.manifest, wave.object, get, wave.environment)


def _entry(wave: Wave, draft: Draft, before: int | None, after: int | None) -> dict[str, Any]:
    actor = wave.context.actor.id or None
    note = draft.command.note if isinstance(draft.command, Update) else None
    if note is None:
        pool = _pool(wave, draft.before or draft.values)
        action = "returned" if after is None else "claimed" if before is None and after == actor else "assigned"
        note = OwnerNote(action, pool.name if pool else "", note=wave.context.reason)
    return {
        "record": draft.id,
        "of_object": wave.object,
        "action": note.action,
        "person": after,
        "previous_owner": before,
        "by": actor,
        "at": wave.unit.now,
        "pool": note.pool,
        "rule": note.rule,
        "reason": note.reason,
        "note": note.note[:1000],
        "why": note.why[:1000],
        "run": note.run,
        "accept_by": note.accept_by,
        "state": "waiting" if note.accept_by is not None else None,
    }
