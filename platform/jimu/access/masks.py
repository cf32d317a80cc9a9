"""Masks that depend on the record: of some records an actor may read, some fields are shown in part only.

``ROW_MASKS`` lists the functions that say so: actor, manifest, object → pairs of a filter and the fields that are
masked in the records that match it. The read path masks the values (``records.masking``); a condition, a sort, a group
or words searched for that use such a field do not see those records, so nothing can be learnt by asking. What is
computed from a masked field of the same record is masked with it, and the title if it is made of one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from jimu.access.actor import Actor
from jimu.access.approvals import masked_by_approvals
from jimu.access.per_manifest import PerManifest
from jimu.access.pool_masks import masked_in_pools
from jimu.access.rights import has_right
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.storage.query import NOTHING, Filter

Mask = tuple[Filter, frozenset[str]]
RowMask = Callable[[Actor, Manifest, ObjectDef], Sequence[Mask]]

ROW_MASKS: tuple[RowMask, ...] = (masked_in_pools, masked_by_approvals)

_CACHE_SIZE = 20_000
_known: PerManifest[dict[Hashable, tuple[Mask, ...]]] = PerManifest(lambda manifest: {})


def row_masks(actor: Actor, manifest: Manifest, object: str) -> tuple[Mask, ...]:
    """The masks on records of ``object`` for ``actor``; () for the system and who may do everything."""
    if not ROW_MASKS or actor.is_system or has_right(actor, manifest, "modify_all"):
        return ()
    known = _known.get(manifest)
    # Who acts, and the version of the organisation, stand for all that masks look at, as they do for rules.
    key = (actor.id, actor.roles, actor.scopes, actor.organisation.version, actor.department, _away(actor), object)
    found = known.get(key)
    if found is None:
        if len(known) >= _CACHE_SIZE:
            known.clear()
        found = known[key] = tuple(_ask(actor, manifest, manifest.object(object)))
    return found


def _away(actor: Actor) -> Hashable:
    """For whom the actor stands in."""
    return tuple((s.absent.id, s.objects) for s in actor.stands_in)


def _ask(actor: Actor, manifest: Manifest, object: ObjectDef) -> Iterable[Mask]:
    for mask in ROW_MASKS:
        for filter, fields in mask(actor, manifest, object):
            closed = made_of(object, fields)
            if filter != NOTHING and closed:
                yield filter, closed


def made_of(object: ObjectDef, fields: Iterable[str]) -> frozenset[str]:
    """``fields`` of ``object``, their parts, and whatever of the same record is computed from them."""
    found = {name for name in fields if name in object.fields}
    before = 0
    while len(found) > before:
        before = len(found)
        for name in tuple(found):
            found.update(object.fields[name].parts)
        for field in object.active_fields:
            if field.formula is not None and any(path[0] in found for path in field.formula.paths):
                found.add(field.name)
    if object.title is not None and any(path[0] in found for path in object.title.paths):
        found.add("title")
    return frozenset(found)
