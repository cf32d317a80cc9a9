"""Who may do what with a pool."""

from __future__ import annotations

from dataclasses import replace

from jimu.access.loading import organisation_at
from jimu.access.people import people_among
from jimu.access.pools import is_manager, is_member
from jimu.access.rules import action_allowed
from jimu.access.token_scopes import token_allows
from jimu.definitions.kinds.pool import PoolDef
from jimu.errors import Forbidden, NotFound
from jimu.messages import Message
from jimu.records import Context
from jimu.records.reading import reading

USER = "user"

NO_POOL = Message("There is no pool called {name}.")


def find_pool(name: str, context: Context) -> PoolDef | None:
    found: PoolDef | None = context.manifest.all("pool").get(name)
    return found


def require_pool(name: str, context: Context) -> PoolDef:
    """The pool; raises NotFound where there is none, or not for the actor."""
    pool = find_pool(name, context)
    if pool is None or not may_enter(pool, context):
        raise NotFound(Message(NO_POOL.template, {"name": name}))
    return pool


def may_enter(pool: PoolDef, context: Context) -> bool:
    """Whether the actor is a member or manager of the pool and may read records of its object at all."""
    actor = context.actor
    if actor.is_system:
        return True
    belongs = is_member(actor, pool) or is_manager(actor, pool)
    return belongs and action_allowed(actor, context.manifest, pool.object, "read")


def may_manage(pool: PoolDef, context: Context) -> bool:
    return context.actor.is_system or is_manager(context.actor, pool)


def require_manager(pool: PoolDef, context: Context) -> None:
    """Raises Forbidden unless the actor manages the pool."""
    if not may_manage(pool, context):
        raise Forbidden(Message("Only managers of the pool may do this."))


def require_writable(pool: PoolDef, context: Context) -> None:
    """Raises Forbidden for a token that may not write records of the pool's object."""
    if not token_allows(context.actor.scopes, pool.object, "update"):
        raise Forbidden(Message("You may not do this to this record."))


def pools_for_member(context: Context) -> list[PoolDef]:
    """The pools that the actor may look into, in their order."""
    return [p for p in _ordered(context) if may_enter(p, context)]


def managed_pools(context: Context) -> list[PoolDef]:
    """The pools that the actor manages, in their order."""
    return [p for p in _ordered(context) if may_manage(p, context)]


def members_of(pool: PoolDef, context: Context) -> list[tuple[int, str]]:
    """The active members of the pool: id and name, by name."""
    with reading(context) as transaction:
        organisation = organisation_at(transaction, context.manifest, at=context.clock())
        rows = transaction.fetch(USER, [p.id for p in organisation.people.values() if p.active])
        ids = people_among(pool.members, rows, organisation)
    return sorted(((id, str(rows[id].get("name") or "")) for id in ids), key=lambda m: m[1])


def in_name_of(context: Context) -> Context:
    """The same context with the engine's rights: what a pool allows its people goes beyond what their roles do. History
    still names the person."""
    return context.as_actor(replace(context.actor, is_system=True))


def _ordered(context: Context) -> list[PoolDef]:
    return sorted(context.manifest.all("pool").values(), key=lambda p: (p.object, p.order, p.name))
