"""Refusals by network address go into the audit once in a while, not once a request: nobody fills it from outside."""

from __future__ import annotations

from datetime import datetime, timedelta

from jimu.access.audit import By
from jimu.storage import Store

_PAUSE = timedelta(minutes=10)
_MOST = 1000
_noted: dict[tuple[str, int | None], datetime] = {}


def note_refusal(store: Store, by: By) -> None:
    """Somebody was refused for where they come from."""
    key = (by.actor.address, by.actor.id)
    last = _noted.get(key)
    if last is not None and by.at - last < _PAUSE:
        return
    if len(_noted) >= _MOST:
        _noted.clear()
    _noted[key] = by.at
    with store.write() as transaction:
        by.note(transaction, "access.refused_address")
