"""What goes along when records change hands: those of other objects that point at them and have the same owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from jimu.access.rules import action_allowed
from jimu.bulk.changing import write_all
from jimu.bulk.model import Item, MassRequest
from jimu.bulk.noting import item_of
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.errors import BadRequest
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import Context, ListRequest, read
from jimu.records.commands import Record, Update

PAGE = 200


@dataclass(frozen=True)
class Along:
    """Records of ``object`` whose ``field`` points at what changes hands. ``where``: a formula; '' for all."""

    object: str
    field: str
    where: str = ""

    @property
    def key(self) -> str:
        return f"{self.object}.{self.field}"


def followers_of(object: str, context: Context) -> list[tuple[ObjectDef, FieldDef]]:
    """The objects with owners of their own whose records may point at ``object``, as far as the actor may change
    them."""
    manifest, actor = context.manifest, context.actor
    return [
        (other, field)
        for other in manifest.objects.values()
        if not other.retired and other.has_owner and action_allowed(actor, manifest, other.name, "update")
        for field in other.active_fields
        if field.kind is Kind.REFERENCE and not field.system and (object in field.target or _is_about(other, field))
    ]


def _is_about(object: ObjectDef, field: FieldDef) -> bool:
    """A reference to any record; of the engine's own objects only activities are people's work."""
    return not field.target and (not object.system or object.name == "activity")


def read_along(given: Iterable[Any], object: str, context: Context) -> list[Along]:
    """What the options ask for: ``object.field``, or a map with ``object``, ``field`` and ``where``."""
    known = {(o.name, f.name) for o, f in followers_of(object, context)}
    found = []
    for one in given:
        if isinstance(one, str):
            name, _, field = one.partition(".")
            along = Along(name, field)
        else:
            along = Along(str(one.get("object")), str(one.get("field")), str(one.get("where") or ""))
        if (along.object, along.field) not in known:
            raise BadRequest(Message("{name} does not go along with these records.", {"name": along.key}))
        found.append(along)
    return found


def move_along(records: Sequence[Record], request: MassRequest, begun: datetime | None, context: Context) -> list[Item]:
    """Gives what hangs on ``records`` and belongs to their owners to the new owner; before the records themselves."""
    if request.action != "transfer" or not records or not request.options.get("along"):
        return []
    made: list[Item] = []
    for along in read_along(request.options["along"], request.selection.object, context):
        for found in _pages(along, records, context):
            commands = [Update(r.object, r.id, {"owner": request.options["owner"]}, r.version) for r in found]
            for command, result in zip(commands, write_all(commands, context), strict=True):
                item = item_of(command, result, request.selection.object, begun, context)
                made.append(replace(item, along=True))
    return made


def _pages(along: Along, records: Sequence[Record], context: Context) -> Iterator[list[Record]]:
    """Page by page, those of the same owner as the record that they point at."""
    owners = read.list_records(
        ListRequest(
            records[0].object, where=_among("id", [r.id for r in records]), fields=("owner",), limit=len(records),
            titles=False,
        ),
        context,
    )
    owner_of = {r.id: r.values.get("owner") for r in owners.records}
    after: str | None = None
    while True:
        page = read.list_records(
            ListRequest(
                along.object,
                where=_among(along.field, [r.id for r in records]),
                also=[along.where] if along.where else [],
                order=("id",),
                fields=("owner", along.field),
                limit=PAGE,
                after=after,
                titles=False,
            ),
            context,
        )
        yield [r for r in page.records if r.values.get("owner") == owner_of.get(r.values.get(along.field) or 0)]
        after = page.next
        if after is None:
            return


def _among(field: str, ids: Sequence[int]) -> str:
    return f"{field} in [{', '.join(repr(encode_id(id)) for id in ids)}]"
