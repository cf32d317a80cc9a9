"""One record: by id, or by the values of some fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jimu.access import record_filter
from jimu.access.evaluation import is_row_local, row_matches
from jimu.access.scopes import all_of
from jimu.errors import BadRequest, Conflict
from jimu.fieldtypes.errors import FieldError
from jimu.formulas import Environment
from jimu.messages import Message
from jimu.records.assemble import read_plan
from jimu.records.auditing import note_listed, note_opened
from jimu.records.commands import Record
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.expand import expand, make_record
from jimu.records.masking import unmasked
from jimu.records.names import Names
from jimu.records.notices import shown_rows
from jimu.records.object_plan import plan_of
from jimu.records.reading import reading, require_readable
from jimu.records.redirects import find_survivors
from jimu.records.requests import Deleted
from jimu.records.titles import find_titles, referenced_ids
from jimu.records.wave import build_load_context
from jimu.records.write_steps.authorise import no_such_record
from jimu.storage.query import Compare, Query

if TYPE_CHECKING:
    from jimu.storage import Transaction

_ACCESS_COLUMNS = ("owner", "created_by", "deleted_at")


def get(
    object: str,
    id: int,
    context: Context,
    *,
    fields: Sequence[str] | None = None,
    expand: Sequence[str] = (),
    deleted: Deleted = "alive",
    titles: bool = True,
) -> Record:
    """The record. Raises NotFound if it does not exist, may not be read or is not where ``deleted`` says; BadRequest
    with every problem of ``fields`` and ``expand``. ``titles``: also resolve the titles of its references (one more
    query). The id of a record that was merged into another gives that one: the record's ``id`` tells.
    """
    require_readable(object, context)
    wanted: tuple[str, ...] | None = None
    names = Names(context.actor, context.manifest, object)
    lookups = names.references(expand)
    if fields is not None:
        wanted = (*names.fields(fields), *(f.name for f in lookups))
    names.require()
    plan = read_plan(context.actor, context.manifest, object, wanted)
    environment = build_environment(context)
    with reading(context) as transaction:
        found = _find_row(transaction, object, id, plan.columns, context, environment)
        if (found is None or not _is_wanted(found, deleted)) and deleted == "alive":
            found = _find_survivor(transaction, object, id, plan.columns, context, environment)
        if found is None or not _is_wanted(found, deleted):
            raise no_such_record(object, id)
        (row,) = shown_rows(transaction, object, (found,), context, environment)
        ids = referenced_ids(plan.references, (row,)) if titles else set()
        known = find_titles(transaction, ids, context, environment)
        (more,) = _expand(transaction, lookups, (row,), context, environment)
    note_opened(context, object, row["id"])
    return make_record(plan, row, known, more)


_expand = expand


def _find_row(
    transaction: Transaction,
    object: str,
    id: int,
    columns: Sequence[str],
    context: Context,
    environment: Environment,
) -> Mapping[str, Any] | None:
    """The row if the actor may read it: in one query, whatever the rule."""
    rule = record_filter(context.actor, context.manifest, object)
    if is_row_local(rule):
        row = transaction.fetch(object, (id,), columns, environment=environment).get(id)
        return row if row is not None and row_matches(rule, row) else None
    page = transaction.select(
        Query(object, Compare("id", "eq", id) & rule, fields=columns, limit=1, deleted="any", environment=environment)
    )
    return page.rows[0] if page.rows else None


def _find_survivor(
    transaction: Transaction,
    object: str,
    id: int,
    columns: Sequence[str],
    context: Context,
    environment: Environment,
) -> Mapping[str, Any] | None:
    survivor = find_survivors(transaction, context.manifest, [id]).get(id)
    return None if survivor is None else _find_row(transaction, object, survivor, columns, context, environment)


def _is_wanted(row: Mapping[str, Any], deleted: Deleted) -> bool:
    return deleted == "any" or (row["deleted_at"] is not None) == (deleted == "deleted")


def require_record(object: str, id: int, context: Context, deleted: Deleted = "alive") -> None:
    """Raises NotFound unless the actor may read the record."""
    require_readable(object, context)
    with reading(context) as transaction:
        row = _find_row(transaction, object, id, _ACCESS_COLUMNS, context, build_environment(context))
    if row is None or not _is_wanted(row, deleted):
        raise no_such_record(object, id)


def find(object: str, values: Mapping[str, Any], context: Context) -> Record | None:
    """The one readable living record whose fields equal ``values`` (coerced by type); None if there is none.

    Raises Conflict if there are several, BadRequest for unknown fields and values that cannot be.
    """
    require_readable(object, context)
    names = Names(context.actor, context.manifest, object)
    names.fields(tuple(values), "fields")
    names.require()
    environment = build_environment(context)
    plan, load_context = plan_of(context.manifest, object), build_load_context(context, environment)
    filters = [
        record_filter(context.actor, context.manifest, object),
        unmasked(context.actor, context.manifest, object, values),
    ]
    for name, value in values.items():
        try:
            typed = plan.loads.get(name, plan.number_load)(value, plan.fields[name], load_context)
        except FieldError as error:
            raise BadRequest(error.message, details={"field": name}) from None
        filters.append(Compare(name, "eq", typed) if typed is not None else Compare(name, "blank"))
    read = read_plan(context.actor, context.manifest, object)
    with reading(context) as transaction:
        page = transaction.select(
            Query(object, all_of(filters), fields=read.columns, limit=2, environment=environment)
        )
        rows = shown_rows(transaction, object, page.rows, context, environment)
    note_listed(context, object, [row["id"] for row in rows], by="find")
    if len(rows) > 1:
        raise Conflict(Message("Several records have these values."))
    return make_record(read, rows[0], {}, {}) if rows else None
