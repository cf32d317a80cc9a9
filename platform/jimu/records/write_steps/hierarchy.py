"""No department is part of itself and nobody reports to themselves, over however many steps.

Two that are moved under each other at once wait for one another: each sees what the other has stored.
"""

from __future__ import annotations

from collections.abc import Mapping

from jimu.access.scopes import DEPARTMENT_OBJECT, USER_OBJECT
from jimu.messages import Message
from jimu.records.draft import Draft
from jimu.records.wave import Wave

# Object -> the field that points upwards, and what to say.
_UPWARDS: Mapping[str, tuple[str, Message]] = {
    DEPARTMENT_OBJECT: ("above", Message("A department cannot be part of itself, nor of one that is part of it.")),
    USER_OBJECT: ("manager", Message("Nobody can report to themselves, nor to somebody who reports to them.")),
}


def check_hierarchy(wave: Wave) -> None:
    """Refuse what would make a circle."""
    field, message = _UPWARDS.get(wave.object, ("", None))
    moved = [d for d in wave.judged if field in d.changed] if message else []
    if not moved or message is None:
        return
    if not wave.unit.is_preview:
        wave.transaction.bump_pulse()
    above = _read_upwards(wave, field, moved)
    for draft in moved:
        if _leads_back(draft.id, above):
            draft.add_problem("circle", message, field)


def _read_upwards(wave: Wave, field: str, moved: list[Draft]) -> dict[int, int | None]:
    """Who stands above whom, from the drafts upwards, as it would be: one query per level."""
    above: dict[int, int | None] = {d.id: d.values.get(field) for d in moved}
    wanted = {id for id in above.values() if id is not None and id not in above}
    while wanted:
        rows = wave.transaction.fetch(wave.object, wanted, [field])
        above.update({id: rows[id].get(field) if id in rows else None for id in wanted})
        wanted = {id for id in (above[id] for id in wanted) if id is not None and id not in above}
    return above


def _leads_back(start: int, above: Mapping[int, int | None]) -> bool:
    seen: set[int] = set()
    here = above.get(start)
    while here is not None and here not in seen:
        if here == start:
            return True
        seen.add(here)
        here = above.get(here)
    return False
