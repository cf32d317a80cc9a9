"""Anonymising: personal fields emptied, in the record, in its history, and wherever old values of it are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from jimu.access import SYSTEM
from jimu.bulk.model import Item
from jimu.definitions.care import PersonalDef
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.records import Context, write
from jimu.records.commands import Command, Update

REASON = "Personal data erased"
_BATCHES = "mass_batch"
_AT_ONCE = 200


def personal_columns(object: ObjectDef) -> tuple[str, ...]:
    """The stored fields that tell of a person: parts in place of composites, the parts of others with them."""
    personal = object.personal
    found: dict[str, None] = {}
    for name in personal.fields if personal else ():
        field = object.fields[name]
        found.update(dict.fromkeys(field.parts if field.kind is Kind.COMPOSITE else (name,)))
    return tuple(found)


def erased_values(object: ObjectDef, id: int) -> dict[str, Any]:
    """What the personal fields of the record ``id`` say when it is anonymous."""
    keep = object.personal.keep if object.personal else {}
    return {name: _kept(keep.get(name), id) for name in personal_columns(object)}


def _kept(value: Any, id: int) -> Any:
    return value.replace("{id}", encode_id(id)) if isinstance(value, str) else value


def is_anonymous(object: ObjectDef, row: Mapping[str, Any]) -> bool:
    wanted = erased_values(object, row["id"])
    return all(_same(row.get(name), value) for name, value in wanted.items())


def _same(one: Any, other: Any) -> bool:
    return one == other or (one in (None, "", []) and other in (None, "", []))


def anonymise(object: str, ids: Sequence[int], context: Context) -> int:
    """Empty the personal fields of living records ``ids``, with what history and bulk actions keep of them. Cannot be
    taken back. Returns how many records were changed.
    """
    definition = context.manifest.object(object)
    engine = replace(context.as_actor(SYSTEM), reason=REASON, duplicates="ignore", journal=None)
    commands: list[Command] = [Update(object, id, erased_values(definition, id)) for id in ids]
    with write.unit_of_work(engine) as unit:
        result = write.write_many(commands, unit, atomic=True, values=False)
        if result.failed:
            raise result.failed[0].error
        forget_past(definition, ids, unit)
    return sum(row.status == "updated" for row in result.rows)


def forget_past(object: ObjectDef, ids: Iterable[int], context: Context) -> None:
    """Old values of personal fields, also of records that are gone."""
    wanted, names = list(ids), frozenset((*personal_columns(object), *(object.personal or PersonalDef(())).fields))
    context.transaction.scrub_history(wanted, names)
    _scrub_batches(set(wanted), names, context)


def _scrub_batches(ids: set[int], names: frozenset[str], context: Context) -> None:
    """What bulk actions keep to be taken back by."""
    after = 0
    while found := context.transaction.ids_after(_BATCHES, after, _AT_ONCE):
        after = found[-1]
        for id, row in context.transaction.fetch(_BATCHES, found, ("items",)).items():
            items = [Item.load(raw) for raw in row["items"] or ()]
            if any(item.id in ids and item.before for item in items):
                dumped = [_without(item, ids, names).dump() for item in items]
                write.write(Update(_BATCHES, id, {"items": dumped}), context)


def _without(item: Item, ids: set[int], names: frozenset[str]) -> Item:
    if item.id not in ids or not item.before:
        return item
    return replace(item, before={name: value for name, value in item.before.items() if name not in names})


def is_personal(manifest: Manifest, object: str) -> bool:
    """Whether records of ``object`` are persons of whom one may ask what is known."""
    personal = manifest.objects[object].personal if object in manifest.objects else None
    return personal is not None and not personal.about
