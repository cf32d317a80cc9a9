"""Which roll-ups a change of a record may move: worked out from the manifest, per object."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Path
from jimu.storage.entries import RollupSpec
from jimu.storage.query import Sort


@dataclass(frozen=True, slots=True)
class RollupFeed:
    """Records of the object feed ``parent``.``field`` through their lookup ``lookup``.

    ``reads``: own fields whose change moves the roll-up (the lookup included). ``spec``: how the store recomputes it.
    """

    parent: str
    field: str
    lookup: str
    reads: frozenset[str]
    spec: RollupSpec


def feeds_of(manifest: Manifest, object: ObjectDef) -> tuple[RollupFeed, ...]:
    """The roll-ups of other objects that are computed from records of ``object``."""
    found = []
    for parent in manifest.objects.values():
        if parent.retired:
            continue
        for field in parent.active_fields:
            if field.rollup is not None and field.rollup.object == object.name:
                found.append(_feed(manifest, parent.name, field, object))
    return tuple(found)


def rollup_spec(field: FieldDef) -> RollupSpec:
    """What the store must know to compute the roll-up ``field``."""
    rollup = field.rollup
    assert rollup is not None
    order = (rollup.order_by,) if rollup.order_by else ()
    return RollupSpec(
        rollup.object,
        rollup.lookup,
        rollup.function,
        rollup.field,
        rollup.where,
        tuple(Sort((name.removeprefix("-"),), name.startswith("-") or rollup.function == "latest") for name in order),
        rollup.measure,
        rollup.own_currency,
    )


def value_over_nothing(field: FieldDef) -> Any:
    """What the roll-up ``field`` of a new record holds: counts and sums are 0, all else is blank."""
    if field.rollup is None or field.rollup.function not in ("count", "sum"):
        return None
    return {Kind.DECIMAL: Decimal(0), Kind.DURATION: timedelta(0)}.get(field.kind, 0)


def _feed(manifest: Manifest, parent: str, field: FieldDef, object: ObjectDef) -> RollupFeed:
    rollup = field.rollup
    assert rollup is not None
    paths: set[Path] = {
        (name,) for name in (rollup.field, rollup.order_by and rollup.order_by.removeprefix("-")) if name
    }
    if rollup.where is not None:
        paths |= rollup.where.paths
    if rollup.measure is not None:
        paths |= rollup.measure.paths
    if rollup.function == "latest" and not rollup.order_by:
        paths.add(("created_at",))
    reads = frozenset(_own_fields(object, (path[0] for path in paths))) | {rollup.lookup}
    return RollupFeed(parent, field.name, rollup.lookup, reads, rollup_spec(field))


def _own_fields(object: ObjectDef, names: Iterable[str]) -> Iterable[str]:
    """``names``, formula fields replaced by the fields that they read."""
    for name in names:
        field = object.fields.get(name)
        yield name
        if field is not None and field.formula is not None:
            yield from _own_fields(object, (path[0] for path in field.formula.paths))
