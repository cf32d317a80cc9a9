"""Automatic numbers: taken only for records that will be stored, so that refused ones leave no holes."""

from __future__ import annotations

from datetime import date

from jimu.definitions.model import FieldDef
from jimu.fieldtypes.autonumber import parse_pattern
from jimu.records.draft import Draft
from jimu.records.wave import Wave
from jimu.records.write_steps.formulas import compute_stored, compute_title


def number_records(wave: Wave) -> None:
    """Number new records in batch order, then compute again what reads the numbers."""
    if not wave.plan.autonumbers or wave.action != "create":
        return
    day = wave.unit.now.astimezone(wave.environment.zone).date()
    for field in wave.plan.autonumbers:
        drafts = [d for d in wave.open if d.values.get(field.name) is None]
        if drafts:
            _number(wave, field, drafts, day)
    names = {f.name for f in wave.plan.autonumbers}
    if any(not c.reads.isdisjoint(names) for c in wave.plan.formulas) or not wave.plan.title_reads.isdisjoint(names):
        for draft in wave.open:
            compute_stored(wave, draft)
            compute_title(wave, draft)


def _number(wave: Wave, field: FieldDef, drafts: list[Draft], day: date) -> None:
    pattern = parse_pattern(field.options.get("format", "{00000}"))
    key = pattern.sequence_key(wave.object, field.name, day)
    first = int(field.options.get("start", 1))
    numbers = wave.transaction.next_numbers(key, len(drafts), gapless=bool(field.options.get("gapless")))
    for draft, number in zip(drafts, numbers, strict=True):
        draft.values[field.name] = pattern.render(number + first - 1, day)
