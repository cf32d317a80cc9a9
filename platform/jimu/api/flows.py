"""Stages, automations and deliveries over the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.access.rights import require_right
from jimu.access.rules import require_action
from jimu.api.answers import Answer
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.endpoints import WRITE_ERRORS, Endpoint
from jimu.api.records import path_id
from jimu.definitions.kinds.automation import AutomationDef
from jimu.errors import BadRequest, NotFound, Problem
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.actions.calls import as_json
from jimu.flows.automations import Trial, discard, run_again, set_off, try_out
from jimu.flows.notices import send_anew
from jimu.flows.stages import progress_of
from jimu.formulas.formula import Formula
from jimu.messages import Message
from jimu.records import read
from jimu.settings import Settings

Parameters = Mapping[str, Any]


def stages_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    record = read.get(object, path_id(id), call.context)
    progress = progress_of(record, call.context)
    if progress is None:
        raise NotFound(Message("This record goes through no stages."))
    return Answer(
        {
            "flow": progress.stages.name,
            "field": progress.stages.field,
            "stage": progress.current.value if progress.current else None,
            "entered_at": as_json(progress.entered_at),
            "due_at": as_json(progress.due_at),
            "stages": [
                {
                    "stage": step.stage.value,
                    "label": step.label.get(call.locale),
                    "state": step.state,
                    "days": round(step.days, 2) if step.days is not None else None,
                    "may_go": step.may_go,
                    "needs_reason": step.needs_reason,
                    "requires": list(step.stage.requires),
                    "closed": step.stage.closed or None,
                }
                for step in progress.steps
            ],
        }
    )


def automations_view(call: Call, parameters: Parameters) -> Answer:
    require_right(call.actor, call.manifest, "configure")
    found = sorted(call.manifest.all("automation").values(), key=lambda a: (a.object, a.order, a.name))
    return Answer({"automations": [_automation(automation, call) for automation in found]})


def _automation(automation: AutomationDef, call: Call) -> dict[str, Any]:
    return {
        "name": automation.name,
        "label": automation.label.get(call.locale),
        "object": automation.object,
        "when": [trigger.kind for trigger in automation.triggers],
        "at": automation.at,
        "if": automation.condition.source if automation.condition is not None else None,
        "do": [action.kind for action in automation.actions],
        "order": automation.order,
        "active": automation.active,
    }


def try_view(call: Call, parameters: Parameters, name: str) -> Answer:
    require_right(call.actor, call.manifest, "configure")
    record = record_of(read_object())
    automation = find_automation(call, name)
    read.get(automation.object, record, call.context)
    return Answer(_trial(try_out(name, record, call.context)))


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "holds": trial.holds,
        "waits": trial.waits,
        "error": trial.error,
        "writes": [
            {"action": kind, "object": object, "values": {n: _value(v) for n, v in values.items()}}
            for kind, object, values in trial.writes
        ],
    }


def _value(value: Any) -> Any:
    return value.source if isinstance(value, Formula) else as_json(value)


def set_off_view(call: Call, parameters: Parameters, name: str) -> Answer:
    """The incoming webhook: another system says that something has happened to a record."""
    record = record_of(read_object())
    automation = find_automation(call, name)
    require_action(call.actor, call.manifest, automation.object, "update")
    read.get(automation.object, record, call.context)
    set_off(automation, record, call.context)
    return Answer({"queued": True}, 202)


def retry_view(call: Call, parameters: Parameters, id: str) -> Answer:
    require_right(call.actor, call.manifest, "configure")
    run_again(path_id(id), call.context)
    return Answer(status=204)


def discard_view(call: Call, parameters: Parameters, id: str) -> Answer:
    require_right(call.actor, call.manifest, "configure")
    discard(path_id(id), call.context)
    return Answer(status=204)


def send_view(call: Call, parameters: Parameters, id: str) -> Answer:
    require_right(call.actor, call.manifest, "configure")
    send_anew(path_id(id), call.context)
    return Answer({"delivery": encode_id(path_id(id))}, 202)


def find_automation(call: Call, name: str) -> AutomationDef:
    found: AutomationDef | None = call.manifest.all("automation").get(name)
    if found is None:
        raise NotFound(Message("There is no automation called {name}.", {"name": name}))
    return found


def record_of(body: Mapping[str, Any]) -> int:
    given = body.get("record")
    try:
        return decode_id(given if isinstance(given, str) else "")
    except ValueError:
        message = Message("{name} must be the id of a record.", {"name": "record"})
        raise BadRequest(message, [Problem("bad_id", message, "record")]) from None


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            "GET",
            "/records/{object}/{id}/stages",
            stages_view,
            "How far a record is on its way through the stages",
            "flows",
            "stages",
            result="any",
            errors=(404,),
        ),
        Endpoint(
            "GET",
            "/automations",
            automations_view,
            "The automations",
            "flows",
            "automations",
            result="any",
            errors=(403,),
        ),
        _post("/automations/{name}/try", try_view, "What it would do to a record: {record}", "try_automation"),
        _post("/automations/{name}/set-off", set_off_view, "Set it off for a record: {record}", "set_off", 202),
        _post("/automation-runs/{id}/retry", retry_view, "Try a failed run again", "retry_automation_run", 204),
        _post("/automation-runs/{id}/discard", discard_view, "Discard a failed run", "discard_automation_run", 204),
        _post("/deliveries/{id}/send", send_view, "Send a notice or webhook again", "send_delivery", 202),
    )


def _post(path: str, view: Any, summary: str, name: str, status: int = 200) -> Endpoint:
    """The body and the answer are any JSON; what a body holds stands in braces in the summary."""
    body = "any" if "{" in summary else None
    result = None if status == 204 else "any"
    return Endpoint(
        "POST", path, view, summary, "flows", name, body=body, result=result, status=status, errors=WRITE_ERRORS
    )
