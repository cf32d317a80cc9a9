"""From records and changes to commands, and from their results to items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jimu.access import SYSTEM
from jimu.access.fields import EDIT, field_access
from jimu.access.rules import require_action
from jimu.bulk.model import Change, Item, MassRequest
from jimu.definitions.model import FieldDef
from jimu.errors import BadRequest, Conflict, Forbidden, JimuError, NotFound
from jimu.fieldtypes import registry
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import Context, write
from jimu.records.commands import Command, Delete, Record, RowResult, Update
from jimu.translation import translator

SEVERAL = (Kind.TEXTS, Kind.REFERENCES)
_ACTION_NEEDED = {"edit": "update", "delete": "delete"}
GONE = Message("There is no such record, or you may not see it.")


def require_allowed(request: MassRequest, context: Context) -> None:
    """Raises Forbidden, NotFound or BadRequest for what the actor may do to no record at all."""
    object = request.selection.object
    require_action(context.actor, context.manifest, object, _ACTION_NEEDED[request.action])
    fields = context.manifest.object(object).fields
    access = field_access(context.actor, context.manifest, object)
    if request.action == "edit" and not request.changes:
        raise BadRequest(Message("Choose what is to be changed."))
    for change in request.changes:
        field = fields.get(change.field)
        if field is None or access.get(change.field, "none") == "none":
            raise NotFound(Message("There is no such field."))
        if access[change.field] != EDIT:
            raise Forbidden(Message("You may not change {field}.", {"field": field.label}))
        if change.operation in ("add", "remove") and field.kind not in SEVERAL:
            raise BadRequest(Message("{field} holds one value only.", {"field": field.label}))


def fields_read(request: MassRequest, context: Context) -> tuple[str, ...]:
    """The fields that a change touches, whose values before it are kept."""
    access = field_access(context.actor, context.manifest, request.selection.object)
    fields = context.manifest.object(request.selection.object).fields
    names = [part for c in request.changes for part in (*fields[c.field].parts, c.field)]
    return tuple(dict.fromkeys(n for n in names if access.get(n, "none") != "none" and fields[n].type != "secret"))


def command_for(record: Record, request: MassRequest, context: Context) -> Command:
    """What changes one record; against its version as it was read, so that nobody is overwritten unseen."""
    object = request.selection.object
    if request.action == "delete":
        return Delete(object, record.id, record.version)
    fields = context.manifest.object(object).fields
    values = {c.field: _value(c, record.values.get(c.field), fields[c.field]) for c in request.changes}
    return Update(object, record.id, values, record.version)


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


def values_before(record: Record, names: Sequence[str], context: Context) -> dict[str, Any]:
    """The values of ``names`` as JSON; of a composite, those of its parts."""
    fields = context.manifest.object(record.object).fields
    return {
        name: registry.get(fields[name].type).dump(record.values.get(name), fields[name])
        for name in names
        if fields[name].kind is not Kind.COMPOSITE
    }


def write_all(commands: Sequence[Command], context: Context) -> list[RowResult]:
    """Writes what can be written, within the context's transaction; where the batch as a whole meets a conflict, one
    command after the other."""
    try:
        return write.write_many(commands, context, atomic=False, values=False).rows
    except Conflict:
        if len(commands) == 1:
            raise
    rows = []
    for row, command in enumerate(commands):
        try:
            (found,) = write.write_many([command], context, atomic=False, values=False).rows
        except Conflict as error:
            found = RowResult(row, "failed", error=error)
        rows.append(replace(found, row=row))
    return rows


def item_of(
    id: int, result: RowResult, before: Mapping[str, Any] | None, fields: Mapping[str, FieldDef], context: Context
) -> Item:
    if result.status == "failed":
        return Item(id, "failed", reason=reason_of(result.error, fields, context))
    version = result.record.version if result.record else 0
    return Item(id, result.status, version, before=before if result.status == "updated" else None)


def reason_of(error: JimuError, fields: Mapping[str, FieldDef], context: Context) -> str:
    """Why a record failed, in the asker's language: every problem with the label of its field."""
    locale = context.actor.locale
    say = translator(locale)
    texts = []
    for problem in error.problems:
        field = fields.get(problem.field or "")
        text = problem.message.render(say)
        label = field.label.get(locale) if field else ""
        texts.append(f"{label}: {text}" if label else text)
    return " ".join(dict.fromkeys(texts)) or error.message.render(say)


def as_engine(context: Context) -> Context:
    """The same transaction, for the engine's own notes."""
    return context.as_actor(SYSTEM)
