"""What members of a pool see only in part before they claim: its masked fields, in records that only the pool opens."""

from __future__ import annotations

from collections.abc import Sequence

from jimu.access.actor import Actor
from jimu.access.pools import by_pool, is_manager, is_member, lies_in, pools_of
from jimu.access.rules import GRANTS, by_delegation
from jimu.access.scopes import Question, all_of, any_of
from jimu.definitions.kinds.pool import PoolDef
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.storage.query import EVERYTHING, Filter, Not

Mask = tuple[Filter, frozenset[str]]

# Standing in for another member opens the same records for the same reason.
_NOT_OTHERWISE = (by_pool, by_delegation)


def masked_in_pools(actor: Actor, manifest: Manifest, object: ObjectDef) -> Sequence[Mask]:
    """The masks of the pools that ``actor`` is a member of and does not manage; who may read a record by any other rule
    sees it as ever."""
    pools = [p for p in pools_of(manifest, object.name) if _masks(actor, p)]
    if not pools:
        return ()
    question = Question(actor, manifest, object, "read")
    otherwise = any_of([rule(question) for rule in GRANTS if rule not in _NOT_OTHERWISE])
    if otherwise == EVERYTHING:
        return ()
    return [(all_of([lies_in(p), Not(otherwise)]), frozenset((*p.masked, *p.hidden))) for p in pools]


def hidden_in_pools(manifest: Manifest, object: str) -> frozenset[str]:
    """The fields that pools of ``object`` hide: what is masked of them shows nothing at all."""
    return frozenset(name for pool in pools_of(manifest, object) for name in pool.hidden)


def _masks(actor: Actor, pool: PoolDef) -> bool:
    return bool(pool.masked or pool.hidden) and is_member(actor, pool) and not is_manager(actor, pool)
