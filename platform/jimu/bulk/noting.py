"""From what was written to items: what a unit keeps of every record, with the values before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from jimu.access import SYSTEM
from jimu.bulk.model import Item
from jimu.definitions.model import FieldDef
from jimu.errors import JimuError
from jimu.fieldtypes import registry
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message, beside, joined
from jimu.records import Context
from jimu.records.commands import Command, Create, RowResult, Upsert
from jimu.records.pools import OWNER_SINCE

_PUT_BACK_SYSTEM = frozenset({"owner", "record_type", OWNER_SINCE})


def as_engine(context: Context) -> Context:
    """The same transaction, for the engine's own notes, which are no part of a unit."""
    return Context(
        SYSTEM,
        context.manifest,
        context.store,
        context.hooks,
        context.clock,
        context.transaction,
        context.reason,
        context.settings,
        context.told,
    )


def items_of(
    journal: Iterable[tuple[Command, RowResult]], object: str, begun: datetime | None, context: Context
) -> list[Item]:
    """An item for every command; ``object``: the unit's own; ``begun``: when the unit began."""
    return [item_of(command, result, object, begun, context) for command, result in journal]


def item_of(command: Command, result: RowResult, object: str, begun: datetime | None, context: Context) -> Item:
    where = "" if command.object == object else command.object
    fields = context.manifest.object(command.object).fields
    if result.status == "failed" or result.record is None:
        id = 0 if isinstance(command, (Create, Upsert)) else command.id
        reason = reason_of(result.error, fields) if result.error is not None else None
        return Item(id, result.status, reason=reason, object=where)
    record, before = result.record, result.before
    return Item(
        record.id,
        result.status,
        record.version,
        before=values_before(before, fields) if before and result.status == "updated" else None,
        object=where,
        prior=_prior(before, begun),
    )


def _prior(before: Mapping[str, Any] | None, begun: datetime | None) -> int:
    """The version before, where the record was written since the unit began: perhaps by the unit itself."""
    if not before or begun is None:
        return 0
    at = before.get("updated_at")
    return int(before.get("version") or 0) if at is not None and at >= begun else 0


def values_before(before: Mapping[str, Any], fields: Mapping[str, FieldDef]) -> dict[str, Any]:
    """Those of the stored values that can be put back, as JSON: what people and rules set, not what is computed."""
    kept = {}
    for name, value in before.items():
        field = fields.get(name)
        if field is not None and _can_put_back(field):
            kept[name] = registry.get(field.type).dump(value, field)
    return kept


def _can_put_back(field: FieldDef) -> bool:
    if field.system:
        return field.name in _PUT_BACK_SYSTEM
    return not field.is_computed and field.type != "secret" and field.kind is not Kind.COMPOSITE


def reason_of(error: JimuError, fields: Mapping[str, FieldDef]) -> Message:
    """Why a record failed: every problem with the label of its field."""
    told = []
    for problem in error.problems:
        field = fields.get(problem.field or "")
        told.append(beside(field.label if field else "", problem.message))
    return joined(told) if told else error.message
