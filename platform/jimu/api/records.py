"""Records: list, create, read, change, delete, restore."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response

from jimu.api import tags
from jimu.api.answers import Answer, build_response, write_json
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.endpoints import RECORD_ERRORS, WRITE_ERRORS, Endpoint
from jimu.api.parameters import Parameter, ParameterSet, choice, integer, names, text
from jimu.api.schemas import record_schema
from jimu.errors import Invalid, JimuError, NotFound, Problem
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.messages import Message
from jimu.records import Create, Delete, ListRequest, Record, RecordPage, Restore, Update, read, write
from jimu.records.commands import Command, Loaded
from jimu.records.context import Context
from jimu.records.draft import INVALID
from jimu.settings import Settings

Parameters = Mapping[str, Any]
NO_RECORD = Message("There is no such record.")
DELETED = ("alive", "deleted", "any")
COUNTS = ("none", "estimated", "exact")

FIELDS = names(
    "fields", "The fields to answer with; all readable ones when left out.", default=None, example="name,owner"
)
ALLOW = text(
    "allow_duplicates",
    "Why a record is wanted though there is one of the same already, where a duplicate rule takes a reason.",
    example="another branch",
    most=500,
)
REASON = text("reason", "Why; kept in the history, and asked for when a record goes back a stage.", most=500)
EXPAND = names("expand", "Lookups whose records come along, under `expanded`.", example="owner")


def list_parameters(settings: Settings) -> tuple[Parameter, ...]:
    return (
        text("where", "A formula; only records for which it is true are listed.", example="created_at >= today() - 30"),
        names("order", "Fields to sort by, `-` before one for descending.", example="-created_at,title"),
        FIELDS,
        EXPAND,
        integer(
            "limit",
            "The most records to answer with.",
            default=settings.page_size,
            least=1,
            most=settings.max_page_size,
        ),
        text("after", "`next` of the page before: the next page.", most=2000),
        choice("count", "Whether to count: estimated stops at 1,000.", COUNTS, "none"),
        text("search", "Words to be found in the record.", most=400),
        choice("deleted", "Which records: living ones, those in the recycle bin, or any.", DELETED, "alive"),
    )


def list_request(object: str, parameters: Parameters) -> ListRequest:
    return ListRequest(
        object,
        where=parameters["where"] or None,
        order=parameters["order"],
        fields=parameters["fields"],
        expand=parameters["expand"],
        limit=parameters["limit"],
        after=parameters["after"] or None,
        count=parameters["count"],
        search=parameters["search"],
        deleted=parameters["deleted"],
        titles=False,
    )


def list_view(call: Call, parameters: Parameters, object: str) -> Answer:
    return Answer(dump_page(call, read.list_records(list_request(object, parameters), call.context)))


def dump_page(call: Call, page: RecordPage) -> dict[str, Any]:
    count = {"value": page.count.value, "exact": page.count.exact} if page.count else None
    records = page.records
    if records and not records[0].expanded:
        schema = record_schema(call.actor, call.manifest, records[0].object)
        return {"records": schema.dump(records, many=True), "next": page.next, "count": count}
    return {"records": [dump_record(call, r) for r in records], "next": page.next, "count": count}


def dump_record(call: Call, record: Record) -> dict[str, Any]:
    """The record as JSON, with what was asked to be expanded under ``expanded``."""
    dumped = record_schema(call.actor, call.manifest, record.object).dump_record(record)
    if record.expanded:
        dumped["expanded"] = {
            name: [dump_record(call, r) for r in found] if isinstance(found, list) else dump_record(call, found)
            for name, found in record.expanded.items()
        }
    return dumped


def get_view(call: Call, parameters: Parameters, object: str, id: str) -> Response:
    record = read.get(
        object,
        path_id(id),
        call.context,
        fields=parameters["fields"],
        expand=parameters["expand"],
        deleted=parameters["deleted"],
        titles=False,
    )
    data = write_json(dump_record(call, record))
    tag = tags.tag_of(record.version, data)
    if tags.is_known(tag):
        return build_response(b"", 304, {"ETag": tag})
    headers = {"ETag": tag}
    if record.id != path_id(id):  # merged into another since
        headers["Content-Location"] = f"/api/v1/records/{object}/{encode_id(record.id)}"
    return build_response(data, 200, headers)


def create_view(call: Call, parameters: Parameters, object: str) -> Answer:
    values = load_values(call, object, read_object(), lambda v: Create(object, v))
    return written(call, write.write(Create(object, values), _context(call, parameters)), 201)


def update_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    body = read_object()
    number, version = path_id(id), tags.expected_version(body.pop("version", None))
    values = load_values(call, object, body, lambda v: Update(object, number, v, version))
    return written(call, write.write(Update(object, number, values, version), _context(call, parameters)))


def _context(call: Call, parameters: Parameters) -> Context:
    context, wanted = call.context, parameters["allow_duplicates"]
    if parameters.get("reason"):
        context = replace(context, reason=parameters["reason"])
    return replace(context, duplicates_reason=wanted) if wanted else context


def delete_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    command = Delete(object, path_id(id), tags.expected_version(), purge=parameters["purge"] == "true")
    write.write(command, call.context)
    return Answer(status=204)


def restore_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    return written(call, write.write(Restore(object, path_id(id)), call.context))


def written(call: Call, record: Record, status: int = 200) -> Answer:
    body = dump_record(call, record)
    headers = {"ETag": tags.tag_of(record.version, write_json(body))}
    if record.waits:
        headers["Waits-For"] = "approval"
    if status == 201:
        headers["Location"] = f"/api/v1/records/{record.object}/{encode_id(record.id)}"
    return Answer(body, status, headers)


def load_values(call: Call, object: str, data: Mapping[str, Any], command: Any) -> Loaded:
    """The Python values of ``data``; raises Invalid with these problems and all that ``records`` finds besides."""
    schema = record_schema(call.actor, call.manifest, object)
    values, problems = schema.load_values(data, call.load_context())
    if problems:
        raise Invalid(INVALID, [*problems, *_further(call, command(values), {p.field for p in problems})])
    return values


def _further(call: Call, command: Command, known: set[str | None]) -> list[Problem]:
    """What else is wrong with the write, apart from the fields that could not be loaded; raises what forbids it
    outright.
    """
    seen = write.preview(command, call.context)
    if isinstance(seen.error, JimuError) and not isinstance(seen.error, Invalid):
        raise seen.error
    problems = seen.error.problems if isinstance(seen.error, Invalid) else seen.problems
    return [p for p in problems if p.field not in known]


def path_id(id: str) -> int:
    try:
        return decode_id(id)
    except ValueError:
        raise NotFound(NO_RECORD) from None


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    one, many = "/records/{object}/{id}", "/records/{object}"
    get_parameters = ParameterSet(
        (FIELDS, EXPAND, choice("deleted", "Whether it may be in the recycle bin.", DELETED, "alive"))
    )
    purge = ParameterSet((choice("purge", "true: remove for good, past the recycle bin.", ("true", "false"), "false"),))
    return (
        Endpoint(
            "GET",
            many,
            list_view,
            "List records",
            "records",
            "list",
            ParameterSet(list_parameters(settings)),
            per_object=True,
            result="page",
            errors=RECORD_ERRORS,
        ),
        Endpoint(
            "POST",
            many,
            create_view,
            "Create a record",
            "records",
            "create",
            ParameterSet((ALLOW,)),
            per_object=True,
            action="create",
            body="new_record",
            result="record",
            status=201,
            errors=WRITE_ERRORS,
            idempotent=True,
        ),
        Endpoint(
            "GET",
            one,
            get_view,
            "Read a record",
            "records",
            "get",
            get_parameters,
            per_object=True,
            result="record",
            errors=(304, *RECORD_ERRORS),
        ),
        Endpoint(
            "PATCH",
            one,
            update_view,
            "Change a record",
            "records",
            "update",
            ParameterSet((ALLOW, REASON)),
            per_object=True,
            action="update",
            body="changes",
            result="record",
            errors=WRITE_ERRORS,
            idempotent=True,
            conditional=True,
            description="Only the fields sent are changed. With If-Match (or `version`), an older version is refused.",
        ),
        Endpoint(
            "DELETE",
            one,
            delete_view,
            "Delete a record",
            "records",
            "delete",
            purge,
            per_object=True,
            action="delete",
            status=204,
            errors=WRITE_ERRORS,
            idempotent=True,
            conditional=True,
            description="The record goes to the recycle bin.",
        ),
        Endpoint(
            "POST",
            one + "/restore",
            restore_view,
            "Restore a deleted record",
            "records",
            "restore",
            per_object=True,
            action="delete",
            result="record",
            errors=WRITE_ERRORS,
            idempotent=True,
        ),
    )
