"""Optimistic versions: a write against an older version is refused with everything a three-way comparison needs."""

from __future__ import annotations

from typing import Any

from jimu.access.fields import MASK, NONE
from jimu.errors import StaleVersion
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records.draft import Draft
from jimu.records.history_values import restore_value
from jimu.records.masking import masked_in
from jimu.records.wave import Wave

# No more entries are walked back than this; a form older than that gets no base values.
_MOST_ENTRIES = 500


def check_version(wave: Wave) -> None:
    """Refuse drafts that were made on an older version of their record."""
    for draft in wave.open:
        if draft.version is not None and draft.before is not None and draft.version != draft.before["version"]:
            draft.error = stale_version(wave, draft)


def stale_version(wave: Wave, draft: Draft) -> StaleVersion:
    """``details``: ``version`` now; ``current``: all readable values now; ``mine``: what was asked for; ``theirs`` and
    ``base``: the fields that others changed meanwhile, as they are and as they were at the asker's version.
    """
    row = draft.before or {}
    masked = masked_in(wave.transaction, wave.object, (draft.id,), wave.context, wave.environment)
    hidden = masked.get(draft.id, frozenset()) | {n for n, level in wave.access.items() if level in (NONE, MASK)}
    current = {name: row.get(name) for name in wave.access if name not in hidden and name in row}
    base = {name: value for name, value in _base(wave, draft).items() if name in current}
    return StaleVersion(
        Message("This record was changed meanwhile."),
        details={
            "object": wave.object,
            "id": encode_id(draft.id),
            "version": row.get("version"),
            "current": current,
            "mine": dict(draft.given),
            "theirs": {name: current[name] for name in base},
            "base": base,
        },
    )


def _base(wave: Wave, draft: Draft) -> dict[str, Any]:
    """The values at the asker's version of the readable fields changed since, from history; {} where none is kept."""
    base: dict[str, Any] = {}
    for entry in wave.transaction.history(draft.id, limit=_MOST_ENTRIES):
        if entry.version is None or draft.version is None or entry.version <= draft.version:
            break
        for name, change in entry.changes.items():
            field = wave.plan.fields.get(name)
            if field is not None and wave.access.get(name, NONE) != NONE and not field.is_computed:
                base[name] = restore_value(change[0], field)
    return base
