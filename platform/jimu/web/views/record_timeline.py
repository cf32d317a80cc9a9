"""The timeline of a record, and the activities that are logged, planned and done in it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.access.rules import require_action
from jimu.errors import Invalid, NotFound
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Create, Update
from jimu.web.pages.form import place_problems, problems_of, views_of
from jimu.web.pages.model import FieldView
from jimu.web.pages.quick_form import ACTIVITY_KINDS, activity_fields, activity_shape
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.record import ACTIVITY
from jimu.web.pages.record_timeline import DONE, OPEN, Timeline
from jimu.web.pages.sent import read_form
from jimu.web.pages.shapes import page_shape
from jimu.web.responses import fragment, reader_of, record_id, whole_number
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/<id>/timeline", view_func=show_timeline)
    blueprint.add_url_rule("/o/<object>/<id>/activities/new", view_func=show_new_activity)
    blueprint.add_url_rule("/o/<object>/<id>/activities/new", view_func=add_activity, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/<id>/activities/<activity>/done", view_func=finish_activity, methods=["POST"])


def show_timeline(object: str, id: str) -> Response:
    reader = reader_of(visit())
    return _timeline(object, record_id(id), reader)


def _timeline(object: str, number: int, reader: Reader) -> Response:
    names = ("record_type",) if reader.manifest.object(object).record_types else ()
    record = read.get(object, number, reader.context, fields=names, titles=False)
    timeline = Timeline(page_shape(object, reader, record.values.get("record_type")), number, reader)
    place = {name: whole_number(request.args.get(name)) or 0 for name in ("history", "comment", "file", "activity")}
    kind = request.args.get("kind", "")
    return fragment(
        "timeline.html",
        timeline=timeline.page(kind, place),
        href=record_url(object, number),
        kind=kind,
        is_more=any(place.values()),
    )


def show_new_activity(object: str, id: str) -> Response:
    """A short form: something to be done, or (``done``) something that was done just now."""
    reader = reader_of(visit())
    _require(object, record_id(id), reader)
    kind, is_done = _kind(request.args.get("kind")), request.args.get("done") == "1"
    return _form(activity_fields(reader, kind, is_done), kind, is_done)


def _kind(given: str | None) -> str:
    return given if given in ACTIVITY_KINDS else "task"


def add_activity(object: str, id: str) -> Response:
    reader, number = reader_of(visit()), record_id(id)
    _require(object, number, reader)
    kind, is_done = _kind(request.form.get("_kind")), request.form.get("_done") == "1"
    sent = read_form(activity_shape(reader, kind, is_done), request.form, reader)
    values = {**sent.values, "kind": kind, "record": number, "status": DONE if is_done else OPEN}
    try:
        if sent.problems:
            raise Invalid(Message("Some values cannot be read."), sent.problems)
        write.write(Create(ACTIVITY, values), reader.context)
    except Invalid as error:
        fields = activity_fields(reader, kind, is_done, sent.typed)
        definition = reader.manifest.object(ACTIVITY)
        summary = place_problems(views_of(fields), problems_of(error), definition, reader)
        return _form(fields, kind, is_done, [text for place, text in summary if not place])
    return _timeline(object, number, reader)


def _require(object: str, id: int, reader: Reader) -> None:
    read.get(object, id, reader.context, fields=(), titles=False)
    require_action(reader.actor, reader.manifest, ACTIVITY, "create")


def _form(fields: list[FieldView], kind: str, is_done: bool, problems: list[str] | None = None) -> Response:
    return fragment(
        "activity_form.html",
        status=200 if problems is None else 422,
        fields=fields,
        kind=kind,
        is_done=is_done,
        href=request.path,
        problems=problems or [],
    )


def finish_activity(object: str, id: str, activity: str) -> Response:
    """Mark an activity done, or (``undo``) open again."""
    reader, number = reader_of(visit()), record_id(id)
    found = read.get(ACTIVITY, record_id(activity), reader.context, titles=False)
    if found.values.get("record") != number:
        raise NotFound(Message("There is no such activity."))
    status = OPEN if request.form.get("undo") else DONE
    write.write(Update(ACTIVITY, found.id, {"status": status}), reader.context)
    return _timeline(object, number, reader)
