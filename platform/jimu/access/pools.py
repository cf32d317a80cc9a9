"""Pools: what lies in them is read by their members, and changed by their managers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jimu.access.actor import Actor
from jimu.access.people import is_among
from jimu.access.per_manifest import PerManifest
from jimu.access.reach import may_be_given
from jimu.access.scopes import Question, any_of
from jimu.definitions.kinds.pool import PoolDef
from jimu.definitions.manifest import Manifest
from jimu.storage.query import NOTHING, AllOf, Compare, Filter, Where


def pools_of(manifest: Manifest, object: str) -> tuple[PoolDef, ...]:
    """The pools of ``object`` in the order in which they answer for its records."""
    return _by_object.get(manifest).get(object, ())


def lies_in(pool: PoolDef) -> Filter:
    """The records that lie in ``pool``: it answers for them, and nobody owns them."""
    return AllOf((Compare("owner", "blank"), Where(pool.territory)))


def is_member(actor: Actor, pool: PoolDef) -> bool:
    """Whether ``actor`` may look into the pool and claim."""
    return is_among(actor, pool.members)


def is_manager(actor: Actor, pool: PoolDef) -> bool:
    """Whether ``actor`` may assign from the pool, take back into it, and see what its next run would return."""
    return actor.is_admin or is_among(actor, pool.managers)


def by_pool(question: Question) -> Filter:
    """Members read what lies in their pools, managers also change and export it. A role has to allow the action on the
    object at all, as for everything that opens records beyond the scopes of roles.
    """
    pools = pools_of(question.manifest, question.object.name)
    if not pools or not may_be_given(question):
        return NOTHING
    actor = question.actor
    reading = question.action == "read"
    return any_of([lies_in(p) for p in pools if is_manager(actor, p) or (reading and is_member(actor, p))])


def _grouped(pools: Iterable[PoolDef]) -> Mapping[str, tuple[PoolDef, ...]]:
    found: dict[str, tuple[PoolDef, ...]] = {}
    for pool in sorted(pools, key=lambda p: (p.order, p.name)):
        found[pool.object] = (*found.get(pool.object, ()), pool)
    return found


_by_object: PerManifest[Mapping[str, tuple[PoolDef, ...]]] = PerManifest(lambda m: _grouped(m.all("pool").values()))
