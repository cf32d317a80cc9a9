"""Cloning: a record once more, with those of its children that one wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jimu.access import action_allowed, require_action
from jimu.access.fields import EDIT, field_access
from jimu.care.looking import looking
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.errors import BadRequest, Conflict
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import Context, ListRequest, Record, read, write
from jimu.records.commands import Command, Create

MOST = 2_000
TOO_MANY = Message("More than {most} records would be made; clone fewer of its children.", {"most": MOST})
NO_CHILD = Message("{name} cannot be cloned along.")
# What was said and sent about a record is not said again about its clone.
_NEVER = frozenset({"comment", "attachment", "activity"})


@dataclass(frozen=True, slots=True)
class ChildKind:
    """Records of ``object`` whose ``field`` points at the record. ``by_default``: they belong to it."""

    object: str
    field: str
    by_default: bool

    @property
    def name(self) -> str:
        return f"{self.object}.{self.field}"


def child_kinds(object: str, context: Context) -> list[ChildKind]:
    """What could be cloned along: what belongs to the record first; the engine's own records are left out."""
    manifest, actor = context.manifest, context.actor
    found = []
    for child, field in manifest.object(object).dependents:
        definition = manifest.objects[child]
        known = definition.fields[field]
        if definition.system or definition.retired or child in _NEVER or known.kind is not Kind.REFERENCE:
            continue
        if action_allowed(actor, manifest, child, "create") and action_allowed(actor, manifest, child, "read"):
            found.append(ChildKind(child, field, definition.parent == field))
    return sorted(found, key=lambda kind: (not kind.by_default, kind.name))


def cloned_values(object: ObjectDef, record: Record, context: Context) -> dict[str, Any]:
    """What a clone begins with: what the actor may read and set, but for unique values and fields that say so."""
    access = field_access(context.actor, context.manifest, object.name)
    unique = {name for group in object.uniques if len(group) == 1 for name in group}
    return {
        field.name: record.values[field.name]
        for field in object.active_fields
        if _is_cloned(field)
        and field.name not in unique
        and access.get(field.name) == EDIT
        and record.values.get(field.name) is not None
    }


def _is_cloned(field: FieldDef) -> bool:
    return (
        field.clone
        and not field.is_computed
        and (not field.system or field.name == "record_type")
        and field.type not in ("secret", "attachment", "image")
        and field.kind is not Kind.COMPOSITE
    )


def clone_values(object: str, id: int, context: Context) -> dict[str, Any]:
    """For a form that is filled in advance."""
    require_action(context.actor, context.manifest, object, "create")
    with looking(context) as inner:
        return cloned_values(inner.manifest.object(object), read.get(object, id, inner, titles=False), inner)


def clone(
    object: str, id: int, context: Context, *, children: Sequence[str] = (), values: Mapping[str, Any] | None = None
) -> Record:
    """A new record like ``id`` with ``values`` on top, and with its ``children`` (names of ``child_kinds``), in one
    transaction. Raises what ``records.write`` raises, BadRequest for children that there are none of.
    """
    require_action(context.actor, context.manifest, object, "create")
    kinds = {kind.name: kind for kind in child_kinds(object, context)}
    for name in children:
        if name not in kinds:
            raise BadRequest(Message(NO_CHILD.template, {"name": name}), details={"children": name})
    with write.unit_of_work(context) as unit:
        record = read.get(object, id, unit, titles=False)
        own = {**cloned_values(unit.manifest.object(object), record, unit), **(values or {})}
        made = write.write(Create(object, own), unit)
        left = MOST
        for name in children:
            left -= _clone_children(kinds[name], record.id, made.id, left, unit)
    return made


def _clone_children(kind: ChildKind, of: int, to: int, most: int, context: Context) -> int:
    found = _records(kind.object, kind.field, of, most, context)
    definition = context.manifest.object(kind.object)
    commands: list[Command] = [
        Create(kind.object, {**cloned_values(definition, record, context), kind.field: to}) for record in found
    ]
    done = write.write_many(commands, context, values=False)
    if done.failed:
        raise done.failed[0].error
    count = len(found)
    for record, row in zip(found, done.rows, strict=True):
        for below in _belonging(kind.object, context.manifest):
            assert row.record is not None
            count += _clone_children(below, record.id, row.record.id, most - count, context)
    return count


def _belonging(object: str, manifest: Manifest) -> list[ChildKind]:
    """Children of children come along where they belong to them."""
    return [
        ChildKind(child, field, True)
        for child, field in manifest.objects[object].dependents
        if manifest.objects[child].parent == field and not manifest.objects[child].system
    ]


def _records(object: str, field: str, of: int, most: int, context: Context) -> list[Record]:
    """Those that the actor may read, in the order in which they were made."""
    where = f"{field} == {encode_id(of)!r}"
    found: list[Record] = []
    after = None
    while True:
        request = ListRequest(object, where=where, order=("id",), limit=200, after=after, titles=False)
        page = read.list_records(request, context)
        found += page.records
        if len(found) > most:
            raise Conflict(TOO_MANY)
        after = page.next
        if after is None:
            return found
