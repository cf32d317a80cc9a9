"""How long records are kept, and what is known of a person: seen, handed out, erased."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from jimu.access import require_right
from jimu.api.answers import Answer
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.care_bodies import dump_trace, read_ids
from jimu.api.endpoints import WRITE_ERRORS, Endpoint
from jimu.api.records import path_id
from jimu.care.anonymising import is_personal
from jimu.care.erasing import erase, export_traces, find_traces
from jimu.care.retention import preview_retention
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.fieldtypes.ids import encode_id
from jimu.records.one import require_record
from jimu.settings import Settings

Parameters = Mapping[str, Any]


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


def _is_person(manifest: Manifest, object: ObjectDef) -> bool:
    return is_personal(manifest, object.name)


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    personal = "/records/{object}/{id}/personal"
    return (
        Endpoint(
            "GET", "/retention", retention_view, "What retention will do in the next night", "retention", "retention",
            result="retention", errors=(403,),
        ),
        Endpoint(
            "GET", personal, traces_view, "What is known of a person", "records", "personal", per_object=True,
            result="traces", errors=(400, 403, 404), only=_is_person,
        ),
        Endpoint(
            "POST", f"{personal}/export", export_view, "What is known of a person, as a ZIP", "records",
            "personal_export", per_object=True, body="also", result="bytes", errors=WRITE_ERRORS, only=_is_person,
        ),
        Endpoint(
            "POST", f"{personal}/erase", erase_view, "Erase what is known of a person", "records", "personal_erase",
            per_object=True, action="delete", body="also", result="erased", errors=WRITE_ERRORS, idempotent=True,
            description="Cannot be taken back.", only=_is_person,
        ),
    )  # fmt: skip
