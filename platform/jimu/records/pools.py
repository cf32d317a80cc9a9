"""Which pool answers for a record: what the write path must know of pools, worked out once per manifest.

Claiming, returning and the rules that take records back are ``flows.pools``; this only finds definitions.
"""

from __future__ import annotations

from jimu.access.pools import pools_of
from jimu.definitions.kinds.pool import MoveDef, PoolDef
from jimu.definitions.manifest import Manifest
from jimu.formulas import Environment, evaluate
from jimu.formulas.formula import Get

OWNER_SINCE = "owner_since"


def keeps_owner(manifest: Manifest, object: str) -> bool:
    """Whether it is kept of records of ``object`` since when they have their owner, and who had them before."""
    found = manifest.objects.get(object)
    return found is not None and OWNER_SINCE in found.fields and found.fields[OWNER_SINCE].system


def pool_of(manifest: Manifest, object: str, get: Get, environment: Environment) -> PoolDef | None:
    """The pool that answers for the record whose values ``get`` gives."""
    return next((p for p in pools_of(manifest, object) if evaluate(p.territory, get, environment)), None)


def new_to_creator(manifest: Manifest, object: str) -> bool:
    """Whether whoever makes a record of ``object`` without naming an owner owns it, although it could have none."""
    return any(pool.new == "creator" for pool in pools_of(manifest, object))


def moves_by(manifest: Manifest, object: str, field: str) -> tuple[tuple[PoolDef, MoveDef], ...]:
    """The moves of ``object`` that read the roll-up ``field``, with their pools."""
    pools = pools_of(manifest, object)
    return tuple((pool, move) for pool in pools for move in pool.moves if (field,) in move.when.paths)
