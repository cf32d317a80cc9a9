"""Expanding references one level: the records they point at come along, batched, with the actor's own access to
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jimu.access import record_filter
from jimu.definitions.model import FieldDef
from jimu.formulas import Environment
from jimu.records.assemble import ReadPlan, read_plan
from jimu.records.auditing import note_listed
from jimu.records.commands import Record
from jimu.records.context import Context
from jimu.records.masking import mask_rows
from jimu.records.titles import referenced_ids
from jimu.storage.query import NOTHING, Compare, Query

if TYPE_CHECKING:
    from jimu.storage import Transaction

Row = Mapping[str, Any]


def make_record(plan: ReadPlan, row: Row, titles: Mapping[int, str], expanded: Mapping[str, Any]) -> Record:
    """The record of ``row``, as the store gave it for ``plan``, with what was resolved for it."""
    values = row if plan.is_whole else plan.values(row)
    return Record(plan.plan.object.name, row["id"], row["version"], row["title"] or "", values, expanded, titles)


def expand(
    transaction: Transaction,
    fields: Sequence[FieldDef],
    rows: Sequence[Row],
    context: Context,
    environment: Environment,
) -> list[dict[str, Record | list[Record]]]:
    """For each row: lookup name -> the record it points at (a list for lookups to many); unreadable ones are left
    out.
    """
    if not fields:
        return [{} for _ in rows]
    known = _read_all(transaction, fields, rows, context, environment)
    return [{f.name: found for f in fields if (found := _pick(known, row.get(f.name))) is not None} for row in rows]


def _pick(known: Mapping[int, Record], value: Any) -> Record | list[Record] | None:
    if isinstance(value, list):
        return [known[id] for id in value if id in known]
    return known.get(value)


def _read_all(
    transaction: Transaction,
    fields: Sequence[FieldDef],
    rows: Sequence[Row],
    context: Context,
    environment: Environment,
) -> dict[int, Record]:
    by_object: dict[str, set[int]] = {}
    open_ids: set[int] = set()
    for field in fields:
        ids = referenced_ids((field.name,), rows)
        if len(field.target) == 1:
            by_object.setdefault(field.target[0], set()).update(ids)
        else:
            open_ids |= ids
    for id, title in (transaction.titles(open_ids) if open_ids else {}).items():
        by_object.setdefault(title.object, set()).add(id)
    found: dict[int, Record] = {}
    for object, ids in by_object.items():
        if ids and object in context.manifest.objects:
            found.update((r.id, r) for r in _read(transaction, object, ids, context, environment))
    return found


def _read(
    transaction: Transaction,
    object: str,
    ids: set[int],
    context: Context,
    environment: Environment,
) -> Iterable[Record]:
    filter = record_filter(context.actor, context.manifest, object)
    if filter == NOTHING:
        return []
    plan = read_plan(context.actor, context.manifest, object)
    page = transaction.select(
        Query(
            object,
            Compare("id", "in", sorted(ids)) & filter,
            fields=plan.columns,
            limit=len(ids),
            environment=environment,
        )
    )
    rows = mask_rows(transaction, object, page.rows, context, environment)
    note_listed(context, object, [row["id"] for row in rows], by="expand")
    return [make_record(plan, row, {}, {}) for row in rows]
