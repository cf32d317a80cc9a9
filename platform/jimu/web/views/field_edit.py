"""Editing in place: the controls of given fields of a record, and saving just these.

``GET /o/<object>/<id>/fields?names=a,b`` answers the controls as a fragment. ``POST`` to the same address saves them:
200 with how the page reads now (JSON), 422 with the controls again and their problems, 409 where somebody else changed
one of these very fields meanwhile: the fragment then shows what was, what is and what was typed, and can be sent again.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, request

from jimu.access.rules import require_action
from jimu.errors import BadRequest, StaleVersion
from jimu.messages import Message
from jimu.records import read
from jimu.records.commands import Record, Update
from jimu.web.pages.field_edit import base_among, build_fields_form, reading_of, shapes_of
from jimu.web.pages.form import place_problems, problems_of, views_of
from jimu.web.pages.model import FieldShape
from jimu.web.pages.reader import Reader
from jimu.web.pages.sent import Arguments, Sent, base_of, read_base, read_form
from jimu.web.pages.shapes import PageShape, page_shape
from jimu.web.pages.stale import merge_rows
from jimu.web.responses import fragment, json, reader_of, record_id, whole_number
from jimu.web.views.saving import REFUSALS, checked, dropped_files, ids_in, save, uploads
from jimu.web.visit import visit

MOST_FIELDS = 200


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/<id>/fields", view_func=show_fields)
    blueprint.add_url_rule("/o/<object>/<id>/fields", view_func=save_fields, methods=["POST"])


def show_fields(object: str, id: str) -> Response:
    reader = reader_of(visit())
    shape, shapes, record = _asked(object, id, request.args.get("names", ""), reader)
    return fragment("fields.html", form=build_fields_form(shape, shapes, record, reader))


def save_fields(object: str, id: str) -> Response:
    reader = reader_of(visit())
    shape, shapes, record = _asked(object, id, request.form.get("_fields", ""), reader)
    base = read_base(request.form.get("_base"))
    names = {part.name for one in shapes for part in (one, *one.parts)}
    form = request.form if request.form.get("_choose") != "theirs" else Arguments({})
    sent = read_form(shape.only(names), form, reader, base)
    command = Update(object, record.id, sent.values, _version(shape, shapes, record, base, reader))
    try:
        if not sent.problems and not sent.values and not uploads(shape) and not dropped_files(shape, record):
            return _saved(shape, record, reader)
        save(checked(command, sent, reader), shape, reader, record)
    except StaleVersion:
        return _stale(shape.only(names), shapes, record, sent, reader)
    except REFUSALS as error:
        view = build_fields_form(shape, shapes, record, reader, sent.typed)
        view.base = base or view.base
        view.version = whole_number(request.form.get("_version")) or record.version
        view.summary = place_problems(views_of(view.fields), problems_of(error), shape.object, reader)
        return fragment("fields.html", status=422, form=view)
    return _saved(shape, read.get(object, record.id, reader.context), reader)


def _asked(object: str, id: str, names: str, reader: Reader) -> tuple[PageShape, list[FieldShape], Record]:
    require_action(reader.actor, reader.manifest, object, "update")
    record = read.get(object, record_id(id), reader.context)
    shape = page_shape(object, reader, record.values.get("record_type"))
    wanted = list(dict.fromkeys(name for name in names.split(",") if name))
    if not wanted or len(wanted) > MOST_FIELDS:
        raise BadRequest(Message("Say which fields."))
    return shape, shapes_of(shape, wanted, reader), record


def _version(
    shape: PageShape, shapes: Sequence[FieldShape], record: Record, base: dict[str, list[str]] | None, reader: Reader
) -> int:
    """The version to be changed: the one now, where nobody touched these fields; else the one that was seen."""
    given = whole_number(request.form.get("_version"))
    if given is None or base is None or given == record.version:
        return record.version if given is None else given
    is_untouched = base_among(base_of(shape, record.values, reader), shapes) == base_among(base, shapes)
    return record.version if is_untouched else given


def _saved(shape: PageShape, record: Record, reader: Reader) -> Response:
    reading = reading_of(shape, record, reader)
    value = visit().renderer.macro("components/value.html", "value")
    return json(
        {
            "version": reading.version,
            "title": reading.title,
            "fields": {name: value(shown) for name, shown in reading.shown.items()},
            "hidden": reading.hidden,
            "hidden_sections": reading.hidden_sections,
        }
    )


def _stale(shape: PageShape, shapes: Sequence[FieldShape], record: Record, sent: Sent, reader: Reader) -> Response:
    base = read_base(request.form.get("_base")) or {}
    titles = {**record.titles, **read.resolve_titles(ids_in(sent.values), reader.context)}
    return fragment(
        "fields_stale.html",
        status=409,
        rows=merge_rows(shape, base, sent, record.values, titles, reader),
        who=titles.get(record.values.get("updated_by") or 0, ""),
        form=build_fields_form(shape, shapes, record, reader),
    )
