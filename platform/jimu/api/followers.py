"""Followers of a record over the API: who follows it, and to follow it oneself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.api.answers import Answer
from jimu.api.call import Call
from jimu.api.endpoints import RECORD_ERRORS, Endpoint
from jimu.api.parameters import ParameterSet, integer, text
from jimu.api.records import NO_RECORD, path_id
from jimu.errors import NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.flows.followers import follow, followers_of_record, following_state, unfollow
from jimu.flows.followers.following import require_followable
from jimu.settings import Settings

Parameters = Mapping[str, Any]


def list_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    record = _record(call, object, id)
    found = followers_of_record(record, call.context, parameters["limit"], parameters["after"] or None)
    return Answer(
        {
            "followers": [
                {
                    "person": encode_id(one.person),
                    "name": one.name,
                    "reason": one.reason,
                    "since": one.since.isoformat() if one.since is not None else None,
                }
                for one in found.followers
            ],
            "next": found.next,
        }
    )


def state_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    return _state(call, _record(call, object, id))


def follow_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    record = _record(call, object, id)
    follow(record, call.context)
    return _state(call, record)


def unfollow_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    record = _record(call, object, id)
    unfollow(record, call.context)
    return _state(call, record)


def _record(call: Call, object: str, id: str) -> int:
    """The id in the address, if it is one of a record of ``object`` that can be followed. Raises NotFound."""
    record = path_id(id)
    if require_followable(record, call.context) != object:
        raise NotFound(NO_RECORD)
    return record


def _state(call: Call, record: int) -> Answer:
    found = following_state(record, call.context)
    return Answer({"following": found.is_on, "reason": found.reason or None, "count": found.count})


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    page = ParameterSet(
        (
            integer("limit", "The most people to answer with.", default=50, least=1, most=settings.max_page_size),
            text("after", "`next` of the page before: the next page.", most=2000),
        )
    )
    path = "/records/{object}/{id}/following"
    return (
        Endpoint(
            "GET", "/records/{object}/{id}/followers", list_view, "Who follows a record", "records", "followers",
            parameters=page, result="Followers", errors=RECORD_ERRORS,
        ),
        Endpoint("GET", path, state_view, "Whether you follow a record", "records", "following",
                 result="Following", errors=RECORD_ERRORS),
        Endpoint("PUT", path, follow_view, "Follow a record", "records", "follow",
                 result="Following", errors=(403, *RECORD_ERRORS)),
        Endpoint("DELETE", path, unfollow_view, "Follow a record no longer, also where you would without asking",
                 "records", "unfollow", result="Following", errors=(403, *RECORD_ERRORS)),
    )  # fmt: skip
