"""Writes that follow from a write: references blanked by a deletion or brought back by restoring.

Nobody asked for them, so nobody's rights are asked; but formulas, titles, history, roll-ups and events follow as ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jimu.records.commands import Update
from jimu.records.draft import Draft
from jimu.records.duplicates.keeping import keep_match_keys
from jimu.records.wave import Unit, Wave, build_wave
from jimu.records.write_steps.changes import find_changes
from jimu.records.write_steps.events import emit_events
from jimu.records.write_steps.formulas import compute_formulas
from jimu.records.write_steps.history import append_history
from jimu.records.write_steps.rollups import update_rollups
from jimu.records.write_steps.store import store_records
from jimu.records.write_steps.titles import refresh_titles

Assignment = tuple[str, str, int, Any]  # object, field, id, value

_STEPS = (
    compute_formulas,
    find_changes,
    store_records,
    keep_match_keys,
    append_history,
    update_rollups,
    refresh_titles,
    emit_events,
)


def blank_references(unit: Unit, cleared: Iterable[tuple[str, str, int, int]]) -> None:
    """Blank each (object, field, id of the row, id it pointed at)."""
    assign(unit, [(object, field, id, None) for object, field, id, _ in cleared])


def assign(unit: Unit, assignments: Iterable[Assignment]) -> None:
    """Set fields of existing rows, one wave per object."""
    by_object: dict[str, dict[int, dict[str, Any]]] = {}
    for object, field, id, value in assignments:
        by_object.setdefault(object, {}).setdefault(id, {})[field] = value
    for object, values in by_object.items():
        _run(build_wave(unit, object, "update", _drafts(unit, object, values)))


def _drafts(unit: Unit, object: str, values: dict[int, dict[str, Any]]) -> list[Draft]:
    rows = unit.transaction.fetch(object, values, lock=True)
    return [
        Draft(
            0,
            Update(object, id, values[id]),
            object,
            "update",
            id,
            before=row,
            values={**row, **values[id]},
            touched=set(values[id]),
        )
        for id, row in rows.items()
    ]


def _run(wave: Wave) -> None:
    for step in _STEPS:
        step(wave)
