"""Duplicates: what values would be taken for, the groups that were found, looking for them anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.access import require_action
from jimu.api.answers import Answer
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.endpoints import RECORD_ERRORS, WRITE_ERRORS, Endpoint
from jimu.api.parameters import ParameterSet, text
from jimu.api.records import path_id
from jimu.api.schemas import record_schema
from jimu.care.crossing import dismiss_crossing, find_crossing, find_crossings
from jimu.care.scanning import ask_for_scan, crossing_rules
from jimu.care.workbench import Cluster, dismiss, find_clusters, get_cluster
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.errors import Invalid
from jimu.fieldtypes.ids import encode_id
from jimu.records import Create, Update, write
from jimu.records.draft import INVALID
from jimu.settings import Settings

Parameters = Mapping[str, Any]


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


def clusters_view(call: Call, parameters: Parameters, object: str) -> Answer:
    require_action(call.actor, call.manifest, object, "read")
    page = find_clusters(object, call.context, rule=parameters["rule"], after=parameters["after"] or None)
    clusters = [dump_cluster(cluster) for cluster in page.clusters]
    return Answer({"clusters": clusters, "next": page.next, "total": page.total})


def dump_cluster(cluster: Cluster) -> dict[str, Any]:
    return {
        "id": encode_id(cluster.id),
        "rule": cluster.rule,
        "score": cluster.score,
        "records": [{"id": encode_id(id), "title": title} for id, title in cluster.members.items()],
        "hidden": cluster.hidden,
    }


def crossings_view(call: Call, parameters: Parameters, object: str) -> Answer:
    page = find_crossings(object, call.context, rule=parameters["rule"], after=parameters["after"] or None)
    found = [
        {
            "id": encode_id(c.id),
            "rule": c.rule,
            "record": {"id": encode_id(c.about), "title": c.title},
            "others": [
                {"object": o.object, "id": encode_id(o.id), "title": o.title, "score": o.score} for o in c.others
            ],
            "hidden": c.hidden,
        }
        for c in page.crossings
    ]
    return Answer({"crossings": found, "next": page.next, "total": page.total})


def scan_view(call: Call, parameters: Parameters, object: str) -> Answer:
    for action in ("update", "delete"):
        require_action(call.actor, call.manifest, object, action)
    ask_for_scan(object, call.context)
    return Answer({"queued": True}, 202)


def dismiss_view(call: Call, parameters: Parameters, id: str) -> Answer:
    crossing = find_crossing(path_id(id), call.context)
    if crossing is not None:
        dismiss_crossing(crossing, call.context)
    else:
        dismiss(get_cluster(path_id(id), call.context), call.context)
    return Answer(status=204)


def has_rules(manifest: Manifest, object: ObjectDef) -> bool:
    return bool(object.duplicates)


def _has_crossing_rules(manifest: Manifest, object: ObjectDef) -> bool:
    return bool(crossing_rules(manifest, object.name))


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    page = ParameterSet((text("rule", "Of this duplicate rule only.", most=60), text("after", "`next` of before.")))
    return (
        Endpoint(
            "POST", "/duplicates/{object}", find_duplicates_view, "Records that would be taken for the same", "records",
            "find_duplicates", per_object=True, body="maybe_duplicate", result="duplicates", errors=WRITE_ERRORS,
            description="The values as for a new record; with `id`, as for a change of that record.",
            only=has_rules, asks=True,
        ),
        Endpoint(
            "GET", "/duplicates/{object}/clusters", clusters_view, "Groups of duplicates that were found", "records",
            "clusters", page, per_object=True, result="clusters", errors=RECORD_ERRORS, only=has_rules,
        ),
        Endpoint(
            "GET", "/duplicates/{object}/crossings", crossings_view, "Records that are like those of other objects",
            "records", "crossings", page, per_object=True, result="crossings", errors=RECORD_ERRORS,
            only=_has_crossing_rules,
        ),
        Endpoint(
            "POST", "/duplicates/{object}/scan", scan_view, "Look through all records for duplicates", "records",
            "scan", per_object=True, action="delete", result="queued", status=202, errors=WRITE_ERRORS,
            idempotent=True, only=has_rules,
        ),
        Endpoint(
            "POST", "/clusters/{id}/dismiss", dismiss_view, "Say that the records of a group are not the same",
            "duplicates", "dismiss", status=204, errors=WRITE_ERRORS, idempotent=True,
        ),
    )  # fmt: skip
