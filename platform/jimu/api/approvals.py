"""Approvals over the API: boxes, one approval with its history, asking, every decision, administration, the way ahead.

Tasks and approvals are records too (``/records/approval_task``); here is what can be done with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from jimu.access.fields import MASK, NONE, field_access
from jimu.access.rights import has_right
from jimu.api.answers import Answer
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.care_bodies import read_id, read_ids, read_mapping, read_name
from jimu.api.endpoints import WRITE_ERRORS, Endpoint
from jimu.api.errors import dump_error
from jimu.api.parameters import ParameterSet, choice, integer, text
from jimu.api.records import path_id
from jimu.errors import BadRequest, Forbidden, JimuError, Problem
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals import events, service
from jimu.flows.approvals.driving import Done
from jimu.flows.approvals.foreseeing import Forecast, Step, foresee
from jimu.flows.approvals.inbox import BOXES, Item, box, monitor
from jimu.flows.approvals.panel import Panel, TaskView, approvals_of, panel
from jimu.flows.approvals.service import Answer as Decision
from jimu.flows.approvals.service import Request
from jimu.flows.approvals.versions import flows_of
from jimu.messages import Message
from jimu.records import Context, read
from jimu.records.reading import reading
from jimu.settings import Settings

Parameters = Mapping[str, Any]
BAD_BODY = Message("The request cannot be understood.")
_TOLD = (
    "answer", "target", "people", "method", "reason", "state", "outcome", "result", "branch", "cause", "round", "via",
    "later", "kept",
)  # fmt: skip
MOST_AT_ONCE = 500


# --- reading ---


def box_view(call: Call, parameters: Parameters) -> Answer:
    found = box(
        parameters["box"], call.context, after=parameters["after"] or None, limit=parameters["limit"],
        flow=parameters["flow"],
    )  # fmt: skip
    return Answer({"items": [_item(i) for i in found.items], "next": found.next})


def monitor_view(call: Call, parameters: Parameters) -> Answer:
    if not has_right(call.actor, call.manifest, "modify_all"):
        raise Forbidden(Message("Only who looks after approvals may do this."))
    state, overdue = parameters["state"], parameters["state"] == "overdue"
    found = monitor(call.context, state="" if overdue else state, overdue=overdue, limit=parameters["limit"])
    return Answer({"items": [_item(i) for i in found]})


def one_view(call: Call, parameters: Parameters, id: str) -> Answer:
    return Answer(_panel(call, panel(path_id(id), call.context)))


def of_record_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    record = read.get(object, path_id(id), call.context, titles=False)
    rows = approvals_of(record.id, call.context)
    return Answer(
        {
            "approvals": [
                {
                    "id": encode_id(row["id"]), "flow": row["flow"], "state": row["state"], "round": row["round"],
                    "purpose": row["purpose"], "submitter": _id(row["owner"]), "since": row["created_at"],
                    "ended_at": row["ended_at"], "running": row["key"] is not None,
                }
                for row in rows
            ]
        }
    )  # fmt: skip


def flows_view(call: Call, parameters: Parameters, object: str, id: str) -> Answer:
    """The flows by which the record could be approved now, with whom the asker has to choose and the way ahead."""
    record = read.get(object, path_id(id), call.context, titles=False)
    found = []
    with reading(call.context) as transaction:
        inner = replace(call.context, transaction=transaction)
        for flow in flows_of(call.manifest, object):
            wish = Request(object, record.id, flow.name)
            if "button" in flow.trigger.on and service.fits(flow, wish, inner):
                found.append(
                    {"flow": flow.name, "label": flow.label.get(call.locale), "help": flow.help.get(call.locale),
                     "picks": _picks(flow, call)}
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
    picks = _read_picks(body)
    with reading(call.context) as transaction:
        inner = replace(call.context, transaction=transaction)
        wish = Request(object, record.id, str(body.get("flow") or ""), picks=picks)
        flow = service.choose_flow(wish, inner)
        forecast = foresee(flow, record.id, inner, picks=picks)
    return Answer(_forecast(call, forecast))


# --- asking ---


def start_view(call: Call, parameters: Parameters) -> Answer:
    body = read_object()
    held = read_mapping(body, "changes") or None
    purpose = str(body.get("purpose") or ("change" if held else "record"))
    if purpose not in ("record", "change", "delete") or (purpose == "change") != bool(held):
        raise _bad("purpose")
    wish = Request(
        read_name(body, "object"), read_id(body.get("record"), "record"), str(body.get("flow") or ""), _comment(body),
        _read_picks(body), purpose, held,
    )  # fmt: skip
    return _done(call, service.start(wish, call.context), 201)


def resubmit_view(call: Call, parameters: Parameters, id: str) -> Answer:
    body = read_object()
    done = service.resubmit(path_id(id), call.context, comment=_comment(body), picks=_read_picks(body))
    return _done(call, done)


def revoke_view(call: Call, parameters: Parameters, id: str) -> Answer:
    return _done(call, service.revoke(path_id(id), call.context, comment=_comment(read_object())), 201)


# --- deciding ---


def _decision(answer: str) -> Callable[..., Answer]:
    def view(call: Call, parameters: Parameters, id: str) -> Answer:
        return _done(call, service.decide(path_id(id), _read_decision(answer, read_object()), call.context))

    return view


def _read_decision(answer: str, body: Mapping[str, Any]) -> Decision:
    version = body.get("record_version")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise _bad("record_version")
    return Decision(
        answer, _comment(body), read_mapping(body, "changes"), _read_picks(body),
        tuple(read_ids(body, "attachments")), str(body.get("signature") or "")[:2000], version,
        str(body.get("key") or "")[:100],
    )  # fmt: skip


def batch_view(call: Call, parameters: Parameters) -> Answer:
    body = read_object()
    tasks = read_ids(body, "tasks")
    answer = str(body.get("answer") or "approve")
    if answer not in ("approve", "reject", "done"):
        raise _bad("answer")
    if not tasks or len(tasks) > MOST_AT_ONCE:
        raise _bad("tasks")
    found = service.decide_all(tasks, _read_decision(answer, {**body, "key": ""}), call.context)
    rows = [
        {"task": encode_id(b.task), "done": b.error is None, "error": _error(call, b.error)}
        for b in found
    ]
    return Answer({"done": sum(b.error is None for b in found), "results": rows})


def _error(call: Call, error: JimuError | None) -> dict[str, Any] | None:
    return dump_error(error, call.translate) if error is not None else None


Reader = Callable[[Mapping[str, Any]], dict[str, Any]]


def _to(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"to": read_id(body.get("to"), "to")}


def _handing(body: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(body.get("later", False), bool):
        raise _bad("later")
    return {**_to(body), "later": body.get("later", False)}


def _adding(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "people": tuple(read_ids(body, "people")), "relation": read_name(body, "relation"),
        "method": str(body.get("method") or "all"),
    }  # fmt: skip


def _target(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"target": read_name(body, "target")}


def _nothing(body: Mapping[str, Any]) -> dict[str, Any]:
    return {}


def _people(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"people": tuple(read_ids(body, "people"))}


ON_TASKS: dict[str, tuple[type[events.Event], Reader, str]] = {
    "return": (events.Return, _target, "Return it: {target: start or the name of a step, comment}"),
    "transfer": (events.Transfer, _handing, "Hand it on for good: {to, comment, later: also what comes later}"),
    "delegate": (events.Delegate, _to, "Ask somebody's opinion: {to, comment}"),
    "recall": (events.Recall, _nothing, "Take back what was delegated"),
    "add": (events.AddSign, _adding, "Add people: {people, relation: before, after or parallel, method}"),
    "remove": (events.RemoveSign, _nothing, "Take an added person away"),
    "reclaim": (events.Reclaim, _nothing, "Take back one's own decision"),
    "claim": (events.Claim, _nothing, "Claim a task of a pool"),
    "unclaim": (events.Unclaim, _nothing, "Give a task back to its pool"),
    "reassign": (events.Reassign, _to, "Give it to somebody else, as an administrator: {to, comment}"),
}

ON_APPROVALS: dict[str, tuple[type[events.Event], Reader, str]] = {
    "withdraw": (events.Withdraw, _nothing, "Withdraw it"),
    "urge": (events.Urge, _nothing, "Remind whose turn it is"),
    "comment": (events.Comment, _people, "Say something: {comment, people}"),
    "copy": (events.CopyTo, _people, "Send copies: {people}"),
    "signal": (events.Signal, lambda body: {"name": read_name(body, "name")}, "Tell what a step waits for: {name}"),
    "jump": (events.Jump, lambda body: {"node": read_name(body, "node")}, "Go to a step: {node, comment}"),
    "terminate": (events.Terminate, _nothing, "End it: {comment}"),
    "suspend": (events.Suspend, _nothing, "Stop it for a while: {comment}"),
    "continue": (events.Continue, _nothing, "Let it go on: {comment}"),
    "repair": (events.Repair, _nothing, "Try again what failed: {comment}"),
}


def _on_task(kind: type[events.Event], given: Reader) -> Callable[..., Answer]:
    def view(call: Call, parameters: Parameters, id: str) -> Answer:
        body = read_object()
        done = service.on_task(kind, path_id(id), call.context, comment=_comment(body), **given(body))
        return _done(call, done)

    return view


def _on_approval(kind: type[events.Event], given: Reader) -> Callable[..., Answer]:
    def view(call: Call, parameters: Parameters, id: str) -> Answer:
        body = read_object()
        done = service.on_approval(kind, path_id(id), call.context, comment=_comment(body), **given(body))
        return _done(call, done)

    return view


# --- bodies ---


def _bad(field: str) -> BadRequest:
    return BadRequest(BAD_BODY, [Problem("bad_parameter", Message("{name} is not right.", {"name": field}), field)])


def _comment(body: Mapping[str, Any]) -> str:
    given = body.get("comment") or ""
    if not isinstance(given, str):
        raise _bad("comment")
    return given[:20_000]


def _read_picks(body: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    given = read_mapping(body, "picks")
    return {node: tuple(read_ids(given, node)) for node in given}


def _id(found: int | None) -> str | None:
    return encode_id(found) if found else None


def _done(call: Call, done: Done, status: int = 200) -> Answer:
    run = done.approval.run
    return Answer(
        {
            "approval": encode_id(done.approval.id), "state": run.state, "round": run.round, "entry": done.entry,
            "repeated": done.repeated, "cause": run.cause or None,
        },
        status,
    )  # fmt: skip


def _item(item: Item) -> dict[str, Any]:
    return {
        "approval": encode_id(item.approval), "task": _id(item.task), "subject": item.subject, "flow": item.flow,
        "object": item.object, "record": _id(item.record), "state": item.state, "submitter": _id(item.submitter),
        "node": item.node or item.at_nodes, "kind": item.kind or None, "task_state": item.task_state or None,
        "pool": item.pool or None, "since": item.since, "due": item.due, "behalf": _id(item.behalf), "read": item.read,
    }  # fmt: skip


def _panel(call: Call, found: Panel) -> dict[str, Any]:
    return {
        "id": encode_id(found.id), "flow": found.flow.name, "label": found.flow.label.get(call.locale),
        "version": found.run.version, "state": found.run.state, "round": found.run.round,
        "subject": found.row.get("subject"), "object": found.flow.object, "record": _id(found.row.get("record")),
        "submitter": _id(found.run.submitter), "cause": found.run.cause or None, "may": list(found.may),
        "nodes": [
            {"name": p.name, "label": p.label, "type": p.type, "state": p.state or None, "outcome": p.outcome or None,
             "next": list(p.next)}
            for p in found.places
        ],
        "tasks": [_task(t) for t in found.tasks],
        "history": [_entry(call.context, found, row) for row in found.entries],
    }  # fmt: skip


def _task(task: TaskView) -> dict[str, Any]:
    return {
        "id": encode_id(task.id), "node": task.node, "kind": task.kind, "state": task.state,
        "reason": task.reason or None,
        "person": _id(task.person), "holder": _id(task.holder), "pool": task.pool or None, "due": task.due,
        "decided_by": _id(task.decided_by), "decided_at": task.decided_at, "relation": task.relation or None,
        "agents": [encode_id(a) for a in task.agents], "behalf": _id(task.behalf), "may": list(task.may),
        "targets": list(task.targets), "fields": dict(task.fields) if task.fields and task.may else None,
        "comment": task.comment, "signature": task.signature,
    }  # fmt: skip


def _entry(context: Context, found: Panel, row: Mapping[str, Any]) -> dict[str, Any]:
    details = row["details"] or {}
    told = {k: v for k, v in details.items() if k in _TOLD}
    if "people" in told:
        told["people"] = [encode_id(p) for p in told["people"] if p]
    return {
        "seq": row["seq"], "at": row["at"], "action": row["action"], "by": _id(row["by"]), "behalf": _id(row["behalf"]),
        "person": _id(row["person"]), "node": row["node"], "task": row["task"], "comment": row["text"],
        "details": told, "changed": _readable(context, found, details.get("changes") or {}),
        "attachments": [encode_id(a) for a in details.get("attachments") or ()],
        "record_version": row["record_version"], "flow_version": row["flow_version"],
    }  # fmt: skip


def _readable(context: Context, found: Panel, changes: Mapping[str, Any]) -> list[str]:
    """The fields that an answer changed, of those that the reader may see; their values are in the record's history."""
    if not changes:
        return []
    levels = field_access(context.actor, context.manifest, found.flow.object)
    return [name for name in changes if levels.get(name, NONE) not in (NONE, MASK)]


def _forecast(call: Call, forecast: Forecast) -> dict[str, Any]:
    problem = forecast.problem
    return {
        "flow": forecast.flow, "end": forecast.end or None, "problem": call.say(problem) if problem else None,
        "steps": [_step(s) for s in forecast.steps],
    }  # fmt: skip


def _step(step: Step) -> dict[str, Any]:
    people = [
        {"person": _id(a.person), "pool": a.pool or None, "how": a.how or "asked", "due": a.due} for a in step.people
    ]
    return {
        "node": step.node, "type": step.type, "why": step.why or None, "block": step.block or None, "people": people,
    }  # fmt: skip


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
                        errors=WRITE_ERRORS, idempotent=True)  # fmt: skip

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
        post("/approvals", start_view, "Ask for an approval: {object, record, flow, comment, picks}", "ask", 201),
        post("/approvals/{id}/resubmit", resubmit_view, "Hand it in again: {comment, picks}", "approval_resubmit"),
        post("/approvals/{id}/revoke", revoke_view, "Ask to revoke it: {comment}", "approval_revoke", 201),
        post("/approval-tasks/decide", batch_view, "One answer to many tasks: {tasks, answer, comment}", "task_batch"),
        *decisions,
        *on_tasks,
        *on_approvals,
    )
