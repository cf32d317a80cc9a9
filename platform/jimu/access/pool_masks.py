"""What members of a pool see only in part before they claim: its masked fields, in records that only the pool opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jimu.access.actor import Actor
from jimu.access.delegation import as_agent, covers
from jimu.access.pools import by_pool, is_manager, is_member, lies_in, pools_of
from jimu.access.reach import may_be_given
from jimu.access.rules import GRANTS, RESTRICTIONS, by_delegation
from jimu.access.scopes import Question, all_of, any_of
from jimu.definitions.kinds.pool import PoolDef
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.storage.query import EVERYTHING, NOTHING, Filter, Not

Mask = tuple[Filter, frozenset[str]]

# What pools open is what is masked; what is seen for somebody who is away is as they see it.
_NOT_OTHERWISE = (by_pool, by_delegation)


def masked_in_pools(actor: Actor, manifest: Manifest, object: ObjectDef) -> Sequence[Mask]:
    """The masks of the pools that ``actor``, or somebody for whom they stand in, is a member of and does not manage;
    who may read a record by any other rule sees it as ever."""
    question = Question(actor, manifest, object, "read")
    absent = [s.absent for s in actor.stands_in if covers(s, question)]
    pools = [p for p in pools_of(manifest, object.name) if any(_masks(a, p) for a in (actor, *absent))]
    pools = [p for p in pools if not is_manager(actor, p)]
    if not pools:
        return ()
    otherwise = any_of([_otherwise(question), *(_for_absent(replace(question, actor=a)) for a in absent)])
    if otherwise == EVERYTHING:
        return ()
    return [(all_of([lies_in(p), Not(otherwise)]), frozenset((*p.masked, *p.hidden))) for p in pools]


def _otherwise(question: Question) -> Filter:
    """What the actor reads by other rules, and by the pools that they manage."""
    managed = (lies_in(p) for p in pools_of(question.manifest, question.object.name) if is_manager(question.actor, p))
    opened = any_of(list(managed)) if may_be_given(question) else NOTHING
    return any_of([opened, *(rule(question) for rule in GRANTS if rule not in _NOT_OTHERWISE)])


def _for_absent(question: Question) -> Filter:
    restricted = [rule(question) for rule in RESTRICTIONS]
    return as_agent(question.actor, all_of([_otherwise(question), *restricted]))


def hidden_in_pools(manifest: Manifest, object: str) -> frozenset[str]:
    """The fields that pools of ``object`` hide: what is masked of them shows nothing at all."""
    return frozenset(name for pool in pools_of(manifest, object) for name in pool.hidden)


def _masks(actor: Actor, pool: PoolDef) -> bool:
    return bool(pool.masked or pool.hidden) and is_member(actor, pool) and not is_manager(actor, pool)
