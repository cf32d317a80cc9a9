"""The OpenAPI 3.1 document, made from the endpoints and the manifest for one actor: only what they may see and do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jimu.access import action_allowed, field_access
from jimu.access.csrf import CSRF_HEADER, SESSION_COOKIE
from jimu.access.fields import NONE
from jimu.api.call import Call
from jimu.api.endpoints import Endpoint
from jimu.api.metadata import visible_objects
from jimu.api.openapi_care import NAMES
from jimu.api.openapi_shapes import ANY_RECORD, FIXED, ID, Json, object_schemas, page_of, ref
from jimu.api.parameters import Parameter
from jimu.definitions.model import ObjectDef

COMMON_ERRORS = (400, 401, 403, 429, 500, 503)
DESCRIPTION = (
    'Send a token as `Authorization: Bearer …`. Ids are text of 13 characters, decimals are text (`"1054.00"`), '
    "moments are ISO 8601 in UTC. Unknown parameters and fields are refused. Every error has the same envelope."
)
_STATUS_WORDS = {
    200: "Done.",
    201: "Created.",
    202: "Taken on; it is done by a job.",
    204: "Done; no content.",
    304: "Not changed since.",
    400: "The request cannot be understood.",
    401: "Not signed in.",
    403: "Not allowed.",
    404: "Not there, or not for you.",
    409: "The state forbids it, or an old version.",
    412: "Changed since the version in If-Match.",
    413: "Too large.",
    415: "Wrong media type.",
    416: "No such part.",
    422: "The values break rules; all of them are listed.",
    423: "Locked.",
    429: "Too many requests.",
    500: "Our fault.",
    503: "Busy.",
}


def build_document(call: Call, endpoints: Iterable[Endpoint]) -> Json:
    """The document for the actor of ``call``, in their language."""
    all_endpoints = list(endpoints)
    objects = visible_objects(call)
    workspace = call.manifest.workspace
    return {
        "openapi": "3.1.0",
        "info": {
            "title": workspace.label.get(call.locale) or workspace.name,
            "version": call.manifest.revision[:12] or "0",
            "description": DESCRIPTION,
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}, {"session": []}],
        "tags": _tags(call, all_endpoints, objects),
        "paths": _paths(call, all_endpoints, objects),
        "components": {
            "schemas": FIXED | {name: s for o in objects for name, s in object_schemas(call, o).items()},
            "responses": {"Error": {"description": "An error.", "content": _json(ref("Error"))}},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": SESSION_COOKIE,
                    "description": f"The session of the pages; requests that change something carry {CSRF_HEADER}.",
                },
            },
        },
    }


def _tags(call: Call, endpoints: list[Endpoint], objects: list[ObjectDef]) -> list[Json]:
    general = dict.fromkeys(e.tag for e in endpoints if not e.per_object)
    labelled: list[Json] = [{"name": o.name, "description": o.plural.get(call.locale) or o.name} for o in objects]
    return [*labelled, *({"name": name} for name in general)]


def _paths(call: Call, endpoints: list[Endpoint], objects: list[ObjectDef]) -> Json:
    paths: dict[str, Json] = {}
    for endpoint in endpoints:
        for path, operation in _operations(call, endpoint, objects):
            paths.setdefault(path, {})[endpoint.method.lower()] = operation
    return paths


def _operations(call: Call, endpoint: Endpoint, objects: list[ObjectDef]) -> Iterable[tuple[str, Json]]:
    if not endpoint.per_object:
        yield endpoint.path, _operation(call, endpoint, None)
        return
    for object in objects:
        if endpoint.only is not None and not endpoint.only(call.manifest, object):
            continue
        if action_allowed(call.actor, call.manifest, object.name, endpoint.action):
            yield endpoint.path.replace("{object}", object.name), _operation(call, endpoint, object)


def _operation(call: Call, endpoint: Endpoint, object: ObjectDef | None) -> Json:
    operation: Json = {
        "operationId": f"{endpoint.name}_{object.name}" if object else endpoint.name,
        "tags": [object.name if object else endpoint.tag],
        "summary": endpoint.summary,
        "parameters": [
            *_path_parameters(call, endpoint, object),
            *(_parameter(p) for p in endpoint.parameters.parameters),
            *_header_parameters(endpoint),
        ],
        "responses": _responses(endpoint, object),
    }
    if endpoint.signed:
        operation["security"] = []
    if endpoint.description:
        operation["description"] = endpoint.description
    if endpoint.body:
        operation["requestBody"] = {"required": True, "content": _body(endpoint.body, object)}
    return operation


def _path_parameters(call: Call, endpoint: Endpoint, object: ObjectDef | None) -> Iterable[Json]:
    if "{object}" in endpoint.path and object is None:
        yield _in_path("object", {"type": "string", "enum": [o.name for o in visible_objects(call)]})
    if "{pool}" in endpoint.path:
        yield _in_path("pool", {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"})
    if "{id}" in endpoint.path:
        yield _in_path("id", {k: v for k, v in ID.items() if k != "description"})
    if "{field}" in endpoint.path and object is not None:
        pairs = [
            f"{o}.{f}" for o, f in object.dependents if field_access(call.actor, call.manifest, o).get(f, NONE) != NONE
        ]
        yield _in_path("field", {"type": "string", **({"enum": pairs} if pairs else {})})


def _in_path(name: str, schema: Json) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _parameter(parameter: Parameter) -> Json:
    found: Json = {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": parameter.schema,
    }
    if parameter.required:
        found["required"] = True
    if parameter.example is not None:
        found["example"] = parameter.example
    return found


def _header_parameters(endpoint: Endpoint) -> Iterable[Json]:
    if endpoint.conditional:
        yield {
            "name": "If-Match",
            "in": "header",
            "description": "The ETag that the change was made on.",
            "schema": {"type": "string", "pattern": '^"[0-9]{1,18}(-[0-9a-f]{8})?"$'},
        }
    if endpoint.signed:
        yield {
            "name": "Jimu-Signature",
            "in": "header",
            "required": True,
            "description": 't=<seconds since 1970>,v1=<hex HMAC-SHA-256 of "t.body">',
            "schema": {"type": "string", "pattern": "^t=[0-9]{1,12},v1=[0-9a-f]{64}$"},
        }
    if endpoint.idempotent:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "The same request sent again is done only once.",
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,200}$"},
        }


def _responses(endpoint: Endpoint, object: ObjectDef | None) -> Json:
    good: Json = {"description": _STATUS_WORDS[endpoint.status]}
    if endpoint.result == "bytes":
        good["content"] = {"*/*": {}}
    elif endpoint.result:
        good["content"] = _json(_result(endpoint.result, object))
    responses: Json = {str(endpoint.status): good}
    for status in sorted({*COMMON_ERRORS, *endpoint.errors}):
        if status == 304:
            responses["304"] = {"description": _STATUS_WORDS[304]}
        elif endpoint.name == "bulk" and status == 422:
            responses["422"] = {
                "description": _STATUS_WORDS[422],
                "content": _json({"anyOf": [ref("BulkResult"), ref("Error")]}),
            }
        else:
            responses[str(status)] = {"description": _STATUS_WORDS[status], "content": _json(ref("Error"))}
    return responses


def _result(result: str, object: ObjectDef | None) -> Json:
    named = {
        "aggregate": "AggregateResult",
        "history": "History",
        "search_results": "SearchResults",
        "bulk_result": "BulkResult",
        "formula_check": "FormulaCheck",
        "organisation": "Organisation",
        "dissolved_department": "DissolvedDepartment",
    }
    if result in NAMES:
        return ref(NAMES[result])
    if result in named:
        return ref(named[result])
    if result == "record" and object is not None:
        return ref(object.name)
    if result == "page" and object is not None:
        # With `fields` only some members come along, so a listed record promises no more than its identity.
        return page_of(ref(object.name))
    if result == "moved_department":
        return ANY_RECORD
    if result == "related_page":
        return page_of(ANY_RECORD)
    return {"type": "object"}


def _body(body: str, object: ObjectDef | None) -> Json:
    if body == "file":
        part = {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
        }
        return {"multipart/form-data": {"schema": part}}
    if body in NAMES:
        return _json(ref(NAMES[body]))
    if body == "any":
        return _json({"type": "object"})
    if body == "formula":
        return _json(ref("FormulaToCheck"))
    if body == "move_department":
        return _json(ref("MoveDepartment"))
    if body == "dissolve_department":
        return _json(ref("DissolveDepartment"))
    name = object.name if object is not None else ""
    if body == "new_record":
        return _json(ref(f"{name}_new"))
    if body == "changes":
        return _json(ref(f"{name}_changes"))
    row: Json = {
        "type": "object",
        "properties": {
            "op": {"enum": ["create", "update", "upsert", "delete"]},
            "id": ID,
            "version": {"type": "integer"},
            "values": ref(f"{name}_changes"),
        },
    }
    return {**_json({"type": "array", "items": row, "maxItems": 10_000}), "application/x-ndjson": {"schema": row}}


def _json(schema: Any) -> Json:
    return {"application/json": {"schema": schema}}
