"""Records made of others: converted, or cloned with what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.access import require_action
from jimu.api.answers import Answer
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.care_bodies import read_choices, read_mapping, read_name, read_names, read_values
from jimu.api.endpoints import RECORD_ERRORS, WRITE_ERRORS, Endpoint
from jimu.api.records import dump_record, path_id, written
from jimu.api.schemas import record_schema
from jimu.care.cloning import child_kinds, clone
from jimu.care.converting import convert, foresee_conversion, get_conversion
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.fieldtypes.ids import encode_id
from jimu.records.one import require_record
from jimu.settings import Settings

Parameters = Mapping[str, Any]


def convert_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    body = read_object()
    require_record(object, path_id(id), call.context)
    conversion = get_conversion(read_name(body, "conversion"), call.context, object)
    if body.get("preview") is True:
        steps = {
            found.step.name: {
                "object": found.step.object,
                "values": record_schema(call.actor, call.manifest, found.step.object).dump_values(found.values),
                "found": [
                    {"id": encode_id(f.id), "title": f.title, "score": min(f.score, 1.0), "why": f.why}
                    for f in found.found
                ],
                "choice": found.choice.how,
            }
            for found in foresee_conversion(conversion, path_id(id), call.context)
        }
        return Answer({"steps": steps})
    choices = read_choices(call, conversion, read_mapping(body, "steps"))
    done = convert(conversion, path_id(id), choices, call.context)
    records = {name: dump_record(call, record) for name, record in done.records.items()}
    return Answer({"records": records, "moved": done.moved, "unit": encode_id(done.unit)})


def clone_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    body = read_object()
    values = read_values(call, object, read_mapping(body, "values"))
    children = read_names(body, "children")
    return written(call, clone(object, path_id(id), call.context, children=children, values=values), 201)


def children_view(call: Call, parameters: Parameters, object: str) -> Answer:
    require_action(call.actor, call.manifest, object, "read")
    kinds = child_kinds(object, call.context)
    return Answer({"children": [{"name": k.name, "object": k.object, "by_default": k.by_default} for k in kinds]})


def _is_converted(manifest: Manifest, object: ObjectDef) -> bool:
    return any(conversion.object == object.name for conversion in manifest.all("conversion").values())


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    one = "/records/{object}/{id}"
    return (
        Endpoint(
            "POST", one + "/convert", convert_view, "Convert a record into others", "records", "convert",
            per_object=True, action="update", body="convert", result="converted", errors=WRITE_ERRORS, idempotent=True,
            description="Steps that are not named do what is proposed for them. With `preview: true` nothing is done; "
            "the answer tells what would be.",
            only=_is_converted,
        ),
        Endpoint(
            "POST", one + "/clone", clone_view, "Make a record once more", "records", "clone", per_object=True,
            action="create", body="clone", result="record", status=201, errors=WRITE_ERRORS, idempotent=True,
        ),
        Endpoint(
            "GET", "/clone/{object}", children_view, "What can be cloned along with a record", "records", "children",
            per_object=True, result="children", errors=RECORD_ERRORS,
        ),
    )  # fmt: skip
