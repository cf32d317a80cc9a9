"""Bulk actions over many records as units: start one by ids or by a condition, foresee it, follow it, take it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from jimu.api.answers import Answer
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.endpoints import RECORD_ERRORS, WRITE_ERRORS, Endpoint
from jimu.api.parameters import ParameterSet
from jimu.bulk import (
    Change,
    Item,
    MassRequest,
    Run,
    Selection,
    carry_on,
    failures_of,
    foresee_undo,
    load_run,
    pause,
    resume,
    start,
    start_undo,
    stop,
    try_out,
)
from jimu.bulk.hand_over import find_other_work, foresee, holdings_of, require_hand_over, require_plan, start_hand_over
from jimu.errors import BadRequest, NotFound
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.messages import Message, Translator
from jimu.settings import Settings
from jimu.translation import translator

Parameters = Mapping[str, Any]
MOST_FAILURES = 200
MOST_API_IDS = 10_000


def dump_run(run: Run, say: Translator) -> dict[str, Any]:
    return {
        "id": encode_id(run.id),
        "subject": run.subject_in(say),
        "action": run.action,
        "object": run.object or None,
        "state": run.state,
        "total": run.total,
        "handled": run.handled,
        "changed": run.changed,
        "created": run.made,
        "unchanged": run.unchanged,
        "skipped": run.skipped,
        "failures": run.failures,
        "related": run.related,
        "problem": run.problem_in(say) or None,
        "can_undo": run.can_undo,
        "undoes": encode_id(run.undoes) if run.undoes else None,
        "undone_by": encode_id(run.undone_by) if run.undone_by else None,
    }


def dump_item(item: Item, object: str, say: Translator) -> dict[str, Any]:
    return {
        "id": encode_id(item.id) if item.id else None,
        "object": item.object or object,
        "status": item.status,
        "reason": item.reason.render(say) if item.reason else None,
        "row": item.row or None,
    }


def read_request(body: Mapping[str, Any]) -> MassRequest:
    """``{"object", "action", "ids" | "where" | "search", "values" | "changes", "options", "all_or_nothing"}``."""
    try:
        ids = tuple(dict.fromkeys(decode_id(id) for id in body.get("ids") or ()))
        where = body.get("where") or ()
        conditions = tuple([where] if isinstance(where, str) else where)
        changes = [Change(c["field"], c.get("operation", "set"), c.get("value")) for c in body.get("changes") or ()]
        changes += [Change(n, "set" if v is not None else "blank", v) for n, v in (body.get("values") or {}).items()]
        selection = Selection(
            str(body["object"]),
            ids,
            where=conditions,
            search=str(body.get("search") or ""),
            deleted=body.get("action") == "restore",
        )
        options = dict(body.get("options") or {})
    except (KeyError, ValueError, TypeError, AttributeError):
        raise BadRequest(Message("The bulk action cannot be understood.")) from None
    if len(ids) > MOST_API_IDS:
        raise BadRequest(Message("At most {most} ids go into one request.", {"most": MOST_API_IDS}))
    if not ids and not conditions and not selection.search and body.get("all") is not True:
        raise BadRequest(Message("Name ids, a condition, or all: true."))
    action: Any = str(body.get("action") or "edit")
    return MassRequest(selection, action, tuple(changes), bool(body.get("all_or_nothing")), options)


def foresee_view(call: Call, parameters: Parameters) -> Answer:
    """A dry run of the first records; nothing is changed."""
    asked = read_request(read_object())
    made = try_out(asked, call.context)
    object, say = asked.selection.object, translator(call.actor.locale)
    counts = {n: getattr(made, n) for n in ("total", "tried", "changed", "unchanged", "failures", "related")}
    return Answer({**counts, "failed": [dump_item(item, object, say) for item in made.failed]})


def start_view(call: Call, parameters: Parameters) -> Answer:
    """Few records are changed at once, many by a job: follow ``state``."""
    run = start(read_request(read_object()), call.context)
    if not run.is_job:
        run = carry_on(run.id, call.context)
    return Answer(dump_run(run, call.translate), status=202 if run.is_running else 201)


def _load(call: Call, id: str) -> Run:
    try:
        return load_run(decode_id(id), call.context)
    except ValueError:
        raise NotFound(Message("There is no such record.")) from None


def get_view(call: Call, parameters: Parameters, id: str) -> Answer:
    return Answer(dump_run(_load(call, id), call.translate))


def failures_view(call: Call, parameters: Parameters, id: str) -> Answer:
    run = _load(call, id)
    say, found = translator(call.actor.locale), failures_of(run, call.context, MOST_FAILURES)
    return Answer({"failures": [dump_item(item, run.object, say) for item in found]})


def conflicts_view(call: Call, parameters: Parameters, id: str) -> Answer:
    """What taking the unit back would meet."""
    run = _load(call, id)
    made = foresee_undo(run, call.context)
    say = translator(call.actor.locale)
    first = [{**dump_item(c.item, run.object, say), "reason": c.reason.render(say)} for c in made.first]
    counts = {n: getattr(made, n) for n in ("total", "judged", "conflicts", "lost")}
    return Answer({**counts, "first": first})


def undo_view(call: Call, parameters: Parameters, id: str) -> Answer:
    """``{"overwrite": true}``: also records that were changed since."""
    body = read_object() if request.content_length else {}
    run = start_undo(_load(call, id), call.context, overwrite=body.get("overwrite") is True)
    if not run.is_job:
        run = carry_on(run.id, call.context)
    return Answer(dump_run(run, call.translate), status=202 if run.is_running else 201)


def pause_view(call: Call, parameters: Parameters, id: str) -> Answer:
    return Answer(dump_run(pause(_load(call, id), call.context), call.translate))


def resume_view(call: Call, parameters: Parameters, id: str) -> Answer:
    return Answer(dump_run(resume(_load(call, id), call.context), call.translate), status=202)


def stop_view(call: Call, parameters: Parameters, id: str) -> Answer:
    return Answer(dump_run(stop(_load(call, id), call.context), call.translate))


def holdings_view(call: Call, parameters: Parameters, id: str) -> Answer:
    """What a person holds that the asker may hand over."""
    try:
        leaver = decode_id(id)
    except ValueError:
        raise NotFound(Message("There is no such record.")) from None
    require_hand_over(leaver, call.context)
    held = holdings_of(leaver, call.context)
    found = [{"object": h.object.name, "field": h.field.name, "count": h.count} for h in held]
    others = [{"object": work.object, "count": work.count} for work in find_other_work(leaver, call.context)]
    return Answer({"holdings": found, "others": others})


def foresee_hand_over_view(call: Call, parameters: Parameters) -> Answer:
    made = foresee(require_plan(read_object()), call.context)
    shares = {encode_id(person): dict(share) for person, share in made.shares.items()}
    return Answer({"total": made.total, "stay": made.stay, "shares": shares})


def hand_over_view(call: Call, parameters: Parameters) -> Answer:
    return Answer(dump_run(start_hand_over(require_plan(read_object()), call.context), call.translate), status=202)


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    none = ParameterSet()
    write, one = (400, *WRITE_ERRORS), "/units/{id}"
    return (
        Endpoint("POST", "/units/foresee", foresee_view, "Foresee a bulk action", "bulk", "foresee_unit", none,
                 body="any", result="any", errors=write, description=_HOW, asks=True),
        Endpoint("POST", "/units", start_view, "Start a bulk action", "bulk", "start_unit", none,
                 body="any", result="any", status=202, errors=write, idempotent=True, description=_HOW),
        Endpoint("GET", one, get_view, "How far a bulk action is", "bulk", "get_unit", none, result="any",
                 errors=RECORD_ERRORS),
        Endpoint("GET", f"{one}/failures", failures_view, "What failed in a bulk action", "bulk", "unit_failures", none,
                 result="any", errors=RECORD_ERRORS),
        Endpoint("GET", f"{one}/conflicts", conflicts_view, "What undoing would meet", "bulk", "unit_conflicts", none,
                 result="any", errors=RECORD_ERRORS),
        Endpoint("POST", f"{one}/undo", undo_view, "Take a bulk action back", "bulk", "undo_unit", none,
                 body="any", result="any", status=202, errors=write),
        Endpoint("POST", f"{one}/pause", pause_view, "Pause a bulk action", "bulk", "pause_unit", none,
                 result="any", errors=write),
        Endpoint("POST", f"{one}/resume", resume_view, "Let a bulk action go on", "bulk", "resume_unit", none,
                 result="any", status=202, errors=write),
        Endpoint("POST", f"{one}/stop", stop_view, "Stop a bulk action", "bulk", "stop_unit", none,
                 result="any", errors=write),
        Endpoint("GET", "/hand-overs/{id}/holdings", holdings_view, "What a person holds", "bulk", "holdings", none,
                 result="any", errors=(403, *RECORD_ERRORS)),
        Endpoint("POST", "/hand-overs/foresee", foresee_hand_over_view, "Foresee a hand-over", "bulk",
                 "foresee_hand_over", none, body="any", result="any", errors=write, asks=True),
        Endpoint("POST", "/hand-overs", hand_over_view, "Hand a person's work over", "bulk", "hand_over", none,
                 body="any", result="any", status=202, errors=write, idempotent=True),
    )


_HOW = (
    "`action`: edit, tag, delete, restore, transfer, share or team; `ids`, or `where` and `search`, or `all: true`; "
    "`values` (field: value) or `changes` ([{field, operation: set|blank|add|remove, value}]); `options`: owner and "
    "along of a transfer, values of a share or team member."
)
