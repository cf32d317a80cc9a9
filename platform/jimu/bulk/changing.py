"""From records and changes to commands, and how they are written: what can be is, the rest says why it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jimu.access.fields import EDIT, field_access
from jimu.bulk.model import Change, MassRequest
from jimu.definitions.model import FieldDef
from jimu.errors import BadRequest, Conflict, Forbidden, NotFound
from jimu.fieldtypes import registry
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import Context, write
from jimu.records.commands import Command, Record, Restore, RowResult, Update

SEVERAL = (Kind.TEXTS, Kind.REFERENCES)
GONE = Message("There is no such record, or you may not see it.")


def require_changes(request: MassRequest, context: Context) -> None:
    """Raises BadRequest, NotFound or Forbidden for changes that the actor may make in no record at all."""
    if not request.changes:
        raise BadRequest(Message("Choose what is to be changed."))
    object = request.selection.object
    fields = context.manifest.object(object).fields
    access = field_access(context.actor, context.manifest, object)
    for change in request.changes:
        require_editable(fields.get(change.field), access)
        if change.operation in ("add", "remove") and fields[change.field].kind not in SEVERAL:
            raise BadRequest(Message("{field} holds one value only.", {"field": fields[change.field].label}))


def require_editable(field: FieldDef | None, access: Mapping[str, str]) -> None:
    if field is None or access.get(field.name, "none") == "none":
        raise NotFound(Message("There is no such field."))
    if access[field.name] != EDIT:
        raise Forbidden(Message("You may not change {field}.", {"field": field.label}))


def fields_read(request: MassRequest, context: Context) -> tuple[str, ...]:
    """The fields whose present values a change builds on."""
    access = field_access(context.actor, context.manifest, request.selection.object)
    added = (c.field for c in request.changes if c.operation in ("add", "remove"))
    return tuple(dict.fromkeys(name for name in added if access.get(name, "none") != "none"))


def update_of(record: Record, request: MassRequest, context: Context) -> Update:
    """What changes one record; against its version as it was read, so that nobody is overwritten unseen."""
    fields = context.manifest.object(record.object).fields
    values = {c.field: _value(c, record.values.get(c.field), fields[c.field]) for c in request.changes}
    return Update(record.object, record.id, values, record.version)


def _value(change: Change, now: Any, field: FieldDef) -> Any:
    if change.operation == "set":
        return change.value
    if change.operation == "blank":
        return False if field.kind is Kind.BOOLEAN else None
    given = list(change.value or ())
    there = registry.get(field.type).dump(now, field) or []
    if change.operation == "add":
        return [*there, *(v for v in given if v not in there)]
    return [v for v in there if v not in given]


def write_all(commands: Sequence[Command], context: Context) -> list[RowResult]:
    """Writes what can be written, within the context's transaction; where the batch as a whole meets a conflict, one
    command after the other."""
    if not commands:
        return []
    marked = len(context.journal) if context.journal is not None else 0
    try:
        rows = write.write_many(commands, context, atomic=False, values=False).rows
    except Conflict:
        if len(commands) == 1:
            raise
    else:
        if len(commands) == 1 or not _came_to_grief_together(commands, rows):
            return rows
        if context.journal is not None:
            del context.journal[marked:]
    return [_alone(row, command, context) for row, command in enumerate(commands)]


def _came_to_grief_together(commands: Sequence[Command], rows: Sequence[RowResult]) -> bool:
    """Records that come back at once are all refused if a value of one is taken by now."""
    return isinstance(commands[0], Restore) and all(r.status == "failed" for r in rows)


def _alone(row: int, command: Command, context: Context) -> RowResult:
    try:
        (found,) = write.write_many([command], context, atomic=False, values=False).rows
    except Conflict as error:
        found = RowResult(0, "failed", error=error)
        if context.journal is not None:
            context.journal.append((command, found))
    return replace(found, row=row)
