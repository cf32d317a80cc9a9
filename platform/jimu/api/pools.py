"""Pools and assignment over the API: look into a pool, claim, return, assign, what a run would return, run, explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from jimu.api.answers import Answer
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.endpoints import WRITE_ERRORS, Endpoint
from jimu.api.parameters import Parameter, ParameterSet
from jimu.api.records import path_id
from jimu.definitions.kinds.pool import PoolDef
from jimu.errors import BadRequest, Problem
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.assignments import accept, assign_by_rule, explain
from jimu.flows.pools import (
    Outcome,
    PoolRun,
    assign,
    claim,
    foresee,
    give_back,
    pools_for_member,
    require_manager,
    require_pool,
    run_pool,
    undo_run,
    usage_of,
)
from jimu.flows.pools.membership import may_manage
from jimu.messages import Message
from jimu.records.reading import reading
from jimu.settings import Settings

Parameters = Mapping[str, Any]
BAD_BODY = Message("The request cannot be understood.")


def pools_view(call: Call, parameters: Parameters) -> Answer:
    return Answer({"pools": [_pool(call, pool) for pool in pools_for_member(call.context)]})


def _pool(call: Call, pool: PoolDef) -> dict[str, Any]:
    usage = None
    if call.actor.id is not None:
        with reading(call.context) as transaction:
            found = usage_of(pool, replace(call.context, transaction=transaction))
        usage = {
            "today": found.today,
            "per_day": found.per_day,
            "held": found.held,
            "most": found.most,
            "left": found.left,
        }
    return {
        "name": pool.name,
        "label": pool.label.get(call.locale),
        "object": pool.object,
        "manager": may_manage(pool, call.context),
        "where": pool.layout.where_source if pool.layout else "",
        "reasons": [{"value": r.value, "label": r.label.get(call.locale)} for r in pool.reasons if not r.retired],
        "usage": usage,
    }


def claim_view(call: Call, parameters: Parameters, pool: str) -> Answer:
    return _outcomes(call, claim(pool, _ids(read_object(), "ids"), call.context))


def assign_view(call: Call, parameters: Parameters, pool: str) -> Answer:
    body = read_object()
    note = _text(body, "note")
    return _outcomes(call, assign(pool, _ids(body, "ids"), _ids(body, "people"), call.context, note))


def return_view(call: Call, parameters: Parameters, object: str) -> Answer:
    call.manifest.object(object)
    body = read_object()
    given = _ids(body, "ids"), _text(body, "reason"), _text(body, "note")
    return _outcomes(call, give_back(object, *given, call.context))


def place_view(call: Call, parameters: Parameters, object: str) -> Answer:
    call.manifest.object(object)
    return _outcomes(call, assign_by_rule(object, _ids(read_object(), "ids"), call.context))


def accept_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    accept(object, path_id(id), call.context)
    return Answer({"accepted": True})


def explain_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    found = explain(object, path_id(id), call.context)
    return Answer(
        {
            "rules": [
                {
                    "rule": e.rule.name,
                    "label": e.rule.label.get(call.locale),
                    "holds": e.holds,
                    "person": encode_id(e.person) if e.person else None,
                    "why": call.say(e.why) if e.why else None,
                    "candidates": [
                        {
                            "person": encode_id(v.candidate.id),
                            "name": v.candidate.name,
                            "load": v.candidate.load,
                            "today": v.candidate.today,
                            "score": v.candidate.score,
                            "hindrance": v.hindrance or None,
                        }
                        for v in e.verdicts
                    ],
                }
                for e in found
            ]
        }
    )


def preview_view(call: Call, parameters: Parameters, pool: str) -> Answer:
    found = require_pool(pool, call.context)
    require_manager(found, call.context)
    forecast = foresee(found, parameters["on"], call.context)
    owners = [
        {
            "owner": encode_id(o.owner),
            "count": o.count,
            "by_rule": dict(o.by_rule),
            "records": [
                {"id": encode_id(d.id), "rule": d.rule.name, "day": d.day.isoformat() if d.day else None}
                for d in o.records
            ],
        }
        for o in forecast.owners
    ]
    return Answer(
        {
            "pool": pool,
            "day": forecast.day.isoformat(),
            "count": forecast.count,
            "warnings": forecast.warnings,
            "owners": owners,
        }
    )


def run_view(call: Call, parameters: Parameters, pool: str) -> Answer:
    found = require_pool(pool, call.context)
    require_manager(found, call.context)
    return Answer(_run(run_pool(found, call.context, again=True)))


def undo_view(call: Call, parameters: Parameters, id: str) -> Answer:
    made = undo_run(path_id(id), call.context)
    return Answer(
        {"unit": encode_id(made.id), "state": made.state, "changed": made.changed, "left": made.failures + made.skipped}
    )


def _run(run: PoolRun) -> dict[str, Any]:
    return {
        "id": encode_id(run.id),
        "pool": run.pool,
        "day": run.day.isoformat(),
        "number": run.number,
        "state": run.state,
        "returned": run.returned,
        "warned": run.warned,
        "failures": run.failures,
    }


def _outcomes(call: Call, outcomes: Sequence[Outcome]) -> Answer:
    rows = [
        {
            "id": encode_id(o.id),
            "status": o.status,
            "code": o.code or None,
            "message": call.say(o.message) if o.message else None,
            "owner": encode_id(o.person) if o.person else None,
            "at": o.at,
        }
        for o in outcomes
    ]
    return Answer({"done": sum(o.is_done for o in outcomes), "results": rows})


def _ids(body: Mapping[str, Any], name: str) -> list[int]:
    given = body.get(name)
    try:
        if isinstance(given, list) and given:
            return [decode_id(text) for text in given]
    except (TypeError, ValueError, AttributeError):
        pass
    problem = Problem("bad_ids", Message("{name} must be a list of ids.", {"name": name}), name)
    raise BadRequest(BAD_BODY, [problem])


def _text(body: Mapping[str, Any], name: str) -> str:
    given = body.get(name) or ""
    if not isinstance(given, str):
        raise BadRequest(BAD_BODY, [Problem("wrong_type", Message("{name} must be a text.", {"name": name}), name)])
    return given[:1000]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(Message("A day is written like 2026-10-01.")) from None


ON = Parameter("on", "The day of the run; tomorrow if not given.", {"type": "string", "format": "date"}, _day)


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    errors = WRITE_ERRORS
    return (
        Endpoint(
            "GET",
            "/pools",
            pools_view,
            "The pools that you may look into, with your limits",
            "pools",
            "pools",
            result="any",
        ),
        Endpoint(
            "POST",
            "/pools/{pool}/claim",
            claim_view,
            "Claim records: {ids}",
            "pools",
            "claim",
            body="any",
            result="any",
            errors=errors,
        ),
        Endpoint(
            "POST",
            "/pools/{pool}/assign",
            assign_view,
            "Assign records to people in turn: {ids, people, note}",
            "pools",
            "assign",
            body="any",
            result="any",
            errors=errors,
        ),
        Endpoint(
            "GET",
            "/pools/{pool}/preview",
            preview_view,
            "What a day's run would return, per owner",
            "pools",
            "preview_pool",
            ParameterSet((ON,)),
            result="any",
            errors=(403, 404),
        ),
        Endpoint(
            "POST", "/pools/{pool}/run", run_view, "Run the pool now", "pools", "run_pool", result="any", errors=errors
        ),
        Endpoint(
            "POST",
            "/pool-runs/{id}/undo",
            undo_view,
            "Take a run back",
            "pools",
            "undo_pool_run",
            result="any",
            errors=errors,
        ),
        Endpoint(
            "POST",
            "/pools/return/{object}",
            return_view,
            "Return records to their pools: {ids, reason, note}",
            "pools",
            "return",
            body="any",
            result="any",
            errors=errors,
        ),
        Endpoint(
            "POST",
            "/assignments/{object}",
            place_view,
            "Assign records by rule: {ids}",
            "pools",
            "assign_by_rule",
            body="any",
            result="any",
            errors=errors,
        ),
        Endpoint(
            "POST",
            "/assignments/{object}/{id}/accept",
            accept_view,
            "Take up what you were given",
            "pools",
            "accept",
            result="any",
            errors=errors,
        ),
        Endpoint(
            "GET",
            "/assignments/{object}/{id}/explain",
            explain_view,
            "Who would get the record by each rule, and why",
            "pools",
            "explain_assignment",
            result="any",
            errors=(403, 404),
        ),
    )
