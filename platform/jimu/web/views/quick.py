"""Making a record on the spot, from the lookup of another form: a few fields in a dialog, the same rules as ever."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from jimu.access.rules import require_action
from jimu.definitions.default_layouts import default_page
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records.commands import Create
from jimu.web.pages.conditions import judge_for
from jimu.web.pages.form import field_view, place_problems, problems_of, views_of
from jimu.web.pages.model import FieldView
from jimu.web.pages.reader import Reader
from jimu.web.pages.sent import read_form
from jimu.web.pages.shapes import PageShape, page_shape
from jimu.web.responses import fragment, json, reader_of
from jimu.web.views.saving import REFUSALS, checked, previewed, save
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/quick", view_func=show_quick)
    blueprint.add_url_rule("/o/<object>/quick", view_func=create_quick, methods=["POST"])


def show_quick(object: str) -> Response:
    """``title``: what was typed into the lookup; it begins the field that the title is made of."""
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "create")
    shape = _shape(object, reader)
    first = _title_field(shape)
    typed = {first: [request.args["title"]]} if first and request.args.get("title") else {}
    values, titles, *_ = previewed(Create(object, {n: t[0] for n, t in typed.items()}), {}, reader)
    return _form(shape, _views(shape, values, titles, typed or None, reader), reader)


def create_quick(object: str) -> Response:
    """200 with the new record as a choice, 422 with the form again."""
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "create")
    shape = _shape(object, reader)
    sent = read_form(shape, request.form, reader)
    command = Create(object, sent.values)
    try:
        record = save(checked(command, sent, reader), shape, reader)
    except REFUSALS as error:
        values, titles, *_ = previewed(command, sent.values, reader)
        views = _views(shape, values, titles, sent.typed, reader)
        summary = place_problems(views_of(views), problems_of(error), shape.object, reader)
        return _form(shape, views, reader, [text for target, text in summary if not target], 422)
    return json({"value": encode_id(record.id), "text": record.title})


def _shape(object: str, reader: Reader) -> PageShape:
    """The fields that the layout asks for on the spot, and every required one besides: without those it cannot be."""
    shape = page_shape(object, reader)
    asked = default_page(reader.manifest, object).quick
    needed = [n for n, one in shape.fields.items() if one.required and one.state == "edit" and one.name != "owner"]
    first = _title_field(shape)
    names = dict.fromkeys([*asked, *([first] if first and not asked else []), *needed])
    return shape.only([n for n in names if n in shape.fields and shape.fields[n].state == "edit"])


def _title_field(shape: PageShape) -> str:
    """The text field that the title of the object begins with."""
    for path in shape.object.title.paths:
        one = shape.fields.get(path[0])
        if len(path) == 1 and one is not None and one.state == "edit" and one.widget in ("text", "person_name"):
            return one.name
    return ""


def _views(shape: PageShape, values: Any, titles: Any, typed: Any, reader: Reader) -> list[FieldView]:
    judge = judge_for(shape.object.name, values, reader)
    place = f"q-{shape.object.name}"
    return [field_view(one, values, titles, reader, judge, typed, place) for one in shape.fields.values()]


def _form(
    shape: PageShape, views: list[FieldView], reader: Reader, problems: list[str] | None = None, status: int = 200
) -> Response:
    return fragment(
        "quick.html",
        status=status,
        object=shape.object.name,
        title=reader.render(Message("New: {object}", {"object": shape.object.label})),
        fields=views,
        problems=problems or [],
    )
