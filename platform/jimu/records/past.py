"""History of one record, as its reader may see it."""

from __future__ import annotations

from collections.abc import Iterable

from jimu.access import readable_fields
from jimu.fieldtypes.kinds import Kind
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.history_values import restore_value
from jimu.records.masking import masked_in
from jimu.records.object_plan import plan_of
from jimu.records.one import require_record
from jimu.records.reading import reading
from jimu.records.requests import FieldChange, HistoryItem, HistoryPage
from jimu.records.titles import find_titles
from jimu.storage.entries import HistoryEntry


def history(object: str, id: int, context: Context, *, limit: int = 50, before: int | None = None) -> HistoryPage:
    """Newest first, also of a record in the recycle bin. Changes of fields that the actor may not read are left out.

    Raises NotFound if the record may not be read.
    """
    require_record(object, id, context, "any")
    with reading(context) as transaction:
        entries = transaction.history(id, limit + 1, before)
        environment = build_environment(context)
        masked = masked_in(transaction, object, (id,), context, environment).get(id, frozenset())
        items = [_item(entry, object, context, masked) for entry in entries[:limit]]
        titles = find_titles(transaction, _ids(items, object, context), context, environment)
    more = items[-1].id if len(entries) > limit and items else None
    return HistoryPage(items, titles, more)


def _item(entry: HistoryEntry, object: str, context: Context, masked: frozenset[str]) -> HistoryItem:
    fields = plan_of(context.manifest, object).fields
    readable = readable_fields(context.actor, context.manifest, object) - masked
    changes = tuple(
        FieldChange(name, restore_value(pair[0], fields[name]), restore_value(pair[1], fields[name]))
        for name, pair in entry.changes.items()
        if name in readable and name in fields
    )
    return HistoryItem(
        entry.id or 0, entry.at, entry.actor, entry.action, entry.via, entry.reason, entry.version or 0, changes
    )


def _ids(items: Iterable[HistoryItem], object: str, context: Context) -> set[int]:
    fields = plan_of(context.manifest, object).fields
    found = {item.actor for item in items if item.actor}
    for item in items:
        for change in item.changes:
            if fields[change.field].kind is Kind.REFERENCE:
                found.update(v for v in (change.before, change.after) if isinstance(v, int))
            elif fields[change.field].kind is Kind.REFERENCES:
                found.update(v for part in (change.before, change.after) for v in part or ())
    return found
