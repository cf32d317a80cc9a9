"""Events: what happened to records, in the past tense. Made by the write path, told after the commit.

Who needs to act surely, even if the process dies, is an ``EventListener`` (hook ``jimu_event_listeners``): for it a
job row is written in the same transaction. Who only wants to know implements ``jimu_after_write``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jimu.access.actor import Actor
from jimu.fieldtypes.ids import encode_id
from jimu.records.per_hooks import PerHooks
from jimu.storage.entries import JobRow


@dataclass(frozen=True, slots=True)
class Event:
    """``action``: create, update, delete, restore or purge.

    ``changed``: field names. ``before``/``after``: rows by field name.
    """

    object: str
    id: int
    action: str
    at: datetime
    actor: Actor
    version: int
    changed: tuple[str, ...] = ()
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str = ""

    def payload(self) -> dict[str, Any]:
        """What a job row carries of it: facts, no values (the job reads what is true when it runs)."""
        return {
            "object": self.object,
            "id": encode_id(self.id),
            "action": self.action,
            "at": self.at.isoformat(),
            "actor": encode_id(self.actor.id) if self.actor.id else None,
            "via": self.actor.via,
            "version": self.version,
            "changed": list(self.changed),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class EventListener:
    """Wants a job of ``kind`` for each event that fits.

    Empty sets mean any; ``fields``: at least one of them changed.
    """

    kind: str
    objects: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    fields: frozenset[str] = field(default_factory=frozenset)

    def hears(self, event: Event) -> bool:
        if self.objects and event.object not in self.objects:
            return False
        if self.actions and event.action not in self.actions:
            return False
        return not self.fields or not self.fields.isdisjoint(event.changed)


def _ask(hooks: Any) -> tuple[EventListener, ...]:
    return tuple(x for part in hooks.jimu_event_listeners() for x in part or ())


_listeners: PerHooks[tuple[EventListener, ...]] = PerHooks(_ask, ())


def jobs_for(events: list[Event], hooks: Any) -> list[JobRow]:
    """One job row per event and listener that hears it."""
    listeners = _listeners.get(hooks)
    if not listeners:
        return []
    return [JobRow(x.kind, {"event": e.payload()}) for e in events for x in listeners if x.hears(e)]
