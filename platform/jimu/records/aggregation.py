"""Aggregates by name: ``sum(amount)`` grouped by ``stage`` or ``month(close_on)``, over what the actor may read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from jimu.access import record_filter
from jimu.access.scopes import all_of
from jimu.definitions.model import FieldDef
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.money_figures import split_money
from jimu.records.names import Names
from jimu.records.reading import reading, require_readable
from jimu.records.requests import AggregateRequest, AggregateResult
from jimu.records.searching import words_filter
from jimu.records.titles import find_titles, referenced_ids
from jimu.storage.query import Aggregate, Group, Matches, Measure, Sort

_MEASURE = re.compile(r"(\w+)\(\s*([\w.]*)\s*\)(?:\s+as\s+([a-z]\w*))?")
_GROUP = re.compile(r"(?:(\w+)\(\s*([\w.]+)\s*\)|([\w.]+))(?:\s+as\s+([a-z]\w*))?")
_BUCKETS = ("year", "quarter", "month", "week", "day")
_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.DURATION})
_FUNCTIONS = ("count", "count_distinct", "sum", "min", "max", "avg")
MAX_ROWS = 10_000


def aggregate(request: AggregateRequest, context: Context) -> AggregateResult:
    """One row per group. A measure is named ``sum_amount`` (``count`` without a field), a group by its path, with a
    bucket ``close_on_month``; ``as`` gives another name. Grouped by a list of texts (tags), a record counts in
    each group of its values. Raises NotFound, BadRequest with every problem of the request.
    """
    require_readable(request.object, context)
    names = Names(context.actor, context.manifest, request.object)
    measures = [m for text in request.measures if (m := _measure(text, names))]
    groups = [g for text in request.groups if (g := _group(text, names))]
    filters = [names.where(request.where, "where"), *(names.where(w, "where") for w in request.also)]
    if request.search.strip():
        filters.append(Matches(request.search.strip()))
        filters.append(words_filter(request.search, context, request.object))
    order = _order(request.order, _sortable(groups, measures), names)
    if not 1 <= request.limit <= MAX_ROWS:
        names.add("bad_limit", Message("The limit must be between 1 and {most}.", {"most": MAX_ROWS}), "limit")
    names.require()
    rule = record_filter(context.actor, context.manifest, request.object)
    question = Aggregate(
        request.object,
        measures,
        groups,
        all_of([rule, *filters, names.unmasked()]),
        request.limit,
        order,
        environment=build_environment(context),
        guards=names.guards(),
    )
    references = [g.name for g in groups if _ends_at(names, g.path).kind is Kind.REFERENCE]
    with reading(context) as transaction:
        rows = transaction.aggregate(question)
        per_currency = split_money(question, rows, names, transaction)
        titles = find_titles(transaction, referenced_ids(references, rows), context, question.environment)
    groups_named, measures_named = [g.name for g in groups], [m.name for m in measures]
    return AggregateResult(groups_named, measures_named, rows, titles, tuple(references), per_currency)


def _ends_at(names: Names, path: tuple[str, ...]) -> FieldDef:
    field = names.scope.find_path(names.object, path)
    assert field is not None  # judged when the group was made
    return field


def _measure(text: str, names: Names) -> Measure | None:
    matched = _MEASURE.fullmatch(text.strip())
    if matched is None or matched[1] not in _FUNCTIONS:
        names.add(
            "bad_measure",
            Message("{measure} is no measure; write sum(field), count() or the like.", {"measure": text}),
            "measures",
        )
        return None
    function, name, alias = matched[1], matched[2], matched[3]
    if not name:
        if function == "count":
            return Measure("count", None, alias or "count")
        names.add("bad_measure", Message("{function} needs a field.", {"function": function}), "measures")
        return None
    path = tuple(name.split("."))
    field = names.path(path, "measures")
    if field is None:
        return None
    if not _can_measure(function, field):
        names.add(
            "bad_measure",
            Message("{function} cannot be computed of {field}.", {"function": function, "field": name}),
            "measures",
        )
        return None
    names.pass_through([path])
    return Measure(function, path, alias or f"{function}_{name.replace('.', '_')}")


def _can_measure(function: str, field: FieldDef) -> bool:
    if field.type == "secret" or not field.kind.has_column:
        return False
    if function in ("sum", "avg"):
        return field.kind in _NUMBERS
    return function in ("count", "count_distinct") or field.kind.is_sortable


def _group(text: str, names: Names) -> Group | None:
    matched = _GROUP.fullmatch(text.strip())
    if matched is None or (matched[1] is not None and matched[1] not in _BUCKETS):
        names.add(
            "bad_group", Message("{group} is no group; write a field or month(field).", {"group": text}), "group"
        )
        return None
    bucket, name, alias = matched[1], matched[2] or matched[3], matched[4]
    path = tuple(name.split("."))
    field = names.path(path, "group")
    if field is None:
        return None
    fits = field.kind in (Kind.DATE, Kind.DATETIME) if bucket else field.kind.is_groupable and field.type != "secret"
    if not fits:
        names.add("bad_group", Message("Records cannot be grouped by {group}.", {"group": text}), "group")
        return None
    names.pass_through([path])
    return Group(path, bucket, alias or (f"{name}_{bucket}" if bucket else name))


def _sortable(groups: Sequence[Group], measures: Sequence[Measure]) -> dict[str, str]:
    """What the answer may be ordered by -> its column: the column's name itself, or the group or measure as it is
    written in the request (``sum(amount)``).
    """
    written = {f"{g.bucket}({'.'.join(g.path)})": g.name for g in groups if g.bucket}
    written |= {f"{m.function}({'.'.join(m.path or ())})": m.name for m in measures}
    return written | {name: name for name in (*(g.name for g in groups), *(m.name for m in measures))}


def _order(order: Sequence[str], columns: Mapping[str, str], names: Names) -> list[Sort]:
    found = []
    for text in order:
        written = "".join(text.split())
        name = written.removeprefix("-")
        if name not in columns:
            names.add(
                "unknown_field", Message("{name} is no group or measure of this request.", {"name": name}), "order"
            )
        found.append(Sort((columns.get(name, name),), written.startswith("-")))
    return found
