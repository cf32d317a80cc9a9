"""Why somebody may do something to a record, or not: every rule that has a say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.access.explain import Explanation, FieldReason
from jimu.api.answers import Answer
from jimu.api.call import Call
from jimu.api.endpoints import Endpoint
from jimu.api.parameters import Parameter, ParameterSet, text
from jimu.errors import NotFound
from jimu.fieldtypes.ids import PATTERN, decode_id, encode_id
from jimu.messages import Message
from jimu.records.explaining import explain_access
from jimu.settings import Settings

BAD_ID = Message("An id has 13 characters.")


def explain_view(call: Call, parameters: Mapping[str, Any]) -> Answer:
    user = parameters["user"] or call.actor.id
    if not user:
        raise NotFound(Message("There is no such user."))
    found = explain_access(parameters["object"], parameters["record"], user, call.context)
    return Answer(
        {
            "user": encode_id(user),
            "object": parameters["object"],
            "record": encode_id(parameters["record"]),
            "actions": {e.action: _action(call, e) for e in found.actions},
            "fields": {f.field: _field(f) for f in found.fields},
        }
    )


def _action(call: Call, explanation: Explanation) -> dict[str, Any]:
    return {
        "allowed": explanation.allowed,
        "reasons": [
            {
                "rule": reason.rule,
                "message": reason.message.render(call.translate),
                "kind": "restriction" if reason.takes else "grant",
                "holds": reason.holds,
            }
            for reason in explanation.reasons
        ],
    }


def _field(reason: FieldReason) -> dict[str, Any]:
    return {"level": "mask" if reason.masked_here else reason.level, "roles": dict(reason.roles)}


def _id(given: str) -> int:
    try:
        return decode_id(given)
    except ValueError:
        raise ValueError(BAD_ID) from None


_ID = {"type": "string", "pattern": PATTERN}
OBJECT = text("object", "The object's name.", required=True, example="lead")
RECORD = Parameter("record", "The record's id.", _ID, _id, required=True, example="05DX2RC1G4000")
USER = Parameter("user", "Whose access is explained; without it, your own.", _ID, _id, example="05DX2RC1G4000")


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            "GET",
            "/access/explain",
            explain_view,
            "Why somebody may do what to a record",
            "access",
            "explain_access",
            ParameterSet((OBJECT, RECORD, USER)),
            result="access_explanation",
            errors=(403, 404),
            description="For each action the rules that have a say: those that grant, whether they cover the record, "
            "and restrictions, whether they let it through. About others only with the right users or view_all.",
        ),
    )
