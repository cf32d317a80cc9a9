"""Masking: what a reader may see of values in part only, put in their place before anything leaves the read path.

A field is masked for all records by the level ``mask`` of roles, or in some records by ``access.masks``. The second
kind costs one query per page of an object that has such masks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jimu.access.actor import Actor
from jimu.access.approvals import hidden_by_approvals
from jimu.access.fields import MASK, field_access
from jimu.access.masks import row_masks
from jimu.access.pool_masks import hidden_in_pools
from jimu.access.scopes import all_of
from jimu.definitions.manifest import Manifest
from jimu.fieldtypes import registry
from jimu.fieldtypes.masking import HIDDEN, mask_text
from jimu.formulas import Environment
from jimu.records.context import Context
from jimu.storage.query import EVERYTHING, Filter, Not

if TYPE_CHECKING:
    from jimu.storage import Transaction

Row = Mapping[str, Any]
TITLE = "title"


def masked_by_role(actor: Actor, manifest: Manifest, object: str) -> frozenset[str]:
    """The fields of ``object`` that ``actor`` sees masked in every record, the parts of composites with them."""
    levels = field_access(actor, manifest, object)
    masked = [name for name, level in levels.items() if level == MASK]
    fields = manifest.objects[object].fields
    return frozenset(part for name in masked for part in (name, *fields[name].parts))


def mask_rows(
    transaction: Transaction, object: str, rows: Sequence[Row], context: Context, environment: Environment
) -> Sequence[Row]:
    """``rows`` of ``object`` as the actor may see them: rows with something masked are copies."""
    always = masked_by_role(context.actor, context.manifest, object)
    by_id = masked_in(transaction, object, [row["id"] for row in rows], context, environment)
    if not always and not by_id:
        return rows
    return [_masked(row, always | by_id.get(row["id"], frozenset()), object, context.manifest) for row in rows]


def masked_in(
    transaction: Transaction, object: str, ids: Iterable[int], context: Context, environment: Environment
) -> dict[int, frozenset[str]]:
    """Record id → the fields that a condition on records masks in it, for those of ``ids`` where there are any."""
    found: dict[int, frozenset[str]] = {}
    listed = list(ids)
    for filter, fields in row_masks(context.actor, context.manifest, object) if listed else ():
        for id in transaction.matching(object, listed, filter, environment):
            found[id] = found.get(id, frozenset()) | fields
    return found


def _masked(row: Row, fields: frozenset[str], object: str, manifest: Manifest) -> Row:
    if not fields:
        return row
    known = manifest.objects[object].fields
    masked = dict(row)
    hidden = hidden_in_pools(manifest, object) | hidden_by_approvals(manifest, object)
    for name in fields:
        if name in hidden and name in masked:
            masked[name] = HIDDEN  # whether or not there is a value
        elif masked.get(name) is not None:
            masked[name] = registry.get(known[name].type).mask(masked[name], known[name])
    return masked


def unmasked(actor: Actor, manifest: Manifest, object: str, used: Iterable[str]) -> Filter:
    """The records of ``object`` that a question may see that uses the fields ``used``."""
    names = frozenset(used)
    masks = row_masks(actor, manifest, object) if names else ()
    return all_of([Not(filter) for filter, fields in masks if fields & names]) if masks else EVERYTHING


def mask_titles(
    transaction: Transaction, object: str, titles: Mapping[int, str], context: Context, environment: Environment
) -> dict[int, str]:
    """Record id → title, masked where it is made of something masked."""
    if TITLE in masked_by_role(context.actor, context.manifest, object):
        return {id: mask_text(title) for id, title in titles.items()}
    by_id = masked_in(transaction, object, titles, context, environment)
    return {id: mask_text(t) if TITLE in by_id.get(id, ()) else t for id, t in titles.items()}
