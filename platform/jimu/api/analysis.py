"""What is asked about records rather than of one: aggregates, search, history, related lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.access import action_allowed
from jimu.api.answers import Answer
from jimu.api.call import Call
from jimu.api.endpoints import RECORD_ERRORS, Endpoint
from jimu.api.parameters import ParameterSet, integer, names, text
from jimu.api.records import dump_page, list_parameters, list_request, path_id
from jimu.api.schemas import record_schema
from jimu.errors import BadRequest, NotFound, Problem
from jimu.fieldtypes import encode_id
from jimu.messages import Message
from jimu.records import AggregateRequest, read
from jimu.records.requests import HistoryItem
from jimu.settings import Settings

Parameters = Mapping[str, Any]


def aggregate_view(call: Call, parameters: Parameters, object: str) -> Answer:
    request = AggregateRequest(
        object,
        measures=parameters["measures"] or ("count()",),
        groups=parameters["group"],
        where=parameters["where"] or None,
        order=parameters["order"],
        limit=parameters["limit"],
    )
    found = read.aggregate(request, call.context)
    rows = [{k: _id(v) if k in found.references else v for k, v in row.items()} for row in found.rows]
    for name, figures in found.per_currency.items():
        for row, per_code in zip(rows, figures, strict=True):
            row[f"{name}_per_currency"] = per_code
    titles = {encode_id(id): title for id, title in found.titles.items()}
    return Answer({"groups": found.groups, "measures": found.measures, "rows": rows, "titles": titles})


def _id(value: Any) -> Any:
    return encode_id(value) if isinstance(value, int) else value


def search_view(call: Call, parameters: Parameters) -> Answer:
    objects = parameters["objects"]
    for name in objects:
        if name not in call.manifest.objects or not action_allowed(call.actor, call.manifest, name, "read"):
            unknown = Message("There is no object called {name}.", {"name": name})
            raise BadRequest(unknown, [Problem("bad_parameter", unknown, "objects")])
    hits = read.search(parameters["q"], call.context, objects or None, parameters["limit"])
    places = read.found_in(hits, parameters["q"], call.context) if hits else {}
    results = [
        {
            "object": h.object,
            "id": encode_id(h.id),
            "title": h.title,
            "score": h.score,
            "matched": dict([places[h.id]]) if h.id in places else {},
        }
        for h in hits
    ]
    return Answer({"results": results})


def history_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    before = parameters["before"]
    page = read.history(
        object, path_id(id), call.context, limit=parameters["limit"], before=path_id(before) if before else None
    )
    schema = record_schema(call.actor, call.manifest, object)
    return Answer(
        {
            "items": [_dump_item(item, schema) for item in page.items],
            "titles": {encode_id(id): title for id, title in page.titles.items()},
            "before": encode_id(page.before) if page.before is not None else None,
        }
    )


def _dump_item(item: HistoryItem, schema: Any) -> dict[str, Any]:
    changes = []
    for change in item.changes:
        before, after = (
            schema.dump_values({change.field: change.before}),
            schema.dump_values({change.field: change.after}),
        )
        if change.field in after:
            changes.append({"field": change.field, "before": before[change.field], "after": after[change.field]})
    return {
        "id": encode_id(item.id),
        "at": item.at,
        "actor": None if item.actor is None else encode_id(item.actor),
        "action": item.action,
        "via": item.via,
        "reason": item.reason,
        "version": item.version,
        "changes": changes,
    }


def related_view(call: Call, parameters: Parameters, object: str, id: str, field: str) -> Answer:
    """``field`` is ``object.lookup`` of the related records, or the lookup alone when only one object has it."""
    source, lookup = _relation(call, object, field)
    page = read.related(object, path_id(id), source, lookup, list_request(source, parameters), call.context)
    return Answer(dump_page(call, page))


def _relation(call: Call, object: str, field: str) -> tuple[str, str]:
    pairs = call.manifest.object(object).dependents
    wanted_object, _, wanted_field = field.rpartition(".")
    found = [p for p in pairs if p[1] == wanted_field and wanted_object in ("", p[0])]
    found = [p for p in found if action_allowed(call.actor, call.manifest, p[0], "read")]
    if len(found) == 1:
        return found[0]
    if found:
        choices = [f"{o}.{f}" for o, f in found]
        raise BadRequest(
            Message(
                "{field} is a field of several objects; write one of: {choices}.", {"field": field, "choices": choices}
            )
        )
    raise NotFound(Message("Nothing is related to {object} by {field}.", {"object": object, "field": field}))


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    where, *_ = list_parameters(settings)
    one = "/records/{object}/{id}"
    aggregate = ParameterSet(
        (
            names("measures", "What to compute: sum(amount), count(), avg(amount) as mean.", example="count()"),
            names("group", "What to group by: stage, month(close_on), account.industry.", example="owner"),
            where,
            names("order", "Groups or measures to sort by, by name or as written; `-sum(amount)` is descending."),
            integer("limit", "The most groups to answer with.", default=1000, least=1, most=10_000),
        )
    )
    search = ParameterSet(
        (
            text(
                "q",
                "Words; part of a phone number or the initials of a name will do.",
                required=True,
                most=400,
                example="acme",
            ),
            names("objects", "Only these objects.", example="user"),
            integer("limit", "The most results.", default=20, least=1, most=100),
        )
    )
    history = ParameterSet(
        (
            integer("limit", "The most entries.", default=50, least=1, most=settings.max_page_size),
            text("before", "`before` of the page before: older entries.", most=13),
        )
    )
    return (
        Endpoint(
            "GET",
            "/records/{object}/aggregate",
            aggregate_view,
            "Count, sum and group records",
            "records",
            "aggregate",
            aggregate,
            per_object=True,
            result="aggregate",
            errors=RECORD_ERRORS,
        ),
        Endpoint(
            "GET",
            one + "/history",
            history_view,
            "The history of a record",
            "records",
            "history",
            history,
            per_object=True,
            result="history",
            errors=RECORD_ERRORS,
        ),
        Endpoint(
            "GET",
            one + "/related/{field}",
            related_view,
            "Records that point at a record",
            "records",
            "related",
            ParameterSet(list_parameters(settings)),
            per_object=True,
            result="related_page",
            errors=RECORD_ERRORS,
        ),
        Endpoint(
            "GET", "/search", search_view, "Search all objects", "search", "search", search, result="search_results"
        ),
    )
