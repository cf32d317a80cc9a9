"""Approvals: the inbox, one approval with all that can be done, the administrator's monitor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from jimu.errors import BadRequest, Invalid, JimuError, NotFound, TooManyRequests
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals import events, service
from jimu.flows.approvals.batches import decide_batch
from jimu.flows.approvals.inbox import BOXES, box, count_pending, mark_read, monitor
from jimu.flows.approvals.line_fields import columns_in
from jimu.flows.approvals.panel import TaskView, panel
from jimu.flows.approvals.service import Answer
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.approval_choices import choice_rows
from jimu.web.pages.approval_lines import LineGrid, line_grids, read_grids
from jimu.web.pages.approval_waiting import waiting_of
from jimu.web.pages.approval_words import BOX_LABELS
from jimu.web.pages.approvals import ApprovalPage, approval_page, inbox_rows, record_facts
from jimu.web.pages.conditions import judge_for
from jimu.web.pages.form import field_view, place_problems, problems_of, views_of
from jimu.web.pages.model import Crumb, FieldView
from jimu.web.pages.moments import when_of
from jimu.web.pages.people import person_of
from jimu.web.pages.reader import Reader
from jimu.web.pages.sent import read_form
from jimu.web.pages.shapes import page_shape
from jimu.web.responses import go, page, reader_of, record_id
from jimu.web.views.admin_base import add, admin_page
from jimu.web.views.approval_sent import comment_given, department_given, people_given, picks_given
from jimu.web.views.saving import REFUSALS
from jimu.web.visit import visit

INBOX = Message("Inbox")
DONE = Message("Done.")
Given = Callable[[], dict[str, Any]]


def register(blueprint: Blueprint) -> None:
    add_rule = blueprint.add_url_rule
    add_rule("/inbox", view_func=show_inbox)
    add_rule("/inbox", "decide_many", decide_many, methods=["POST"])
    add_rule("/approvals/<id>", "show_approval", show_approval)
    add_rule("/approvals/<id>/tasks/<task>/<action>", "on_approval_task", on_task, methods=["POST"])
    add_rule("/approvals/<id>/<action>", "on_approval", on_approval, methods=["POST"])
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
    tasks = [record_id(text) for text in request.form.getlist("tasks")]
    if not tasks:
        return show_inbox([reader.render(Message("Choose at least one."))], 422)
    try:
        decided = decide_batch(tasks, Answer(answer, comment_given()), reader.context)
    except Invalid as error:
        return show_inbox([reader.render(error.message)], 422)
    if decided.queued:
        return go("/inbox", Message("{n} are being decided; you are told when that is done.", {"n": decided.queued}))
    results = decided.results
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
    shown = _approval(id, _Tried())
    mark_read(record_id(id), visit().context)
    return shown


def _approval(id: str, tried: _Tried, status: int = 200) -> Response:
    reader = reader_of(visit())
    shown = approval_page(panel(record_id(id), reader.context), reader)
    return page(
        "approvals/approval.html",
        shown.title,
        status=status,
        crumbs=[Crumb(reader.render(INBOX), "/inbox"), Crumb(shown.title)],
        page=shown,
        facts=record_facts(shown.panel, reader),
        waiting=waiting_of(shown.panel, reader),
        choices=choice_rows(shown.panel.picks, reader),
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
                comment_given(),
                _changes(id, number, reader) if action != "reject" else {},
                picks=picks_given(_flow_nodes(id, reader)) if action != "reject" else {},
                signature=request.form.get("signature", "")[:2000],
                record_version=int(version) if version.isdigit() else None,
            )
            service.decide(number, answer, reader.context)
        else:
            kind, given = _on_tasks(action)
            service.on_task(kind, number, reader.context, comment=comment_given(), **given())
    except REFUSALS as error:
        return _refused(id, number, error, reader)
    following = "/inbox" if action in ("approve", "reject", "done") else f"/approvals/{id}"
    return go(following, DONE)


def on_approval(id: str, action: str) -> Response:
    """What is done with the whole."""
    reader, number = reader_of(visit()), record_id(id)
    try:
        if action in ("resubmit", "restart"):
            return go(f"/approvals/{encode_id(_again(id, action, reader))}", DONE)
        if action == "revoke":
            service.revoke(number, reader.context, comment=comment_given())
        else:
            kind, given = _on_approvals(action)
            service.on_approval(kind, number, reader.context, comment=comment_given(), **given())
    except (*REFUSALS, TooManyRequests) as error:
        return _refused(id, 0, error, reader)
    return go(f"/approvals/{id}", DONE)


def _again(id: str, action: str, reader: Reader) -> int:
    """Handed in again after it was returned, or started again after its end."""
    picks, department = picks_given(_flow_nodes(id, reader)), department_given()
    if action == "restart":
        asked = service.Restarting(comment_given(), picks, department)
        return service.restart(record_id(id), asked, reader.context).approval.id
    again = service.resubmit(record_id(id), reader.context, comment=comment_given(), picks=picks, department=department)
    return again.approval.id


def _flow_nodes(id: str, reader: Reader) -> list[str]:
    """The steps of the flow as this approval goes by it."""
    return list(panel(record_id(id), reader.context).flow.nodes)


def _refused(id: str, task: int, error: JimuError, reader: Reader) -> Response:
    found = panel(record_id(id), reader.context)
    shown = approval_page(found, reader)
    row = next((t for t in shown.mine if t.task.id == task), None)
    views = list(_fields(shown, row.task, reader)) if row else []
    summary = place_problems(views_of(views), problems_of(error), reader.manifest.object(found.flow.object), reader)
    texts = _with_details(error, reader) or tuple(t for _, t in summary) or (reader.render(error.message),)
    # A task that was decided meanwhile has no place on the page any more: its answer stands at the top.
    tried = _Tried(task if row else 0, comment_given(), texts, tuple(views))
    return _approval(id, tried, 409 if task and not row else 422)


def _with_details(error: JimuError, reader: Reader) -> tuple[str, ...]:
    """Who has decided meanwhile and when, or from when on people may be reminded, where that is why it was refused."""
    again = error.details.get("again_at")
    if again:
        when = when_of(datetime.fromisoformat(again), reader).full
        return (reader.render(Message("They were reminded just now; again from {when}.", {"when": when})),)
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
        "comment": (events.Comment, lambda: {"people": people_given()}),
        "copy": (events.CopyTo, lambda: {"people": people_given()}),
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
    (person,) = people_given()[:1] or (0,)
    if not person:
        raise Invalid(Message("Choose a person."))
    return {"to": person}


def _adding() -> dict[str, Any]:
    relation, method = request.form.get("relation", "before"), request.form.get("method", "all")
    if relation not in ("before", "after", "parallel") or method not in ("all", "any", "sequence"):
        raise BadRequest(Message("Say what is to be done."))
    if not people_given():
        raise Invalid(Message("Choose a person."))
    return {"people": people_given(), "relation": relation, "method": method}


# --- looking after them -----------------------------------------------------------------------------------------------


def show_monitor() -> Response:
    reader = reader_of(visit())
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
