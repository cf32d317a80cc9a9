"""Who a session or token stands for, and the actor that comes of it: cached until access data changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from jimu.access.actor import Actor
from jimu.access.loading import load_actor
from jimu.access.per_manifest import PerManifest
from jimu.clock import day_in, system_clock
from jimu.definitions.manifest import Manifest
from jimu.storage import Store


@dataclass(frozen=True, slots=True)
class Identity:
    """What one authentication query tells. ``key``: the id of the session or token. ``via``: web or api.

    ``pulse`` moves with every revision and every change of users, so an actor cached under it is never out of date.
    ``scopes`` None: everything that the user may. ``at``: when it was asked (None: now).
    """

    user_id: int
    pulse: int
    key: int
    via: str
    scopes: frozenset[str] | None = None
    at: datetime | None = None


_Key = tuple[int, str, frozenset[str] | None]
_CACHE_SIZE = 10_000
_known: PerManifest[dict[_Key, tuple[int, date, Store, Actor | None]]] = PerManifest(lambda manifest: {})


def find_actor(store: Store, manifest: Manifest, identity: Identity) -> Actor | None:
    """The actor of ``identity``; None if the user is gone or not active. One look per user, pulse and day."""
    known = _known.get(manifest)
    key = (identity.user_id, identity.via, identity.scopes)
    at = identity.at or system_clock()
    day = day_in(at, manifest.workspace.time_zone)
    kept = known.get(key)
    if kept is not None and kept[:2] == (identity.pulse, day) and kept[2] is store and not _has_changed(kept[3], at):
        return kept[3]
    with store.read() as transaction:
        actor = load_actor(transaction, manifest, identity.user_id, identity.via, pulse=identity.pulse, at=at)
    if actor is not None and identity.scopes is not None:
        actor = replace(actor, scopes=identity.scopes)
    if len(known) >= _CACHE_SIZE:
        known.clear()
    known[key] = (identity.pulse, day, store, actor)
    return actor


def _has_changed(actor: Actor | None, at: datetime) -> bool:
    """Whether somebody for whom the actor stands in has left or come back meanwhile."""
    return actor is not None and actor.changes_at is not None and at >= actor.changes_at
