"""The one write path: every change of a record, by whomever and through whatever, goes through here.

``write`` does one command, ``write_many`` a batch: the same steps (``write_steps``) over waves of drafts, in one
transaction. ``preview`` runs the same steps up to storing. ``unit_of_work`` makes several calls one unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from jimu.access import SYSTEM
from jimu.access.view_as import READ_ONLY
from jimu.errors import Conflict, Forbidden
from jimu.messages import Message
from jimu.records.commands import BatchResult, Command, Record, RowResult
from jimu.records.context import Context
from jimu.records.draft import Draft, Preview
from jimu.records.events import Event
from jimu.records.outcome import build_preview, build_record, status_of, version_of
from jimu.records.wave import Unit, Wave, build_unit, build_wave
from jimu.records.waves import Group, drafts_of, groups_of, waves_of
from jimu.records.write_steps import BEFORE_STORING, STORING
from jimu.storage.errors import BrokenReference, Busy

__all__ = ["preview", "preview_many", "unit_of_work", "write", "write_many"]

# How often a unit that met a deadlock or a lock that was not to be had is tried again from the beginning.
_ATTEMPTS = 3

BUSY = Message("Others are changing the same records just now; try again.")
BROKEN = Message("Another record still refers to this one.")


class _Failed(Exception):
    """Ends the transaction of an atomic batch in which a row failed."""


def write(command: Command, context: Context) -> Record:
    """Do ``command`` in one transaction and return the record as the actor may read it.

    Raises Forbidden, NotFound, StaleVersion, Locked, Invalid (every problem), Conflict; then nothing is stored.
    """
    result = _in_transaction([command], context, atomic=True)
    (row,) = result.rows
    if row.error is not None:
        raise row.error
    assert row.record is not None
    return row.record


def write_many(
    commands: Sequence[Command], context: Context, *, atomic: bool = True, values: bool = True
) -> BatchResult:
    """Do all commands in one transaction, in order; the result has one row per command, in order.

    ``atomic``: one failure and nothing is stored (``committed`` False, good rows are ``skipped``). Otherwise good
    rows are stored and bad ones reported. Raises only what concerns the batch as a whole (Conflict when the store
    stays busy). ``values`` False: the records of the result tell id, version and title only.
    """
    return _in_transaction(list(commands), context, atomic=atomic, values=values)


def _in_transaction(commands: list[Command], context: Context, *, atomic: bool, values: bool = True) -> BatchResult:
    _require_own_eyes(context)
    if context.transaction is not None:
        return _inside(commands, context, atomic, values)
    for attempt in range(_ATTEMPTS):
        try:
            return _own(commands, context, atomic, values)
        except Busy:
            if attempt == _ATTEMPTS - 1:
                raise Conflict(BUSY) from None
        except BrokenReference:
            raise Conflict(BROKEN) from None
    raise AssertionError("unreachable")


def _require_own_eyes(context: Context) -> None:
    """Raises Forbidden for an administrator who looks with another's eyes: whatever is written on the way."""
    if context.actor.viewed_by is not None:
        raise Forbidden(READ_ONLY)


def _own(commands: list[Command], context: Context, atomic: bool, values: bool) -> BatchResult:
    result = BatchResult()
    try:
        with context.store.write() as transaction:
            unit = build_unit(context, transaction, is_single=len(commands) == 1)
            _run(unit, commands, result, values)
            if atomic and result.failed:
                raise _Failed
    except _Failed:
        return _undone(result)
    _tell(unit.events, context)
    return result


def _inside(commands: list[Command], context: Context, atomic: bool, values: bool) -> BatchResult:
    """The same within the transaction that the caller holds; only what is done here is taken back."""
    result = BatchResult()
    try:
        with context.transaction.savepoint():
            unit = build_unit(context, context.transaction)
            _run(unit, commands, result, values)
            if atomic and result.failed:
                raise _Failed
    except _Failed:
        return _undone(result)
    except BrokenReference:
        raise Conflict(BROKEN) from None
    if context.told is not None:
        context.told.extend(unit.events)
    if context.journal is not None:
        context.journal.extend(zip(commands, result.rows, strict=True))
    return result


def _run(unit: Unit, commands: list[Command], result: BatchResult, values: bool) -> None:
    """Run every command through its steps; ``result`` gets a row for each."""
    for group in groups_of(commands):
        for wave in _waves(unit, group):
            for step in (*BEFORE_STORING[wave.action], *STORING[wave.action]):
                step(wave)
            result.rows.extend(_row(wave, draft, values) for draft in wave.drafts)
    if len(result.rows) > 1:
        result.rows.sort(key=lambda row: row.row)
    if unit.follow_ups or unit.moves:
        follow_up(unit)


def follow_up(unit: Unit) -> None:
    """Write what the steps asked for, as the engine itself; what cannot be written takes everything back, unless it is
    a move.
    """
    commands, unit.follow_ups = unit.follow_ups, []
    moves, unit.moves = unit.moves, []
    own = build_unit(unit.context.as_actor(SYSTEM), unit.transaction)
    done = BatchResult()
    _run(own, commands, done, values=False)
    if done.failed:
        raise done.failed[0].error
    if moves:
        _run(own, moves, BatchResult(), values=False)
    unit.events.extend(own.events)


def _waves(unit: Unit, group: Group) -> Iterator[Wave]:
    for object, action, drafts in waves_of(drafts_of(unit, group)):
        yield build_wave(unit, object, action, drafts)


def _row(wave: Wave, draft: Draft, values: bool) -> RowResult:
    if draft.error is not None:
        return RowResult(draft.row, "failed", error=draft.error)
    record = build_record(wave, draft) if values else _bare_record(wave, draft)
    return RowResult(draft.row, status_of(draft), record, before=_before(draft))


def _before(draft: Draft) -> dict[str, Any] | None:
    before = draft.before
    if before is None:
        return None
    changed = draft.changed if draft.action == "update" else ()
    return {name: before.get(name) for name in (*changed, "version", "updated_at")}


def _bare_record(wave: Wave, draft: Draft) -> Record:
    title = draft.values.get("title") or ""
    created = draft.action == "create"
    return Record(wave.object, draft.id, version_of(draft), title, {}, created=created, changed=draft.changed)


def _undone(result: BatchResult) -> BatchResult:
    rows = [r if r.status == "failed" else RowResult(r.row, "skipped") for r in result.rows]
    return BatchResult(rows, committed=False)


def _tell(events: Sequence[Event], context: Context) -> None:
    """After the commit: tell plugins what happened. They can no longer refuse."""
    hooks = context.hooks
    if events and hooks is not None and hooks.jimu_after_write.get_hookimpls():
        hooks.jimu_after_write(events=events, context=context)


@contextmanager
def unit_of_work(context: Context) -> Iterator[Context]:
    """A context whose writes and reads share one transaction: it commits when the block ends, rolls back if it raises.

    A ``write`` that fails inside takes back only itself; let its error out of the block to take back everything.
    """
    _require_own_eyes(context)
    if context.transaction is not None:
        yield context
        return
    told: list[Event] = []
    try:
        with context.store.write() as transaction:
            yield replace(context, transaction=transaction, told=told)
    except Busy:
        raise Conflict(BUSY) from None
    _tell(told, context)


def preview(command: Command, context: Context) -> Preview:
    """What ``write`` would do: every step up to storing, nothing stored, nothing locked, no number taken."""
    return preview_many([command], context)[0]


def preview_many(commands: Sequence[Command], context: Context) -> list[Preview]:
    """The same for a batch; each command is judged against what is stored now."""
    if context.transaction is not None:
        return _preview(build_unit(context, context.transaction, is_preview=True), commands)
    with context.store.read() as transaction:
        return _preview(build_unit(context, transaction, is_preview=True), commands)


def _preview(unit: Unit, commands: Sequence[Command]) -> list[Preview]:
    found: dict[int, Preview] = {}
    for group in groups_of(list(commands)):
        for wave in _waves(unit, group):
            for step in BEFORE_STORING[wave.action]:
                step(wave)
            found.update((d.row, build_preview(wave, d)) for d in wave.drafts)
    return [found[row] for row in sorted(found)]
