"""Record pages: the page itself, its pieces anew after a change, related lists, the card of a link."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.approval_notice import running_approvals
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader
from jimu.web.pages.record import RecordPage, build_record_page
from jimu.web.pages.record_card import build_card, object_of
from jimu.web.responses import fragment, go, page, reader_of, record_id
from jimu.web.views import (
    record_access,
    record_comments,
    record_files,
    record_history,
    record_related,
    record_secrets,
    record_timeline,
)
from jimu.web.visit import visit

MERGED = Message("The record that you asked for was merged into this one.")
PARTS = (record_related, record_comments, record_files, record_history, record_timeline, record_secrets, record_access)


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/<id>", view_func=show_record)
    blueprint.add_url_rule("/o/<object>/<id>/pieces", view_func=show_pieces)
    blueprint.add_url_rule("/o/<object>/<id>/card", view_func=show_card)
    blueprint.add_url_rule("/r/<id>/card", view_func=find_card)
    for part in PARTS:
        part.register(blueprint)


def show_record(object: str, id: str) -> Response:
    reader = reader_of(visit())
    found = build_record_page(object, record_id(id), reader)
    if found.record.id != record_id(id):
        return go(found.href, MERGED)
    crumbs = [Crumb(reader.label(found.object.plural) or object, f"/o/{object}"), Crumb(found.title)]
    return page(
        "record.html",
        found.title,
        object=object,
        page=found,
        crumbs=crumbs,
        saved_draft=request.args.get("saved", ""),
        approvals=running_approvals(object, found.record.id, reader),
    )


def show_pieces(object: str, id: str) -> Response:
    reader = reader_of(visit())
    return pieces(build_record_page(object, record_id(id), reader))


def pieces(found: RecordPage, note: str = "") -> Response:
    """What of a record page can change with its values: the script puts each piece in its place."""
    return fragment("record_pieces.html", page=found, note=note)


def show_card(object: str, id: str) -> Response:
    reader = reader_of(visit())
    return _card(object, record_id(id), reader)


def find_card(id: str) -> Response:
    """The card of a record whose object the address does not name."""
    reader, number = reader_of(visit()), record_id(id)
    return _card(object_of(number, reader), number, reader)


def _card(object: str, id: int, reader: Reader) -> Response:
    response = fragment("record_card.html", card=build_card(object, id, reader))
    response.headers["Cache-Control"] = "private, max-age=30"
    return response


def require_readable(object: str, id: int, reader: Reader) -> None:
    """Raises NotFound where the record is not there for the reader."""
    read.get(object, id, reader.context, fields=(), titles=False)
