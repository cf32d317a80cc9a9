"""Approvals: the inbox, one approval with all that can be done, asking for one, the administrator's monitor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from jimu.errors import BadRequest, Forbidden, Invalid, JimuError, NotFound
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.approvals import events, service
from jimu.flows.approvals.foreseeing import foresee
from jimu.flows.approvals.inbox import BOXES, box, count_pending, monitor
from jimu.flows.approvals.line_fields import columns_in
from jimu.flows.approvals.panel import TaskView, approvals_of, panel
from jimu.flows.approvals.service import Answer, Request
from jimu.flows.approvals.versions import flows_of
from jimu.messages import Message
from jimu.records import read
from jimu.records.reading import reading
from jimu.web.pages.approval_lines import LineGrid, line_grids, read_grids
from jimu.web.pages.approval_waiting import waiting_of
from jimu.web.pages.approvals import (
    BOX_LABELS,
    STATES,
    ApprovalPage,
    approval_page,
    foreseen_steps,
    inbox_rows,
    people,
)
from jimu.web.pages.conditions import judge_for
from jimu.web.pages.form import field_view, place_problems, problems_of, views_of
from jimu.web.pages.model import Crumb, FieldView
from jimu.web.pages.moments import when_of
from jimu.web.pages.people import person_of
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.sent import read_form
from jimu.web.pages.shapes import page_shape
from jimu.web.responses import fragment, go, page, reader_of, record_id
from jimu.web.views.admin_base import add, admin_page
from jimu.web.views.saving import REFUSALS
from jimu.web.visit import visit

MOST_AT_ONCE = 200
INBOX = Message("Inbox")
ASKED = Message("It was handed in for approval.")
DONE = Message("Done.")
Given = Callable[[], dict[str, Any]]


def register(blueprint: Blueprint) -> None:
    add_rule = blueprint.add_url_rule
    add_rule("/inbox", view_func=show_inbox)
    add_rule("/inbox", "decide_many", decide_many, methods=["POST"])
    add_rule("/approvals/<id>", "show_approval", show_approval)
    add_rule("/approvals/<id>/tasks/<task>/<action>", "on_approval_task", on_task, methods=["POST"])
    add_rule("/approvals/<id>/<action>", "on_approval", on_approval, methods=["POST"])
    add_rule("/o/<object>/<id>/approve", "ask_approval", ask)
    add_rule("/o/<object>/<id>/approve", "start_approval", start, methods=["POST"])
    add_rule("/o/<object>/<id>/approvals", "record_approvals", show_of_record)
    add(blueprint, "/admin/approvals", show_monitor, "approvals")


# --- the inbox --------------------------------------------------------------------------------------------------------


def show_inbox(problems: list[str] | None = None, status: int = 200) -> Response:
    reader = reader_of(visit())
    name = request.args.get("box", "pending")
    name = name if name in BOXES else "pending"
    flow = request.args.get("flow", "")
    found = box(name, reader.context, after=request.args.get("after") or None, flow=flow)
    query = urlencode({"box": name, "flow": flow, "after": found.next}) if found.next else ""
    flows = sorted(reader.manifest.all("approval").values(), key=lambda f: reader.label(f.label))
    return page(
        "approvals/inbox.html",
        reader.render(INBOX),
        status=status,
        crumbs=[Crumb(reader.render(INBOX))],
        box=name,
        boxes=[(key, reader.render(label)) for key, label in BOX_LABELS.items()],
        rows=inbox_rows(found, reader),
        pending=count_pending(reader.context),
        flow=flow,
        flows=[(f.name, reader.label(f.label)) for f in flows],
        next=f"/inbox?{query}" if query else "",
        problems=problems or [],
    )


def decide_many() -> Response:
    """One answer to all chosen tasks; each by itself, and what was refused is told."""
    reader = reader_of(visit())
    answer = request.form.get("answer", "")
    if answer not in ("approve", "reject"):
        raise BadRequest(Message("Say what is to be done."))
    tasks = [record_id(text) for text in request.form.getlist("tasks")][:MOST_AT_ONCE]
    if not tasks:
        return show_inbox([reader.render(Message("Choose at least one."))], 422)
    results = service.decide_all(tasks, Answer(answer, _comment()), reader.context)
    failed = [r for r in results if r.error is not None]
    if failed:
        texts = dict.fromkeys(reader.render(r.error.message) for r in failed if r.error is not None)
        done = Message("{done} of {all} were decided.", {"done": len(results) - len(failed), "all": len(results)})
        return show_inbox([reader.render(done), *texts], 409)
    return go("/inbox", Message("{n} decided.", {"n": len(results)}))


# --- one approval -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Tried:
    """What was refused: at which task, what was said, and why. ``views``: the fields with what was typed."""

    task: int = 0
    comment: str = ""
    problems: tuple[str, ...] = ()
    views: tuple[FieldView, ...] = ()


def show_approval(id: str) -> Response:
    return _approval(id, _Tried())


def _approval(id: str, tried: _Tried, status: int = 200) -> Response:
    reader = reader_of(visit())
    shown = approval_page(panel(record_id(id), reader.context), reader)
    return page(
        "approvals/approval.html",
        shown.title,
        status=status,
        crumbs=[Crumb(reader.render(INBOX), "/inbox"), Crumb(shown.title)],
        page=shown,
        waiting=waiting_of(shown.panel, reader),
        tried=tried,
        fields={t.task.id: tried.views if t.task.id == tried.task and tried.views else _fields(shown, t.task, reader)
                for t in shown.mine},
        grids={t.task.id: _grids(shown, t.task, reader) for t in shown.mine},
        version=_version(shown, reader),
        methods=[("all", reader.render(Message("all of them"))), ("any", reader.render(Message("one of them"))),
                 ("sequence", reader.render(Message("one after the other")))],
    )  # fmt: skip


def _version(shown: ApprovalPage, reader: Reader) -> int | None:
    """The version of the record that the reader sees now, if they may read it."""
    record = shown.panel.row.get("record")
    try:
        return read.get(shown.panel.flow.object, record, reader.context).version if record else None
    except JimuError:
        return None


def _fields(shown: ApprovalPage, task: TaskView, reader: Reader) -> tuple[FieldView, ...]:
    """The controls of the fields that the step opens to its people."""
    open_ = [n for n, level in (task.fields or {}).items() if level in ("edit", "required")]
    record_number = shown.panel.row.get("record")
    if not open_ or not record_number or not set(task.may) & {"approve", "done"}:
        return ()
    object = shown.panel.flow.object
    record = read.get(object, record_number, reader.context)
    shape = page_shape(object, reader, record.values.get("record_type"))
    wanted = [n for n in open_ if n in shape.fields]
    judge = judge_for(object, record.values, reader)
    views = [field_view(shape.fields[n], record.values, record.titles, reader, judge) for n in wanted]
    for view in views:
        view.required = view.required or (task.fields or {}).get(view.name) == "required"
    return tuple(views)


def _grids(shown: ApprovalPage, task: TaskView, reader: Reader) -> list[LineGrid]:
    """The lines with the columns that the step names."""
    columns, record = columns_in(task.fields or {}), shown.panel.row.get("record")
    if not columns or not record or not set(task.may) & {"approve", "done"}:
        return []
    return line_grids(columns, shown.panel.flow.object, record, reader)


def _changes(id: str, task: int, reader: Reader) -> dict[str, Any]:
    """What was typed into the fields that the step opens."""
    found = panel(record_id(id), reader.context)
    view = next((t for t in found.tasks if t.id == task), None)
    levels = (view.fields if view else None) or {}
    names = [n for n, level in levels.items() if level in ("edit", "required")]
    if not names or "_fields" not in request.form:
        return {}
    columns = columns_in(levels)
    lines, unread = read_grids(columns, found.flow.object, found.row["record"], request.form, reader)
    record = read.get(found.flow.object, found.row["record"], reader.context)
    shape = page_shape(found.flow.object, reader, record.values.get("record_type"))
    sent = read_form(shape.only([n for n in names if n in shape.fields]), request.form, reader)
    if sent.problems or unread:
        raise Invalid(Message("Some values cannot be read."), [*sent.problems, *unread])
    return {**{n: v for n, v in sent.values.items() if v != record.values.get(n)}, **lines}


def on_task(id: str, task: str, action: str) -> Response:
    """Decide, or anything else that can be done with one's task."""
    reader, number = reader_of(visit()), record_id(task)
    try:
        if action in ("approve", "reject", "done"):
            version = request.form.get("_version", "")
            answer = Answer(
                action,
                _comment(),
                _changes(id, number, reader) if action != "reject" else {},
                signature=request.form.get("signature", "")[:2000],
                record_version=int(version) if version.isdigit() else None,
            )
            service.decide(number, answer, reader.context)
        else:
            kind, given = _on_tasks(action)
            service.on_task(kind, number, reader.context, comment=_comment(), **given())
    except REFUSALS as error:
        return _refused(id, number, error, reader)
    following = "/inbox" if action in ("approve", "reject", "done") else f"/approvals/{id}"
    return go(following, DONE)


def on_approval(id: str, action: str) -> Response:
    """What is done with the whole."""
    reader, number = reader_of(visit()), record_id(id)
    try:
        if action == "resubmit":
            service.resubmit(number, reader.context, comment=_comment())
        elif action == "revoke":
            service.revoke(number, reader.context, comment=_comment())
        else:
            kind, given = _on_approvals(action)
            service.on_approval(kind, number, reader.context, comment=_comment(), **given())
    except REFUSALS as error:
        return _refused(id, 0, error, reader)
    return go(f"/approvals/{id}", DONE)


def _refused(id: str, task: int, error: JimuError, reader: Reader) -> Response:
    found = panel(record_id(id), reader.context)
    shown = approval_page(found, reader)
    row = next((t for t in shown.mine if t.task.id == task), None)
    views = list(_fields(shown, row.task, reader)) if row else []
    summary = place_problems(views_of(views), problems_of(error), reader.manifest.object(found.flow.object), reader)
    texts = _who_was_first(error, reader) or tuple(t for _, t in summary) or (reader.render(error.message),)
    # A task that was decided meanwhile has no place on the page any more: its answer stands at the top.
    return _approval(id, _Tried(task if row else 0, _comment(), texts, tuple(views)), 409 if task and not row else 422)


def _who_was_first(error: JimuError, reader: Reader) -> tuple[str, ...]:
    """Who has decided meanwhile and when, where that is why it was refused."""
    by, at = error.details.get("by"), error.details.get("at")
    if not by or not at or by == reader.actor.id:
        return ()
    name = person_of(by, read.resolve_titles({by}, reader.context), reader).name
    when = when_of(datetime.fromisoformat(at), reader).full
    return (reader.render(Message("{name} has decided already: {when}.", {"name": name, "when": when})),)


def _on_tasks(action: str) -> tuple[type[events.Event], Given]:
    found: Mapping[str, tuple[type[events.Event], Given]] = {
        "return": (events.Return, lambda: {"target": request.form.get("target", "")}),
        "transfer": (events.Transfer, lambda: {**_to(), "later": request.form.get("later") == "1"}),
        "delegate": (events.Delegate, _to),
        "recall": (events.Recall, dict),
        "add": (events.AddSign, _adding),
        "remove": (events.RemoveSign, dict),
        "reclaim": (events.Reclaim, dict),
        "claim": (events.Claim, dict),
        "unclaim": (events.Unclaim, dict),
        "reassign": (events.Reassign, _to),
    }
    return _known(found, action)


def _on_approvals(action: str) -> tuple[type[events.Event], Given]:
    found: Mapping[str, tuple[type[events.Event], Given]] = {
        "withdraw": (events.Withdraw, dict),
        "urge": (events.Urge, dict),
        "comment": (events.Comment, lambda: {"people": _people()}),
        "copy": (events.CopyTo, lambda: {"people": _people()}),
        "jump": (events.Jump, lambda: {"node": request.form.get("node", "")}),
        "terminate": (events.Terminate, dict),
        "suspend": (events.Suspend, dict),
        "continue": (events.Continue, dict),
        "repair": (events.Repair, dict),
    }
    return _known(found, action)


def _known(found: Mapping[str, tuple[type[events.Event], Given]], action: str) -> tuple[type[events.Event], Given]:
    if action not in found:
        raise NotFound(Message("There is nothing here."))
    return found[action]


def _to() -> dict[str, Any]:
    (person,) = _people()[:1] or (0,)
    if not person:
        raise Invalid(Message("Choose a person."))
    return {"to": person}


def _adding() -> dict[str, Any]:
    relation, method = request.form.get("relation", "before"), request.form.get("method", "all")
    if relation not in ("before", "after", "parallel") or method not in ("all", "any", "sequence"):
        raise BadRequest(Message("Say what is to be done."))
    if not _people():
        raise Invalid(Message("Choose a person."))
    return {"people": _people(), "relation": relation, "method": method}


def _people(name: str = "people") -> tuple[int, ...]:
    return tuple(decode_id(text) for text in request.form.getlist(name) if text)


def _comment() -> str:
    return request.form.get("comment", "").strip()[:20_000]


# --- asking -----------------------------------------------------------------------------------------------------------


def ask(object: str, id: str) -> Response:
    return _ask(object, id)


def _ask(object: str, id: str, problems: list[str] | None = None) -> Response:
    """Which flow, whom to choose, and who would be asked."""
    reader = reader_of(visit())
    record = read.get(object, record_id(id), reader.context)
    with reading(reader.context) as transaction:
        inner = replace(reader.context, transaction=transaction)
        fitting = [
            flow
            for flow in flows_of(reader.manifest, object)
            if "button" in flow.trigger.on and service.fits(flow, Request(object, record.id, flow.name), inner)
        ]
        name = request.values.get("flow", "") or (fitting[0].name if fitting else "")
        flow = next((f for f in fitting if f.name == name), None)
        picks = _picks(flow) if flow else {}
        forecast = foresee(flow, record.id, inner, picks=picks) if flow else None
    href = record_url(object, record.id)
    title = reader.render(Message("Ask for approval"))
    return page(
        "approvals/ask.html",
        title,
        status=422 if problems else 200,
        object=object,
        crumbs=[Crumb(record.title, href), Crumb(title)],
        record=record,
        href=href,
        flows=[(f.name, reader.label(f.label), reader.label(f.help)) for f in fitting],
        flow=flow.name if flow else "",
        choices=_choices(flow, reader) if flow else [],
        picks=picks,
        steps=foreseen_steps(forecast, flow, reader) if forecast else [],
        stuck=reader.render(forecast.problem) if forecast and forecast.problem else "",
        comment=request.form.get("comment", ""),
        problems=problems or [],
    )


def _choices(flow: Any, reader: Reader) -> list[tuple[str, str, int, int | None, list[tuple[int, str]]]]:
    """For each step whose people the asker chooses: its name, label, how many, and among whom."""
    return [
        (node.name, reader.label(node.label) or node.name, rule.least, rule.most, people(reader, rule.range))
        for node in flow.nodes.values()
        for rule in getattr(node, "approvers", ())
        if rule.kind == "pick" and rule.of == "submitter"
    ]


def _picks(flow: Any) -> dict[str, tuple[int, ...]]:
    return {name: found for name in flow.nodes if (found := _people(f"pick-{name}"))}


def start(object: str, id: str) -> Response:
    reader = reader_of(visit())
    record = read.get(object, record_id(id), reader.context)
    name = request.form.get("flow", "")
    flow = reader.manifest.all("approval").get(name)
    if flow is None:
        return _ask(object, id, [reader.render(Message("No approval flow fits this record."))])
    try:
        done = service.start(Request(object, record.id, name, _comment(), _picks(flow)), reader.context)
    except REFUSALS as error:
        texts = [reader.render(p.message) for p in problems_of(error)]
        return _ask(object, id, texts)
    return go(f"/approvals/{encode_id(done.approval.id)}", ASKED)


def show_of_record(object: str, id: str) -> Response:
    """The panel at the record's side."""
    reader = reader_of(visit())
    record = read.get(object, record_id(id), reader.context)
    rows = approvals_of(record.id, reader.context)
    shown = [
        {
            **row,
            "href": f"/approvals/{encode_id(row['id'])}",
            "label": _flow_label(row["flow"], reader),
            "state_label": reader.render(STATES.get(row["state"], STATES["running"])[0]),
            "color": STATES.get(row["state"], STATES["running"])[1],
            "since": when_of(row["created_at"], reader) if row["created_at"] else None,
        }
        for row in rows
    ]
    href = f"{record_url(object, record.id)}/approve"
    return fragment("approvals/of_record.html", rows=shown, ask=href if can_ask(object, reader) else "")


def can_ask(object: str, reader: Reader) -> bool:
    """Whether there is a flow for the object that one can ask for."""
    return reader.actor.viewed_by is None and any(
        "button" in flow.trigger.on and flow.active for flow in flows_of(reader.manifest, object)
    )


def _flow_label(name: str, reader: Reader) -> str:
    flow = reader.manifest.all("approval").get(name)
    return reader.label(flow.label) if flow else name


# --- looking after them -----------------------------------------------------------------------------------------------


def show_monitor() -> Response:
    reader = reader_of(visit())
    if not reader.actor.is_admin:
        raise Forbidden(Message("Only who looks after approvals may do this."))
    state = request.args.get("state", "")
    wanted = state if state in ("running", "returned", "suspended", "error") else ""
    found = monitor(reader.context, state=wanted, overdue=state == "overdue")
    labels = [("", Message("All that run")), ("error", Message("Stuck")), ("overdue", Message("Overdue")),
              ("returned", Message("Returned")), ("suspended", Message("Suspended"))]  # fmt: skip
    return admin_page(
        "approvals",
        reader.render(Message("Approvals")),
        "approvals",
        rows=inbox_rows(found, reader),
        state=state,
        states=[(code, reader.render(label)) for code, label in labels],
    )
