"""Records merged into one: those that are named, or many groups of duplicates by a rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.access import require_action
from jimu.api.answers import Answer
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.care_bodies import dump_forecast, dump_moved, read_merge, read_merges
from jimu.api.duplicates import dump_cluster, has_rules
from jimu.api.endpoints import WRITE_ERRORS, Endpoint
from jimu.api.records import dump_record
from jimu.api.units import dump_run
from jimu.care.merging import foresee_merge, merge_records
from jimu.care.merging_many import GroupForecast, foresee_merges, start_merges
from jimu.fieldtypes.ids import encode_id
from jimu.settings import Settings

Parameters = Mapping[str, Any]


def merge_view(call: Call, parameters: Parameters, object: str) -> Answer:
    require_action(call.actor, call.manifest, object, "read")
    body = read_object()
    merge = read_merge(call, object, body)
    if body.get("preview") is True:
        return Answer(dump_forecast(call, foresee_merge(merge, call.context)))
    done = merge_records(merge, call.context)
    return Answer({"record": dump_record(call, done.survivor), "unit": encode_id(done.unit), **dump_moved(done.moved)})


def foresee_many_view(call: Call, parameters: Parameters, object: str) -> Answer:
    require_action(call.actor, call.manifest, object, "read")
    told = foresee_merges(read_merges(call, object, read_object()), call.context)
    first = [_dump_group(call, one) for one in told.first]
    return Answer({"groups": told.groups, "records": told.losers, "first": first})


def _dump_group(call: Call, one: GroupForecast) -> dict[str, Any]:
    """``problem``: why the group will be left as it is."""
    told = {**dump_cluster(one.cluster), "problem": one.problem.render(call.translate) if one.problem else None}
    if one.forecast is None:
        return told
    return {**told, "master": encode_id(one.forecast.merge.master), **dump_forecast(call, one.forecast)}


def merge_many_view(call: Call, parameters: Parameters, object: str) -> Answer:
    """A job does it: follow ``state`` of the unit."""
    require_action(call.actor, call.manifest, object, "read")
    return Answer(dump_run(start_merges(read_merges(call, object, read_object()), call.context), call.translate), 202)


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    many = "/duplicates/{object}/merge"
    return (
        Endpoint(
            "POST", "/merge/{object}", merge_view, "Merge records into one", "records", "merge", per_object=True,
            action="delete", body="merge", result="merged", errors=WRITE_ERRORS, idempotent=True,
            description="What hangs on the others moves to the master; they lead to it from then on. With "
            "`preview: true` nothing is done; the answer tells what would be.",
        ),
        Endpoint(
            "POST", f"{many}/foresee", foresee_many_view, "Foresee merging many groups by a rule", "records",
            "foresee_merges", per_object=True, action="delete", body="merges", result="merges_foreseen",
            errors=WRITE_ERRORS, description=_MANY, only=has_rules, asks=True,
        ),
        Endpoint(
            "POST", many, merge_many_view, "Merge many groups of duplicates by a rule", "records", "merge_many",
            per_object=True, action="delete", body="merges", result="any", status=202, errors=WRITE_ERRORS,
            idempotent=True, description=f"{_MANY} The answer is the bulk action: `GET /units/{{id}}` follows it, "
            "`POST /units/{id}/undo` takes all of it back.", only=has_rules,
        ),
    )  # fmt: skip


_MANY = (
    "The groups named in `clusters`, else all open ones (of the duplicate `rule`) that are at least so much `alike`. "
    "Each group is merged wholly or not at all."
)
