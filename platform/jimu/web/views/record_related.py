"""Related lists of a record page: their rows, and one more record made right there."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.access.rules import require_action
from jimu.definitions.model import RelatedList
from jimu.errors import Conflict, Forbidden, Invalid, JimuError, NotFound
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Create
from jimu.web.pages.form import place_problems, problems_of, views_of
from jimu.web.pages.quick_form import quick_fields, quick_shape
from jimu.web.pages.reader import Reader
from jimu.web.pages.record_related import build_related, find_related
from jimu.web.pages.sent import Typed, read_form
from jimu.web.pages.shapes import page_shape
from jimu.web.responses import fragment, reader_of, record_id
from jimu.web.visit import visit

_REFUSALS = (Invalid, Conflict, Forbidden)
_PATH = "/o/<object>/<id>/related/<source>/<field>"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(_PATH, view_func=show_related)
    blueprint.add_url_rule(f"{_PATH}/new", view_func=show_related_form)
    blueprint.add_url_rule(f"{_PATH}/new", view_func=add_related, methods=["POST"])


def show_related(object: str, id: str, source: str, field: str) -> Response:
    reader, number = reader_of(visit()), record_id(id)
    related = _related(object, number, source, field, reader)
    after, order = request.args.get("after"), request.args.get("order", "")
    found = build_related(related, object, number, reader, after=after, order=order)
    return fragment("related.html", related=found, is_more=bool(after))


def show_related_form(object: str, id: str, source: str, field: str) -> Response:
    """A short form at the foot of the list: its columns and what is needed."""
    reader, number = reader_of(visit()), record_id(id)
    related = _related(object, number, source, field, reader)
    require_action(reader.actor, reader.manifest, source, "create")
    return _quick(related, number, reader)


def add_related(object: str, id: str, source: str, field: str) -> Response:
    """Make the record; answers with the list anew, or with the form and what is wrong."""
    reader, number = reader_of(visit()), record_id(id)
    related = _related(object, number, source, field, reader)
    require_action(reader.actor, reader.manifest, source, "create")
    sent = read_form(quick_shape(related, reader), request.form, reader)
    values = {**sent.values, related.field: number}
    try:
        if sent.problems:
            raise Invalid(Message("Some values cannot be read."), sent.problems)
        write.write(Create(source, values), reader.context)
    except _REFUSALS as error:
        return _quick(related, number, reader, sent.typed, error)
    found = build_related(related, object, number, reader)
    return fragment("related.html", related=found, is_more=False)


def _related(object: str, id: int, source: str, field: str, reader: Reader) -> RelatedList:
    """The list that the layout has here. Raises NotFound where it has none, or the record is not there."""
    names = ("record_type",) if reader.manifest.object(object).record_types else ()
    record = read.get(object, id, reader.context, fields=names)
    related = find_related(page_shape(object, reader, record.values.get("record_type")), source, field)
    if related is None:
        raise NotFound(Message("There is no such list here."))
    return related


def _quick(
    related: RelatedList, id: int, reader: Reader, typed: Typed | None = None, error: JimuError | None = None
) -> Response:
    fields = quick_fields(related, id, reader, typed)
    rest = []
    if error is not None:
        target = reader.manifest.object(related.object)
        summary = place_problems(views_of(fields), problems_of(error), target, reader)
        rest = [text for place, text in summary if not place]
    return fragment("record_quick.html", status=422 if error else 200, fields=fields, href=request.path, problems=rest)
