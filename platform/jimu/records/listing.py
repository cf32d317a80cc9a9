"""Lists: where, order, fields, expand and count by name, under the actor's rules, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jimu.access import record_filter
from jimu.access.scopes import all_of, any_of
from jimu.definitions.model import FieldDef
from jimu.errors import BadRequest, NotFound, Problem
from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Environment
from jimu.messages import Message
from jimu.records.assemble import ReadPlan, read_plan
from jimu.records.auditing import is_read_audited, note_listed
from jimu.records.commands import Record
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.expand import expand, make_record
from jimu.records.masking import unmasked
from jimu.records.names import Names
from jimu.records.notices import shown_rows
from jimu.records.one import require_record
from jimu.records.reading import reading, require_readable
from jimu.records.requests import ListRequest, RecordPage
from jimu.records.searching import words_filter
from jimu.records.titles import find_titles, referenced_ids
from jimu.storage.errors import BadCursor
from jimu.storage.query import EVERYTHING, NOTHING, AllOf, AnyOf, Compare, Filter, Matches, Query, Related

if TYPE_CHECKING:
    from jimu.storage import Transaction

# The faces have their own, smaller limit; this one keeps a program inside from asking for everything at once.
MAX_LIMIT = 10_000


def list_records(request: ListRequest, context: Context) -> RecordPage:
    """One page. Raises NotFound for an object that may not be read, BadRequest with every problem of the request
    (``problem.field`` names the parameter).
    """
    require_readable(request.object, context)
    rules = [record_filter(context.actor, context.manifest, request.object, a) for a in {"read", request.action}]
    return _list(request, context, all_of(rules))


def related(object: str, id: int, source: str, field: str, request: ListRequest, context: Context) -> RecordPage:
    """Records of ``source`` whose lookup ``field`` points at record ``id`` of ``object``; ``request`` gives the rest.

    Raises NotFound if the record may not be read, or ``source`` has no such readable lookup.
    """
    require_record(object, id, context)
    require_readable(source, context)
    names = Names(context.actor, context.manifest, source)
    lookup = names.scope.find_field(source, field)
    if (
        lookup is None
        or lookup.kind not in (Kind.REFERENCE, Kind.REFERENCES)
        or (lookup.target and object not in lookup.target)
    ):
        raise NotFound(Message("{object} has no field called {name}.", {"object": source, "name": field}))
    rule = pinned(record_filter(context.actor, context.manifest, source), field, object)
    rule = all_of([rule, unmasked(context.actor, context.manifest, source, (field,))])
    return _list(request, context, all_of([Compare(field, "eq", id), rule]))


def pinned(filter: Filter, column: str, object: str) -> Filter:
    """An access filter, simplified by knowing that ``column`` points at a readable record of ``object``; the same
    filter where that says nothing.
    """
    if isinstance(filter, (AllOf, AnyOf)):
        parts = [pinned(f, column, object) for f in filter.filters]
        if all(part is before for part, before in zip(parts, filter.filters, strict=True)):
            return filter
        return all_of(parts) if isinstance(filter, AllOf) else any_of(parts)
    if isinstance(filter, Related) and filter.column == column:
        return EVERYTHING if filter.object == object else NOTHING
    return filter


def _list(request: ListRequest, context: Context, rule: Filter) -> RecordPage:
    names = Names(context.actor, context.manifest, request.object)
    query, plan, expanded = _prepare(request, names, context, rule)
    with reading(context) as transaction:
        try:
            page = transaction.select(query)
        except BadCursor:
            problem = Problem("bad_cursor", Message("This place in the list is not known; start again."), "after")
            raise BadRequest(problem.message, [problem]) from None
        wanted = _Wanted(plan, expanded, request.titles)
        records = _records(transaction, page.rows, wanted, context, query.environment)
    if request.action != "export":
        _note(request, records, context)
    return RecordPage(records, page.next, page.count)


def _note(request: ListRequest, records: Sequence[Record], context: Context) -> None:
    """Who read which of an audited object, and how they asked; an export is noted as a whole."""
    if is_read_audited(context, request.object):
        asked = [text for text in (request.where, *request.also) if isinstance(text, str) and text]
        note_listed(
            context, request.object, [r.id for r in records], where=" and ".join(asked), search=request.search
        )


def _prepare(
    request: ListRequest,
    names: Names,
    context: Context,
    rule: Filter,
) -> tuple[Query, ReadPlan, list[FieldDef]]:
    filters = [rule, names.where(request.where, "where"), *(names.where(w, "where") for w in request.also)]
    if request.search.strip():
        filters.append(Matches(request.search.strip()))
        filters.append(words_filter(request.search, context, request.object))
    if request.ids is not None:
        filters.append(Compare("id", "in", tuple(request.ids)))
    sort = names.order(request.order)
    expanded = names.references(request.expand)
    wanted = names.fields(request.fields) if request.fields is not None else None
    if not 1 <= request.limit <= MAX_LIMIT:
        names.add("bad_limit", Message("The limit must be between 1 and {most}.", {"most": MAX_LIMIT}), "limit")
    names.require()
    if wanted is not None:
        wanted = tuple(dict.fromkeys([*wanted, *(f.name for f in expanded)]))
    plan = read_plan(context.actor, context.manifest, request.object, wanted)
    query = Query(
        request.object,
        all_of([*filters, names.unmasked()]),
        sort,
        plan.columns,
        request.limit,
        request.after,
        request.offset,
        request.count,
        deleted=request.deleted,
        environment=build_environment(context),
        guards=names.guards(),
    )
    return query, plan, expanded


class _Wanted:
    """What is to come along with the rows."""

    __slots__ = ("expanded", "plan", "titles")

    def __init__(self, plan: ReadPlan, expanded: Sequence[FieldDef], titles: bool) -> None:
        self.plan = plan
        self.expanded = expanded
        self.titles = titles


def _records(
    transaction: Transaction,
    rows: Sequence[Mapping[str, Any]],
    wanted: _Wanted,
    context: Context,
    environment: Environment,
) -> list[Any]:
    plan = wanted.plan
    rows = shown_rows(transaction, plan.plan.object.name, rows, context, environment)
    ids = referenced_ids(plan.references, rows) if wanted.titles else set()
    titles = find_titles(transaction, ids, context, environment)
    expanded = expand(transaction, wanted.expanded, rows, context, environment)
    return [make_record(plan, row, titles, more) for row, more in zip(rows, expanded, strict=True)]
