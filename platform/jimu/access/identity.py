"""Who a session or token stands for, and the actor that comes of it: cached until access data changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from jimu.access.actor import Actor
from jimu.access.loading import load_actor
from jimu.access.managing import may_see_as
from jimu.access.per_manifest import PerManifest
from jimu.clock import day_in, system_clock
from jimu.definitions.manifest import Manifest
from jimu.storage import Store


@dataclass(frozen=True, slots=True)
class Identity:
    """What one authentication query tells. ``key``: the id of the session or token. ``via``: web or api.

    ``pulse`` moves with every revision and every change of users, so an actor cached under it is never out of date.
    ``scopes`` None: everything that the user may. ``at``: when it was asked (None: now). ``viewing``: the user with
    whose eyes a session looks.
    """

    user_id: int
    pulse: int
    key: int
    via: str
    scopes: frozenset[str] | None = None
    at: datetime | None = None
    viewing: int | None = None


_Key = tuple[int, str, frozenset[str] | None]
_CACHE_SIZE = 10_000
_known: PerManifest[dict[_Key, tuple[int, date, Store, Actor | None]]] = PerManifest(lambda manifest: {})


def find_actor(store: Store, manifest: Manifest, identity: Identity, address: str = "") -> Actor | None:
    """The actor of ``identity``, coming from the network ``address``; None if the user is gone or not active. Asks the
    store once per user, pulse and day.

    A session that looks with another's eyes gets that other actor, marked with who looks (``viewed_by``), as long as
    both are there and the one may see what the other sees.
    """
    actor = _known_actor(store, manifest, identity)
    if actor is None:
        return None
    if identity.viewing is not None:
        seen = _known_actor(store, manifest, replace(identity, user_id=identity.viewing, scopes=None))
        if seen is not None and may_see_as(actor, manifest, seen):
            return replace(seen, viewed_by=actor.id, address=address)
    return replace(actor, address=address) if address else actor


def _known_actor(store: Store, manifest: Manifest, identity: Identity) -> Actor | None:
    """From the cache, else loaded."""
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
