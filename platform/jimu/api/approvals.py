"""Approvals over the API: boxes, one approval with its history, asking, every decision, administration, the way ahead.

Tasks and approvals are records too (``/records/approval_task``); here is what can be done with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from jimu.api.answers import Answer
from jimu.api.approval_bodies import (
    Reader,
    bad,
    read_adding,
    read_comment,
    read_decision,
    read_department,
    read_handing,
    read_nothing,
    read_people,
    read_picks,
    read_target,
    read_to,
)
from jimu.api.approval_dumps import dump_done, dump_forecast, dump_id, dump_item, dump_panel
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.care_bodies import read_id, read_ids, read_mapping, read_name
from jimu.api.endpoints import WRITE_ERRORS, Endpoint
from jimu.api.errors import dump_error
from jimu.api.parameters import ParameterSet, choice, integer, text
from jimu.api.records import path_id
from jimu.errors import JimuError
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals import events, service
from jimu.flows.approvals.batches import decide_batch
from jimu.flows.approvals.departments import choices
from jimu.flows.approvals.foreseeing import foresee
from jimu.flows.approvals.inbox import BOXES, box, mark_read, monitor
from jimu.flows.approvals.looking_after import require_looking_after
from jimu.flows.approvals.panel import approvals_of, panel
from jimu.flows.approvals.service import Request
from jimu.flows.approvals.versions import flows_of
from jimu.records import read
from jimu.records.reading import reading
from jimu.settings import Settings

Parameters = Mapping[str, Any]
MOST_AT_ONCE = 5_000  # whatever the flows say


# --- reading ---


def box_view(call: Call, parameters: Parameters) -> Answer:
    found = box(
        parameters["box"], call.context, after=parameters["after"] or None, limit=parameters["limit"],
        flow=parameters["flow"],
    )  # fmt: skip
    return Answer({"items": [dump_item(i) for i in found.items], "next": found.next})


def monitor_view(call: Call, parameters: Parameters) -> Answer:
    require_looking_after(call.context)
    state, overdue = parameters["state"], parameters["state"] == "overdue"
    found = monitor(call.context, state="" if overdue else state, overdue=overdue, limit=parameters["limit"])
    return Answer({"items": [dump_item(i) for i in found]})


def one_view(call: Call, parameters: Parameters, id: str) -> Answer:
    return Answer(dump_panel(call, panel(path_id(id), call.context)))


def read_view(call: Call, parameters: Parameters, id: str) -> Answer:
    read_object()
    panel(path_id(id), call.context)
    mark_read(path_id(id), call.context)
    return Answer({"read": True})


def of_record_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    record = read.get(object, path_id(id), call.context, titles=False)
    rows = approvals_of(record.id, call.context)
    return Answer(
        {
            "approvals": [
                {
                    "id": encode_id(row["id"]), "flow": row["flow"], "state": row["state"], "round": row["round"],
                    "purpose": row["purpose"], "submitter": dump_id(row["owner"]), "since": row["created_at"],
                    "ended_at": row["ended_at"], "running": row["key"] is not None,
                }
                for row in rows
            ]
        }
    )  # fmt: skip


def flows_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    """The flows by which the record could be approved now, with whom the asker has to choose, and the departments among
    which (the main one first) where the flow goes by it.
    """
    record = read.get(object, path_id(id), call.context, titles=False)
    found = []
    with reading(call.context) as transaction:
        inner = replace(call.context, transaction=transaction)
        for flow in flows_of(call.manifest, object):
            wish = Request(object, record.id, flow.name)
            if "button" in flow.trigger.on and service.fits(flow, wish, inner):
                places = choices(flow, int(call.actor.id or 0), inner)
                found.append(
                    {"flow": flow.name, "label": flow.label.get(call.locale), "help": flow.help.get(call.locale),
                     "picks": _picks(flow, call),
                     "departments": [{"id": encode_id(d.id), "name": d.name} for d in places]}
                )  # fmt: skip
    return Answer({"flows": found})


def _picks(flow: Any, call: Call) -> list[dict[str, Any]]:
    return [
        {"node": node.name, "label": node.label.get(call.locale) or node.name, "from": list(rule.range),
         "least": rule.least, "most": rule.most}
        for node in flow.nodes.values()
        for rule in getattr(node, "approvers", ())
        if rule.kind == "pick" and rule.of == "submitter"
    ]  # fmt: skip


def foresee_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    """Who would be asked if the record were handed in now; nothing is stored."""
    body = read_object()
    record = read.get(object, path_id(id), call.context, titles=False)
    picks, department = read_picks(body), read_department(body)
    with reading(call.context) as transaction:
        inner = replace(call.context, transaction=transaction)
        wish = Request(object, record.id, str(body.get("flow") or ""), picks=picks, department=department)
        flow = service.choose_flow(wish, inner)
        forecast = foresee(flow, record.id, inner, picks=picks, department=department)
    return Answer(dump_forecast(call, forecast))


# --- asking ---


def start_view(call: Call, parameters: Parameters) -> Answer:
    body = read_object()
    held = read_mapping(body, "changes") or None
    purpose = str(body.get("purpose") or ("change" if held else "record"))
    if purpose not in ("record", "change", "delete") or (purpose == "change") != bool(held):
        raise bad("purpose")
    wish = Request(
        read_name(body, "object"), read_id(body.get("record"), "record"), str(body.get("flow") or ""),
        read_comment(body), read_picks(body), purpose, held, department=read_department(body),
    )  # fmt: skip
    return dump_done(call, service.start(wish, call.context), 201)


def resubmit_view(call: Call, parameters: Parameters, id: str) -> Answer:
    body = read_object()
    picks, department = read_picks(body), read_department(body)
    comment = read_comment(body)
    done = service.resubmit(path_id(id), call.context, comment=comment, picks=picks, department=department)
    return dump_done(call, done)


def restart_view(call: Call, parameters: Parameters, id: str) -> Answer:
    body = read_object()
    asked = service.Restarting(read_comment(body), read_picks(body), read_department(body))
    return dump_done(call, service.restart(path_id(id), asked, call.context), 201)


def revoke_view(call: Call, parameters: Parameters, id: str) -> Answer:
    return dump_done(call, service.revoke(path_id(id), call.context, comment=read_comment(read_object())), 201)


# --- deciding ---


def _decision(answer: str) -> Callable[..., Answer]:
    def view(call: Call, parameters: Parameters, id: str) -> Answer:
        return dump_done(call, service.decide(path_id(id), read_decision(answer, read_object()), call.context))

    return view


def batch_view(call: Call, parameters: Parameters) -> Answer:
    body = read_object()
    tasks = read_ids(body, "tasks")
    answer = str(body.get("answer") or "approve")
    if answer not in ("approve", "reject", "done"):
        raise bad("answer")
    if not tasks or len(tasks) > MOST_AT_ONCE:
        raise bad("tasks")
    found = decide_batch(tasks, read_decision(answer, {**body, "key": ""}), call.context)
    rows = [
        {"task": encode_id(b.task), "done": b.error is None, "error": _error(call, b.error)}
        for b in found.results
    ]
    done = sum(b.error is None for b in found.results)
    return Answer({"done": done, "results": rows, "queued": found.queued}, 202 if found.queued else 200)


def _error(call: Call, error: JimuError | None) -> dict[str, Any] | None:
    return dump_error(error, call.translate) if error is not None else None


ON_TASKS: dict[str, tuple[type[events.Event], Reader, str]] = {
    "return": (events.Return, read_target, "Return it: {target: start or the name of a step, comment}"),
    "transfer": (events.Transfer, read_handing, "Hand it on for good: {to, comment, later: also what comes later}"),
    "delegate": (events.Delegate, read_to, "Ask somebody's opinion: {to, comment}"),
    "recall": (events.Recall, read_nothing, "Take back what was delegated"),
    "add": (events.AddSign, read_adding, "Add people: {people, relation: before, after or parallel, method}"),
    "remove": (events.RemoveSign, read_nothing, "Take an added person away"),
    "reclaim": (events.Reclaim, read_nothing, "Take back one's own decision"),
    "claim": (events.Claim, read_nothing, "Claim a task of a pool"),
    "unclaim": (events.Unclaim, read_nothing, "Give a task back to its pool"),
    "reassign": (events.Reassign, read_to, "Give it to somebody else, as an administrator: {to, comment}"),
}

ON_APPROVALS: dict[str, tuple[type[events.Event], Reader, str]] = {
    "withdraw": (events.Withdraw, read_nothing, "Withdraw it"),
    "urge": (events.Urge, read_nothing, "Remind whose turn it is"),
    "comment": (events.Comment, read_people, "Say something: {comment, people}"),
    "copy": (events.CopyTo, read_people, "Send copies: {people}"),
    "signal": (events.Signal, lambda body: {"name": read_name(body, "name")}, "Tell what a step waits for: {name}"),
    "jump": (events.Jump, lambda body: {"node": read_name(body, "node")}, "Go to a step: {node, comment}"),
    "terminate": (events.Terminate, read_nothing, "End it: {comment}"),
    "suspend": (events.Suspend, read_nothing, "Stop it for a while: {comment}"),
    "continue": (events.Continue, read_nothing, "Let it go on: {comment}"),
    "repair": (events.Repair, read_nothing, "Try again what failed: {comment}"),
}


def _on_task(kind: type[events.Event], given: Reader) -> Callable[..., Answer]:
    def view(call: Call, parameters: Parameters, id: str) -> Answer:
        body = read_object()
        done = service.on_task(kind, path_id(id), call.context, comment=read_comment(body), **given(body))
        return dump_done(call, done)

    return view


def _on_approval(kind: type[events.Event], given: Reader) -> Callable[..., Answer]:
    def view(call: Call, parameters: Parameters, id: str) -> Answer:
        body = read_object()
        done = service.on_approval(kind, path_id(id), call.context, comment=read_comment(body), **given(body))
        return dump_done(call, done)

    return view


# --- endpoints ---

_BOX = ParameterSet(
    (
        choice("box", "Which box.", BOXES, "pending"),
        text("flow", "Only of this flow.", most=60),
        text("after", "The cursor of the page before.", most=500),
        integer("limit", "So many at most.", default=50, least=1, most=200),
    )
)
_MONITOR = ParameterSet(
    (
        choice("state", "Only these.", ("", "running", "returned", "suspended", "error", "overdue"), ""),
        integer("limit", "So many at most.", default=100, least=1, most=500),
    )
)


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    def get(path: str, view: Any, summary: str, name: str, parameters: ParameterSet | None = None) -> Endpoint:
        errors = (404,) if "{" in path else (403,)
        return Endpoint("GET", path, view, summary, "approvals", name, parameters or ParameterSet(), result="any",
                        errors=errors)  # fmt: skip

    def post(path: str, view: Any, summary: str, name: str, status: int = 200) -> Endpoint:
        return Endpoint("POST", path, view, summary, "approvals", name, body="any", result="any", status=status,
                        errors=WRITE_ERRORS, idempotent=True, of="approval", asks=name == "foresee")  # fmt: skip

    on_tasks = [
        post(f"/approval-tasks/{{id}}/{n}", _on_task(kind, given), summary, f"task_{n}")
        for n, (kind, given, summary) in ON_TASKS.items()
    ]
    on_approvals = [
        post(f"/approvals/{{id}}/{n}", _on_approval(kind, given), summary, f"approval_{n}")
        for n, (kind, given, summary) in ON_APPROVALS.items()
    ]
    decisions = [
        post(f"/approval-tasks/{{id}}/{n}", _decision(n), f"{words}: {{comment, changes, record_version}}", f"task_{n}")
        for n, words in (("approve", "Approve"), ("reject", "Reject"), ("done", "Say that it is done"))
    ]
    return (
        get("/approvals", box_view, "What you have to do with approvals", "approvals", _BOX),
        get("/approvals/monitor", monitor_view, "Approvals that need looking after", "approvals_monitor", _MONITOR),
        get("/approvals/{id}", one_view, "One approval: where it is, its tasks, its history", "approval"),
        get("/records/{object}/{id}/approvals", of_record_view, "The approvals of a record", "record_approvals"),
        get("/records/{object}/{id}/approval-flows", flows_view, "By which flows it can be approved", "record_flows"),
        post("/records/{object}/{id}/foresee-approval", foresee_view, "Who would be asked: {flow, picks}", "foresee"),
        post("/approvals", start_view, "Ask: {object, record, flow, comment, picks, department}", "ask", 201),
        post("/approvals/{id}/resubmit", resubmit_view, "Hand it in again: {comment, picks}", "approval_resubmit"),
        post("/approvals/{id}/read", read_view, "Note that a copy was read", "approval_read"),
        post("/approvals/{id}/restart", restart_view, "Start it again: {comment, picks}", "approval_restart", 201),
        post("/approvals/{id}/revoke", revoke_view, "Ask to revoke it: {comment}", "approval_revoke", 201),
        post("/approval-tasks/decide", batch_view, "One answer to many tasks: {tasks, answer, comment}", "task_batch"),
        *decisions,
        *on_tasks,
        *on_approvals,
    )
