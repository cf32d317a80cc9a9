"""Going from stage to stage: at once where nothing is in the way, else a page asks for what is missing.

``GET /o/<object>/<id>/stage?to=won`` is that page; ``POST`` goes there, with the fields of the page and a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flask import Blueprint, Response, request

from jimu.access.rules import require_action
from jimu.definitions.kinds.stages import StagesDef
from jimu.errors import BadRequest, Problem
from jimu.flows.stages import stages_of
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Record, Update
from jimu.web.pages.conditions import judge_for
from jimu.web.pages.form import field_view, place_problems, problems_of, views_of
from jimu.web.pages.model import Crumb, FieldView
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.sent import Sent, read_form
from jimu.web.pages.shapes import PageShape, page_shape
from jimu.web.responses import is_fetch, json, page, reader_of, record_id, whole_number
from jimu.web.views.saving import REFUSALS, checked, done, previewed, save
from jimu.web.visit import visit

MOST_REASON = 500
MOVED = Message("{title} is now in the stage {stage}.")


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/<id>/stage", view_func=ask_stage)
    blueprint.add_url_rule("/o/<object>/<id>/stage", view_func=go_to_stage, methods=["POST"])


@dataclass
class _Move:
    """What the page is about. ``shape``: the fields it asks for."""

    record: Record
    stages: StagesDef
    to: str
    label: str
    shape: PageShape
    reader: Reader
    reason: str = ""
    problems: Sequence[Problem] = field(default_factory=tuple)

    @property
    def href(self) -> str:
        return record_url(self.record.object, self.record.id)


def ask_stage(object: str, id: str) -> Response:
    move = _move(object, id, request.args.get("to", ""))
    command = Update(object, move.record.id, {move.stages.field: move.to})
    problems = write.preview(command, replace(move.reader.context, reason="…")).problems
    return _page(replace(move, problems=problems, shape=_needed(move, problems)), None)


def go_to_stage(object: str, id: str) -> Response:
    move = _move(object, id, request.form.get("to", ""))
    reader, reason = move.reader, request.form.get("reason", "").strip()[:MOST_REASON]
    names = [n for n in request.form.get("_fields", "").split(",") if n in move.shape.fields]
    shape = move.shape.only(names)
    sent = read_form(shape, request.form, reader)
    values = {**sent.values, move.stages.field: move.to}
    command = Update(object, move.record.id, values, whole_number(request.form.get("_version")) or move.record.version)
    try:
        save(checked(command, sent, reader), shape, reader, move.record, replace(reader.context, reason=reason))
    except REFUSALS as error:
        if is_fetch():
            return json({"stale": True}, 409)  # the script sends it as a page, which may ask for more
        problems = problems_of(error)
        asked = dict.fromkeys([*names, *_needed(move, problems).fields])
        return _page(replace(move, reason=reason, problems=problems, shape=move.shape.only(list(asked))), sent)
    params = {"title": move.record.title, "stage": move.label}
    return done(move.href, Message(MOVED.template, params))


def _move(object: str, id: str, to: str) -> _Move:
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "update")
    record = read.get(object, record_id(id), reader.context)
    stages = stages_of(reader.manifest, object, record.values)
    if stages is None or to not in stages.stages:
        raise BadRequest(Message("There is no such stage."))
    choice = reader.manifest.object(object).fields[stages.field].choice(to)
    shape = page_shape(object, reader, record.values.get("record_type"))
    return _Move(record, stages, to, reader.label(choice.label) if choice else to, shape, reader)


def _needed(move: _Move, problems: Sequence[Problem]) -> PageShape:
    """The fields that problems are about, but for the stage itself."""
    names = dict.fromkeys(p.field for p in problems if p.field and p.field != move.stages.field)
    wanted = [n for n in names if n in move.shape.fields and move.shape.fields[n].state == "edit"]
    return move.shape.only(wanted)


def _page(move: _Move, sent: Sent | None) -> Response:
    reader, record = move.reader, move.record
    command = Update(record.object, record.id, {**(sent.values if sent else {}), move.stages.field: move.to})
    foreseen = previewed(command, {**record.values}, reader)
    values = foreseen.values
    judge = judge_for(record.object, values, reader)
    typed = sent.typed if sent else None
    all_titles = {**record.titles, **foreseen.titles}
    views: list[FieldView] = [
        field_view(one, values, all_titles, reader, judge, typed) for one in move.shape.fields.values()
    ]
    # Nobody has got anything wrong before they send it: until then the page only tells what the stage needs.
    beside = views_of(views) if sent is not None else {}
    summary = place_problems(beside, move.problems, move.shape.object, reader)
    before = record.values.get(move.stages.field)
    needs_reason = any(p.code == "stage_reason" for p in move.problems) or (
        move.stages.is_back(before or "", move.to) and move.stages.back_reason
    )
    title = reader.render(Message("Go to the stage {stage}", {"stage": move.label}))
    return page(
        "stage_move.html",
        title,
        status=422 if sent is not None else 200,
        object=record.object,
        crumbs=[Crumb(record.title, move.href), Crumb(title)],
        move=move,
        fields=views,
        names=",".join(move.shape.fields),
        summary=[text for _, text in summary if text],
        is_refused=sent is not None,
        needs_reason=needs_reason,
        state=f"/o/{record.object}/state",
    )
