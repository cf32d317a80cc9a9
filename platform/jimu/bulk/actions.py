"""What can be asked for many records, as data: which right it needs, what it must be told, which commands it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jimu.access.fields import field_access
from jimu.access.rules import require_action
from jimu.bulk.changing import require_changes, require_editable, update_of
from jimu.bulk.model import MassRequest
from jimu.errors import BadRequest
from jimu.fieldtypes.ids import decode_id
from jimu.messages import Message
from jimu.records import Context
from jimu.records.commands import Command, Create, Delete, Record, Restore, Update

SHARE, TEAM = "share", "team_member"

Check = Callable[[MassRequest, Context], None]
Make = Callable[[Record, MassRequest, Context], Command]


@dataclass(frozen=True)
class ActionDef:
    """``right``: that is needed for the object; ``check`` raises for what can be done to no record; ``make``: the
    command for one record."""

    right: str
    subject: Message
    make: Make
    check: Check | None = None
    deleted: bool = False


def delete_of(record: Record, request: MassRequest, context: Context) -> Command:
    return Delete(record.object, record.id, record.version)


def restore_of(record: Record, request: MassRequest, context: Context) -> Command:
    return Restore(record.object, record.id)


def transfer_of(record: Record, request: MassRequest, context: Context) -> Command:
    return Update(record.object, record.id, {"owner": request.options["owner"]}, record.version)


def share_of(record: Record, request: MassRequest, context: Context) -> Command:
    return Create(SHARE, {**request.options["values"], "record": record.id})


def team_of(record: Record, request: MassRequest, context: Context) -> Command:
    return Create(TEAM, {**request.options["values"], "record": record.id})


def check_transfer(request: MassRequest, context: Context) -> None:
    object = context.manifest.object(request.selection.object)
    if not object.has_owner:
        raise BadRequest(Message("Records of {object} have no owner of their own.", {"object": object.label}))
    require_editable(object.fields["owner"], field_access(context.actor, context.manifest, object.name))
    try:
        decode_id(str(request.options.get("owner") or ""))
    except ValueError:
        raise BadRequest(Message("Choose the new owner.")) from None


def check_hanging(name: str) -> Check:
    """That records of the engine's object ``name`` may be made, with the values given."""

    def check(request: MassRequest, context: Context) -> None:
        if name not in context.manifest.objects:
            raise BadRequest(Message("Nothing can be shared here."))
        require_action(context.actor, context.manifest, name, "create")
        if not isinstance(request.options.get("values"), Mapping):
            raise BadRequest(Message("Say with whom."))

    return check


ACTIONS: Mapping[str, ActionDef] = {
    "edit": ActionDef("update", Message("Edit many: {object} ({count})"), update_of, require_changes),
    "tag": ActionDef("update", Message("Tag many: {object} ({count})"), update_of, require_changes),
    "delete": ActionDef("delete", Message("Delete many: {object} ({count})"), delete_of),
    "restore": ActionDef("delete", Message("Restore many: {object} ({count})"), restore_of, deleted=True),
    "transfer": ActionDef("update", Message("Transfer many: {object} ({count})"), transfer_of, check_transfer),
    "share": ActionDef("read", Message("Share many: {object} ({count})"), share_of, check_hanging(SHARE)),
    "team": ActionDef("read", Message("Add to the team of many: {object} ({count})"), team_of, check_hanging(TEAM)),
}


def require_allowed(request: MassRequest, context: Context) -> ActionDef:
    """The action. Raises Forbidden, NotFound or BadRequest for what the actor may do to no record at all."""
    action = ACTIONS.get(request.action)
    if action is None:
        raise BadRequest(Message("There is no action called {name}.", {"name": str(request.action)}))
    if action.deleted != request.selection.deleted:
        raise BadRequest(Message("Only records in the recycle bin can be restored, and nothing else be done to them."))
    require_action(context.actor, context.manifest, request.selection.object, action.right)
    if action.check is not None:
        action.check(request, context)
    return action


def commands_for(records: Sequence[Record], request: MassRequest, context: Context) -> list[Command]:
    make = ACTIONS[request.action].make
    return [make(record, request, context) for record in records]


def option(request: MassRequest, name: str, default: Any = None) -> Any:
    return request.options.get(name, default)
