"""What a person holds: the records that they own and the ones that name them, and who may take these from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from jimu.access.fields import EDIT, field_access
from jimu.access.rights import has_right
from jimu.access.rules import action_allowed, record_filter
from jimu.access.scopes import USER_OBJECT
from jimu.bulk.hand_over.asked import Part
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.errors import Forbidden
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import Context
from jimu.records.environment import build_environment
from jimu.records.reading import reading
from jimu.storage.query import Compare

RIGHT = "hand_over"
_OF_THE_ENGINE = frozenset(
    {"activity.owner", "team_member.member", "default_team_member.member", "department.head", "user.manager"}
)
"""References of the engine's own objects that are somebody's work; the others are notes of what was."""


@dataclass(frozen=True)
class Holding:
    """``count``: so many records of ``object`` hold the person in ``field``. ``is_owner``: as their owner."""

    object: ObjectDef
    field: FieldDef
    count: int

    @property
    def part(self) -> Part:
        return Part(self.object.name, self.field.name)

    @property
    def is_owner(self) -> bool:
        return self.field.name == "owner"


def may_hand_over(leaver: int, context: Context) -> bool:
    """Whoever has the right, and those whom the person reports to."""
    actor = context.actor
    if has_right(actor, context.manifest, RIGHT) or has_right(actor, context.manifest, "modify_all"):
        return True
    return actor.id is not None and actor.id != leaver and leaver in actor.organisation.subordinates_of(actor.id)


def require_hand_over(leaver: int, context: Context) -> None:
    if not may_hand_over(leaver, context):
        raise Forbidden(Message("You may hand over the work of those who report to you."))


def acting(context: Context) -> Context:
    """With the right, all that the person holds is handed over; else what the actor may change."""
    actor = context.actor
    if has_right(actor, context.manifest, RIGHT) or has_right(actor, context.manifest, "modify_all"):
        return context.as_actor(replace(actor, is_system=True))
    return context


def places_in(context: Context) -> Iterator[tuple[ObjectDef, FieldDef]]:
    """The fields by which a record can be somebody's work, of those that may be changed; owners first."""
    places = [
        (object, field)
        for object in context.manifest.objects.values()
        if not object.retired and action_allowed(context.actor, context.manifest, object.name, "update")
        for field in object.active_fields
        if _is_work(object, field) and field_access(context.actor, context.manifest, object.name)[field.name] == EDIT
    ]
    yield from sorted(places, key=lambda place: (place[1].name != "owner", place[0].system))


def _is_work(object: ObjectDef, field: FieldDef) -> bool:
    if field.kind is not Kind.REFERENCE or field.target != (USER_OBJECT,) or field.is_computed:
        return False
    if object.system:
        return f"{object.name}.{field.name}" in _OF_THE_ENGINE
    if field.name == "owner":
        return object.has_owner
    return not field.system and not field.read_only


def holdings_of(leaver: int, context: Context) -> list[Holding]:
    """What the person holds of which something may be handed over, as far as the actor may change it."""
    own = acting(context)
    found: list[Holding] = []
    environment = build_environment(own)
    with reading(own) as transaction:
        for object, field in places_in(own):
            rule = record_filter(own.actor, own.manifest, object.name, "update")
            count = transaction.count(object.name, Compare(field.name, "eq", leaver) & rule, environment).value
            if count:
                found.append(Holding(object, field, count))
    return found
