"""Who a session or token stands for, and the actor that comes of it: cached until access data changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from jimu.access.actor import Actor
from jimu.access.loading import load_actor
from jimu.access.per_manifest import PerManifest
from jimu.definitions.manifest import Manifest
from jimu.storage import Store


@dataclass(frozen=True, slots=True)
class Identity:
    """What one authentication query tells. ``key``: the id of the session or token. ``via``: web or api.

    ``pulse`` moves with every revision and every change of users, so an actor cached under it is never out of date.
    ``scopes`` None: everything that the user may.
    """

    user_id: int
    pulse: int
    key: int
    via: str
    scopes: frozenset[str] | None = None


_Key = tuple[int, str, frozenset[str] | None]
_CACHE_SIZE = 10_000
_known: PerManifest[dict[_Key, tuple[int, Store, Actor | None]]] = PerManifest(lambda manifest: {})


def find_actor(store: Store, manifest: Manifest, identity: Identity) -> Actor | None:
    """The actor of ``identity``; None if the user is gone or not active. Asks the store once per user and pulse."""
    known = _known.get(manifest)
    key = (identity.user_id, identity.via, identity.scopes)
    kept = known.get(key)
    if kept is not None and kept[0] == identity.pulse and kept[1] is store:
        return kept[2]
    with store.read() as transaction:
        actor = load_actor(transaction, manifest, identity.user_id, identity.via)
    if actor is not None and identity.scopes is not None:
        actor = replace(actor, scopes=identity.scopes)
    if len(known) >= _CACHE_SIZE:
        known.clear()
    known[key] = (identity.pulse, store, actor)
    return actor
