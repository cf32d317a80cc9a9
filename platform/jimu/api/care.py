"""Care for data: duplicates, merging, converting, cloning, retention, what is known of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from jimu.access import require_action, require_right
from jimu.api.answers import Answer
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.care_bodies import (
    dump_forecast,
    dump_moved,
    dump_trace,
    read_choices,
    read_ids,
    read_mapping,
    read_merge,
    read_name,
    read_names,
    read_values,
)
from jimu.api.endpoints import RECORD_ERRORS, WRITE_ERRORS, Endpoint
from jimu.api.parameters import ParameterSet, text
from jimu.api.records import dump_record, path_id, written
from jimu.api.schemas import record_schema
from jimu.care.anonymising import is_personal
from jimu.care.cloning import child_kinds, clone
from jimu.care.converting import convert, foresee_conversion, get_conversion
from jimu.care.erasing import erase, export_traces, find_traces
from jimu.care.merging import foresee_merge, merge_records
from jimu.care.retention import preview_retention
from jimu.care.scanning import ask_for_scan
from jimu.care.workbench import dismiss, find_clusters, get_cluster
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.errors import Invalid
from jimu.fieldtypes.ids import encode_id
from jimu.records import Create, Update, write
from jimu.records.draft import INVALID
from jimu.records.one import require_record
from jimu.settings import Settings

Parameters = Mapping[str, Any]
IN_PREVIEW = "With `preview: true` nothing is done; the answer tells what would be."


def find_duplicates_view(call: Call, parameters: Parameters, object: str) -> Answer:
    """What a write of these values would be told."""
    body = dict(read_object())
    id = body.pop("id", None)
    values, problems = record_schema(call.actor, call.manifest, object).load_values(body, call.load_context())
    if problems:
        raise Invalid(INVALID, problems)
    command = Create(object, values) if id is None else Update(object, path_id(str(id)), values)
    seen = write.preview(command, call.context)
    if seen.error is not None and not isinstance(seen.error, Invalid):
        raise seen.error
    return Answer({"duplicates": [told.dump() for told in seen.duplicates]})


def merge_view(call: Call, parameters: Parameters, object: str) -> Answer:
    require_action(call.actor, call.manifest, object, "read")
    body = read_object()
    merge = read_merge(call, object, body)
    if body.get("preview") is True:
        return Answer(dump_forecast(call, foresee_merge(merge, call.context)))
    done = merge_records(merge, call.context)
    return Answer(
        {"record": dump_record(call, done.survivor), "unit": encode_id(done.unit), **dump_moved(done.moved)}
    )


def clusters_view(call: Call, parameters: Parameters, object: str) -> Answer:
    require_action(call.actor, call.manifest, object, "read")
    page = find_clusters(object, call.context, rule=parameters["rule"], after=parameters["after"] or None)
    clusters = [
        {
            "id": encode_id(c.id),
            "rule": c.rule,
            "score": c.score,
            "records": [{"id": encode_id(id), "title": title} for id, title in c.members.items()],
            "hidden": c.hidden,
        }
        for c in page.clusters
    ]
    return Answer({"clusters": clusters, "next": page.next, "total": page.total})


def scan_view(call: Call, parameters: Parameters, object: str) -> Answer:
    for action in ("update", "delete"):
        require_action(call.actor, call.manifest, object, action)
    ask_for_scan(object, call.context)
    return Answer({"queued": True}, 202)


def dismiss_view(call: Call, parameters: Parameters, id: str) -> Answer:
    dismiss(get_cluster(path_id(id), call.context), call.context)
    return Answer(status=204)


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


def retention_view(call: Call, parameters: Parameters) -> Answer:
    require_right(call.actor, call.manifest, "configure")
    due = [
        {
            "object": d.object,
            "rule": d.rule,
            "then": d.then,
            "days": d.days,
            "count": d.count,
            "first": [{"id": encode_id(id), "title": title} for id, title in d.first],
        }
        for d in preview_retention(call.context)
    ]
    return Answer({"due": due})


def traces_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    require_record(object, path_id(id), call.context)
    traces = find_traces(object, path_id(id), call.context)
    return Answer(
        {
            "id": encode_id(traces.id),
            "title": traces.title,
            "records": [dump_trace(trace) for trace in traces.found],
            "audit_entries": traces.audit,
        }
    )


def export_view(call: Call, parameters: Parameters, object: str, id: str) -> Response:
    also = read_ids(read_object(), "also")
    require_record(object, path_id(id), call.context)
    data = export_traces(object, path_id(id), call.context, also=also)
    headers = {"Content-Disposition": f'attachment; filename="{object}-{encode_id(path_id(id))}.zip"'}
    return Response(data, 200, headers, mimetype="application/zip")


def erase_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    also = read_ids(read_object(), "also")
    require_record(object, path_id(id), call.context)
    done = erase(object, path_id(id), call.context, also=also)
    return Answer({"changed": done.changed, "removed": done.removed})


def _has_rules(manifest: Manifest, object: ObjectDef) -> bool:
    return bool(object.duplicates)


def _is_person(manifest: Manifest, object: ObjectDef) -> bool:
    return is_personal(manifest, object.name)


def _is_converted(manifest: Manifest, object: ObjectDef) -> bool:
    return any(conversion.object == object.name for conversion in manifest.all("conversion").values())


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    one = "/records/{object}/{id}"
    return (
        Endpoint(
            "POST",
            "/duplicates/{object}",
            find_duplicates_view,
            "Records that would be taken for the same",
            "records",
            "find_duplicates",
            per_object=True,
            action="read",
            body="maybe_duplicate",
            result="duplicates",
            errors=WRITE_ERRORS,
            description="The values as for a new record; with `id`, as for a change of that record.",
            only=_has_rules,
            asks=True,
        ),
        Endpoint(
            "POST",
            "/merge/{object}",
            merge_view,
            "Merge records into one",
            "records",
            "merge",
            per_object=True,
            action="delete",
            body="merge",
            result="merged",
            errors=WRITE_ERRORS,
            idempotent=True,
            description=f"What hangs on the others moves to the master; they lead to it from then on. {IN_PREVIEW}",
        ),
        Endpoint(
            "GET",
            "/duplicates/{object}/clusters",
            clusters_view,
            "Groups of duplicates that were found",
            "records",
            "clusters",
            ParameterSet((text("rule", "Of this duplicate rule only.", most=60), text("after", "`next` of before."))),
            per_object=True,
            result="clusters",
            errors=RECORD_ERRORS,
            only=_has_rules,
        ),
        Endpoint(
            "POST",
            "/duplicates/{object}/scan",
            scan_view,
            "Look through all records for duplicates",
            "records",
            "scan",
            per_object=True,
            action="delete",
            result="queued",
            status=202,
            errors=WRITE_ERRORS,
            idempotent=True,
            only=_has_rules,
        ),
        Endpoint(
            "POST",
            "/clusters/{id}/dismiss",
            dismiss_view,
            "Say that the records of a group are not the same",
            "duplicates",
            "dismiss",
            status=204,
            errors=WRITE_ERRORS,
            idempotent=True,
        ),
        Endpoint(
            "POST",
            one + "/convert",
            convert_view,
            "Convert a record into others",
            "records",
            "convert",
            per_object=True,
            action="update",
            body="convert",
            result="converted",
            errors=WRITE_ERRORS,
            idempotent=True,
            description=f"Steps that are not named do what is proposed for them. {IN_PREVIEW}",
            only=_is_converted,
        ),
        Endpoint(
            "POST",
            one + "/clone",
            clone_view,
            "Make a record once more",
            "records",
            "clone",
            per_object=True,
            action="create",
            body="clone",
            result="record",
            status=201,
            errors=WRITE_ERRORS,
            idempotent=True,
        ),
        Endpoint(
            "GET",
            "/clone/{object}",
            children_view,
            "What can be cloned along with a record",
            "records",
            "children",
            per_object=True,
            result="children",
            errors=RECORD_ERRORS,
        ),
        Endpoint(
            "GET",
            "/retention",
            retention_view,
            "What retention will do in the next night",
            "retention",
            "retention",
            result="retention",
            errors=(403,),
        ),
        Endpoint(
            "GET",
            one + "/personal",
            traces_view,
            "What is known of a person",
            "records",
            "personal",
            per_object=True,
            result="traces",
            errors=(400, 403, 404),
            only=_is_person,
        ),
        Endpoint(
            "POST",
            one + "/personal/export",
            export_view,
            "What is known of a person, as a ZIP",
            "records",
            "personal_export",
            per_object=True,
            body="also",
            result="bytes",
            errors=WRITE_ERRORS,
            only=_is_person,
        ),
        Endpoint(
            "POST",
            one + "/personal/erase",
            erase_view,
            "Erase what is known of a person",
            "records",
            "personal_erase",
            per_object=True,
            action="delete",
            body="also",
            result="erased",
            errors=WRITE_ERRORS,
            idempotent=True,
            description="Cannot be taken back.",
            only=_is_person,
        ),
    )
