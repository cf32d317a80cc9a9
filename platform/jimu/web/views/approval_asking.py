"""Asking for an approval: which flow, whom to choose, who would be asked; and the approvals beside a record."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals import service
from jimu.flows.approvals.choosing import SUBMITTER
from jimu.flows.approvals.departments import choices
from jimu.flows.approvals.foreseeing import foresee
from jimu.flows.approvals.panel import approvals_of, picks_of
from jimu.flows.approvals.service import Request
from jimu.flows.approvals.versions import flows_of
from jimu.messages import Message
from jimu.records import read
from jimu.records.reading import reading
from jimu.web.pages.approval_choices import choice_rows
from jimu.web.pages.approval_forecast import foreseen_steps
from jimu.web.pages.approval_words import STATES
from jimu.web.pages.form import problems_of
from jimu.web.pages.model import Crumb
from jimu.web.pages.moments import when_of
from jimu.web.pages.reader import Reader, record_url
from jimu.web.responses import fragment, go, page, reader_of, record_id
from jimu.web.views.approval_sent import comment_given, department_given, picks_given
from jimu.web.views.saving import REFUSALS
from jimu.web.visit import visit

ASKED = Message("It was handed in for approval.")


def register(blueprint: Blueprint) -> None:
    add_rule = blueprint.add_url_rule
    add_rule("/o/<object>/<id>/approve", "ask_approval", ask)
    add_rule("/o/<object>/<id>/approve", "start_approval", start, methods=["POST"])
    add_rule("/o/<object>/<id>/approvals", "record_approvals", show_of_record)


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
        picks, department = picks_given(flow.nodes) if flow else {}, department_given()
        departments = choices(flow, int(reader.actor.id or 0), inner) if flow else []
        forecast = foresee(flow, record.id, inner, picks=picks, department=department) if flow else None
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
        choices=choice_rows(picks_of(flow, SUBMITTER), reader, picks) if flow else [],
        departments=departments,
        department=department,
        steps=foreseen_steps(forecast, flow, reader) if forecast else [],
        stuck=reader.render(forecast.problem) if forecast and forecast.problem else "",
        comment=request.form.get("comment", ""),
        problems=problems or [],
    )


def start(object: str, id: str) -> Response:
    reader = reader_of(visit())
    record = read.get(object, record_id(id), reader.context)
    name = request.form.get("flow", "")
    flow = reader.manifest.all("approval").get(name)
    if flow is None:
        return _ask(object, id, [reader.render(Message("No approval flow fits this record."))])
    try:
        wish = Request(object, record.id, name, comment_given(), picks_given(flow.nodes), department=department_given())
        done = service.start(wish, reader.context)
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
