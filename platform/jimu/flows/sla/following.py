"""Clocks moved by what is written: the record's own fields before it is stored, the clock's record after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jimu.business_time import NoEnd
from jimu.definitions.kinds.sla import ClockDef, SlaDef
from jimu.flows.sla.clock import RUNNING, Clock, advance
from jimu.flows.sla.records import (
    CLOCK,
    calendar_of,
    clock_of,
    each_clock,
    facts_of,
    kept_values,
    load_clocks,
    policies_of,
    read_by,
    values_of,
)
from jimu.records.commands import Create, Delete, Update
from jimu.records.draft import Draft
from jimu.records.wave import Wave

Rows = Mapping[tuple[int, str, str], Mapping[str, Any]]
_CARRIED = "sla"


@dataclass(frozen=True, slots=True)
class _Worked:
    """A clock of a draft's record as it is after this write, with the row of before."""

    sla: SlaDef
    definition: ClockDef
    clock: Clock | None
    row: Mapping[str, Any] | None


def keep_in_record(wave: Wave) -> None:
    """Work the clocks out, and set the fields in which records keep their state, as they will be after this write."""
    if wave.action not in ("create", "update") or not policies_of(wave.context.manifest, wave.object):
        return
    rows = _rows(wave)
    worked: dict[int, tuple[dict[str, Any], list[_Worked]]] = {}
    for draft in wave.open:
        found = _clocks(draft, rows, wave)
        for one in found:
            if one.definition.keep:
                calendar = calendar_of(one.sla, wave.context.manifest)
                for name, value in kept_values(one.clock, one.definition, wave.unit.now, calendar).items():
                    if draft.values.get(name) != value:
                        draft.set(name, value)
        worked[draft.row] = dict(draft.values), found
    wave.carried[_CARRIED] = rows, worked


def follow_clocks(wave: Wave) -> None:
    """Ask for the clocks' own records to be written."""
    if CLOCK not in wave.context.manifest.objects or not policies_of(wave.context.manifest, wave.object):
        return
    if wave.action == "restore":
        look = {"next_at": wave.unit.now}
        found = load_clocks(wave.transaction, [d.id for d in wave.open])
        wave.unit.follow_ups += [Update(CLOCK, r["id"], look) for r in found.values() if r["state"] == RUNNING]
    if wave.action not in ("create", "update"):
        return
    rows, worked = wave.carried[_CARRIED]
    for draft in wave.judged:
        values, clocks = worked[draft.row]
        if any(draft.values.get(name) != values.get(name) for name in read_by(wave.context.manifest, wave.object)):
            clocks = _clocks(draft, rows, wave)  # a plugin's hook has changed what the conditions read
        for one in clocks:
            wave.unit.follow_ups += _written(draft, one, wave)


def _rows(wave: Wave) -> Rows:
    ids = [d.id for d in wave.open if d.before is not None]
    return load_clocks(wave.transaction, ids) if ids else {}


def _clocks(draft: Draft, rows: Rows, wave: Wave) -> list[_Worked]:
    get, environment = wave.world.reader(wave.plan, draft.values), wave.environment_of(draft)
    found = []
    for sla, definition, calendar in each_clock(wave.context.manifest, wave.object):
        row = rows.get((draft.id, sla.name, definition.name)) if draft.before is not None else None
        facts = facts_of(sla, definition, get, environment)
        try:
            clock = advance(clock_of(row), facts, wave.unit.now, calendar)
        except NoEnd:
            continue
        found.append(_Worked(sla, definition, clock, row))
    return found


def _written(draft: Draft, worked: _Worked, wave: Wave) -> list[Create | Update | Delete]:
    sla, definition, clock, row = worked.sla, worked.definition, worked.clock, worked.row
    if clock is None:
        return [] if row is None else [Delete(CLOCK, row["id"])]
    calendar = calendar_of(sla, wave.context.manifest)
    before = clock_of(row)
    if row is not None and before == clock:
        return []
    # A new end gives new warnings; those that have passed by then are not given again.
    warned = row["warned"] or 0 if row is not None and before is not None and before.due_at == clock.due_at else 0
    values = values_of(clock, definition, warned, calendar)
    if row is not None:
        return [Update(CLOCK, row["id"], values)]
    base = {"record": draft.id, "of_object": wave.object, "policy": sla.name, "clock": definition.name}
    return [Create(CLOCK, {**base, **values})]
