"""History of one record, as its reader may see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jimu.access import readable_fields, record_filter
from jimu.fieldtypes.kinds import Kind
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.history_values import restore_value
from jimu.records.masking import masked_in
from jimu.records.object_plan import plan_of
from jimu.records.one import require_record
from jimu.records.reading import reading
from jimu.records.redirects import find_merged
from jimu.records.requests import FieldChange, HistoryItem, HistoryPage
from jimu.records.titles import find_titles
from jimu.storage.entries import HistoryEntry

if TYPE_CHECKING:
    from jimu.storage import Transaction


def history(object: str, id: int, context: Context, *, limit: int = 50, before: int | None = None) -> HistoryPage:
    """Newest first, also of a record in the recycle bin. Changes of fields that the actor may not read are left out.
    What was done to records merged into it, as far as the actor may read them, is part of it.

    Raises NotFound if the record may not be read.
    """
    require_record(object, id, context, "any")
    with reading(context) as transaction:
        environment = build_environment(context)
        merged = _merged(transaction, object, id, context)
        entries = (
            transaction.histories((id, *merged), limit + 1, before)
            if merged
            else transaction.history(id, limit + 1, before)
        )
        masked = masked_in(transaction, object, (id, *merged), context, environment)
        items = [
            _item(entry, object, context, masked.get(entry.record_id, frozenset()), merged.get(entry.record_id, ""))
            for entry in entries[:limit]
        ]
        titles = find_titles(transaction, _ids(items, object, context), context, environment)
    more = items[-1].id if len(entries) > limit and items else None
    return HistoryPage(items, titles, more)


def _merged(transaction: Transaction, object: str, id: int, context: Context) -> dict[int, str]:
    """Id → title of the records merged into this one that the actor may read."""
    found: dict[int, str] = {}
    for row in find_merged(transaction, context.manifest, id):
        found[row["gone"]] = row["gone_title"] or ""
    if not found:
        return {}
    rule = record_filter(context.actor, context.manifest, object)
    seen = transaction.matching(object, found, rule, build_environment(context), "any")
    return {one: title for one, title in found.items() if one in seen}


def _item(entry: HistoryEntry, object: str, context: Context, masked: frozenset[str], of: str) -> HistoryItem:
    fields = plan_of(context.manifest, object).fields
    readable = readable_fields(context.actor, context.manifest, object) - masked
    changes = tuple(
        FieldChange(name, restore_value(pair[0], fields[name]), restore_value(pair[1], fields[name]))
        for name, pair in entry.changes.items()
        if name in readable and name in fields
    )
    return HistoryItem(
        entry.id or 0, entry.at, entry.actor, entry.action, entry.via, entry.reason, entry.version or 0, changes, of
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
