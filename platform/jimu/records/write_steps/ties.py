"""Wholes and parts that say the same, such as a person's name: each follows from the other, whichever was written.

If parts were changed, the whole is put together from them; else a changed whole is taken apart. Before formulas, which
read both. Also the job that takes apart what was written before a field was of such a type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef
from jimu.fieldtypes import registry
from jimu.fieldtypes.errors import FieldError
from jimu.hookspecs import hookimpl
from jimu.records.draft import Draft
from jimu.storage.entries import BULK, JobRow
from jimu.storage.query import AllOf, Compare, Query

if TYPE_CHECKING:
    from jimu.storage import Transaction

FILL_JOB = "jimu.fill_parts"
_BATCH = 500


def is_tied(field: FieldDef) -> bool:
    type_ = registry.find(field.type)
    return type_ is not None and type_.is_tied


def tie(draft: Draft, fields: tuple[FieldDef, ...]) -> None:
    """Bring whole and parts of each of ``fields`` in line."""
    before: Mapping[str, Any] = draft.before or {}
    for field in fields:
        touched = {field.name, *field.parts} & draft.touched
        if not touched:
            continue
        changed = {name for name in touched if draft.values.get(name) != before.get(name)}
        try:
            _put(draft, field, _tied(draft.values, field, changed))
        except FieldError as error:
            draft.add_problem(error.code, error.message, field.name)


def _tied(values: Mapping[str, Any], field: FieldDef, changed: set[str]) -> dict[str, Any]:
    """The whole and its parts as they are to be; empty where nothing changed."""
    type_ = registry.get(field.type)
    parts = {name.removeprefix(f"{field.name}_"): values.get(name) for name in field.parts}
    whole = values.get(field.name)
    is_by_parts = not changed.isdisjoint(field.parts) and any(parts.values())
    if is_by_parts or (changed and field.name not in changed):
        parts = type_.tidy_parts(parts, field)
    elif whole is not None and field.name in changed:
        parts = type_.split(whole, field)
    elif field.name in changed:
        return dict.fromkeys((field.name, *field.parts))
    else:
        return {}
    made = type_.joined(parts, field)
    return {field.name: made, **{f"{field.name}_{suffix}": value for suffix, value in parts.items()}}


def _put(draft: Draft, field: FieldDef, made: Mapping[str, Any]) -> None:
    draft.values.update(made)
    draft.touched.update(made)


def fill_later(transaction: Transaction, before: Manifest, after: Manifest) -> None:
    """When a configuration is applied: have the parts of fields that had none made by a job."""
    for object in after.objects.values():
        known = before.objects.get(object.name)
        for field in object.active_fields if known else ():
            old = known.fields.get(field.name) if known else None
            if is_tied(field) and old is not None and not is_tied(old):
                payload = {"object": object.name, "field": field.name}
                transaction.emit([JobRow(FILL_JOB, payload, key=f"{FILL_JOB}:{field.address}", priority=BULK)])


def fill_parts(job: Any, context: Any) -> None:
    """Take apart the wholes that have no parts, a batch of records at a time; not a change that anybody made."""
    name = job.payload["object"]
    object = context.manifest.objects.get(name)
    field = object.fields.get(job.payload["field"]) if object else None
    if field is None or not is_tied(field):
        return
    after: str | None = ""
    blank = [Compare(part, "blank") for part in field.parts]
    query_filter = AllOf((Compare(field.name, "not_blank"), *blank))
    while after is not None:
        with context.store.write() as transaction:
            page = transaction.select(
                Query(name, query_filter, fields=(field.name,), limit=_BATCH, after=after or None, deleted="any")
            )
            transaction.update(name, [(row["id"], _apart(row[field.name], field), None) for row in page.rows])
            after = page.next


def _apart(whole: str, field: FieldDef) -> dict[str, Any]:
    return {f"{field.name}_{suffix}": part for suffix, part in registry.get(field.type).split(whole, field).items()}


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {FILL_JOB: fill_parts}
