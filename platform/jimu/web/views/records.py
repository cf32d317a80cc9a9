"""Record pages and what stands on them: related lists, history, comments, attachments."""

from __future__ import annotations

from babel.units import format_unit
from flask import Blueprint, Response, request

from jimu.access.rules import action_allowed
from jimu.errors import Invalid, NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Create, Delete, Record
from jimu.records.files import ATTACHMENT, Upload, store_file
from jimu.records.requests import ListRequest
from jimu.web.pages.display import presenter_for
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.record import build_history, build_record_page, build_related, find_related
from jimu.web.pages.shapes import page_shape
from jimu.web.responses import fragment, go, page, reader_of, record_id, whole_number
from jimu.web.visit import visit

COMMENT = "comment"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/<id>", view_func=show_record)
    blueprint.add_url_rule("/o/<object>/<id>/related/<source>/<field>", view_func=show_related)
    blueprint.add_url_rule("/o/<object>/<id>/history", view_func=show_history)
    blueprint.add_url_rule("/o/<object>/<id>/comments", view_func=show_comments)
    blueprint.add_url_rule("/o/<object>/<id>/comments", view_func=add_comment, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/<id>/attachments", view_func=show_attachments)
    blueprint.add_url_rule("/o/<object>/<id>/attachments", view_func=add_attachments, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/<id>/attachments/<file>/delete", view_func=delete_attachment, methods=["POST"])


def show_record(object: str, id: str) -> Response:
    now = visit()
    reader = reader_of(now)
    found = build_record_page(object, record_id(id), reader)
    crumbs = [Crumb(reader.label(found.object.plural) or object, f"/o/{object}"), Crumb(found.title)]
    return page(
        "record.html",
        found.title,
        object=object,
        page=found,
        crumbs=crumbs,
        saved_draft=request.args.get("saved", ""),
        may_comment=action_allowed(reader.actor, reader.manifest, COMMENT, "create"),
    )


def show_related(object: str, id: str, source: str, field: str) -> Response:
    reader = reader_of(visit())
    record = read.get(object, record_id(id), reader.context, fields=("record_type",))
    related = find_related(page_shape(object, reader, record.values.get("record_type")), source, field)
    if related is None:
        raise NotFound(Message("There is no such list here."))
    after = request.args.get("after")
    found = build_related(related, object, record.id, reader, after)
    return fragment("related.html", related=found, is_more=bool(after))


def show_history(object: str, id: str) -> Response:
    before = request.args.get("before", "")
    entries, more = build_history(object, record_id(id), reader_of(visit()), whole_number(before))
    href = f"{record_url(object, record_id(id))}/history?before={more}" if more else ""
    return fragment("history.html", entries=entries, more=href, is_more=bool(before))


def show_comments(object: str, id: str) -> Response:
    return _comments(object, record_id(id))


def add_comment(object: str, id: str) -> Response:
    """Answers with the list of comments; what was typed comes back with the reason where it cannot be kept."""
    number, text = record_id(id), request.form.get("text", "").strip()
    read.get(object, number, visit().context, fields=())
    try:
        write.write(Create(COMMENT, {"record": number, "text": text or None}), visit().context)
    except Invalid as error:
        return _comments(object, number, text, [visit().say(p.message) for p in error.problems], 422)
    if "HX-Request" not in request.headers:
        return go(f"{record_url(object, number)}#comments", Message("The comment was added."))
    return _comments(object, number)


def _comments(
    object: str, number: int, typed: str = "", problems: list[str] | None = None, status: int = 200
) -> Response:
    reader = reader_of(visit())
    request_ = ListRequest(COMMENT, order=("-created_at",), limit=100)
    found = read.related(object, number, COMMENT, "record", request_, reader.context)
    fields = reader.manifest.object(COMMENT).fields
    who, when = presenter_for(fields["created_by"], reader), presenter_for(fields["created_at"], reader)
    comments = [
        (
            who(r.values.get("created_by"), r.values, r.titles),
            when(r.values.get("created_at"), r.values, r.titles),
            r.values["text"],
        )
        for r in found.records
    ]
    return fragment(
        "comments.html",
        status=status,
        comments=comments,
        href=f"{record_url(object, number)}/comments",
        typed=typed,
        problems=problems or [],
        may_comment=action_allowed(reader.actor, reader.manifest, COMMENT, "create"),
    )


def show_attachments(object: str, id: str) -> Response:
    return _attachments(object, record_id(id))


def add_attachments(object: str, id: str) -> Response:
    number = record_id(id)
    now = visit()
    read.get(object, number, now.context, fields=())
    for file in request.files.getlist("files"):
        if file.filename:
            store_file(Upload(file.filename, file.content_type or "", file.stream), number, now.context)
    return go(f"{record_url(object, number)}#attachments", Message("The files were added."))


def delete_attachment(object: str, id: str, file: str) -> Response:
    number = record_id(id)
    write.write(Delete(ATTACHMENT, record_id(file)), visit().context)
    return go(f"{record_url(object, number)}#attachments", Message("The file was put into the recycle bin."))


def _attachments(object: str, number: int) -> Response:
    reader = reader_of(visit())
    request_ = ListRequest(ATTACHMENT, order=("-created_at",), limit=200)
    found = read.related(object, number, ATTACHMENT, "record", request_, reader.context)
    files = [_file_view(r, reader) for r in found.records if not r.values.get("field")]
    return fragment(
        "attachments.html",
        files=files,
        href=f"{record_url(object, number)}/attachments",
        may_add=action_allowed(reader.actor, reader.manifest, ATTACHMENT, "create"),
    )


def _file_view(record: Record, reader: Reader) -> dict[str, object]:
    fields = reader.manifest.object(ATTACHMENT).fields
    size = int(record.values.get("size") or 0)
    unit, amount = ("megabyte", size / (1 << 20)) if size >= 1 << 20 else ("kilobyte", max(1, size / 1024))
    babel_locale = reader.format_context().babel_locale
    return {
        "id": encode_id(record.id),
        "name": record.values["name"],
        "size": format_unit(
            round(amount, 1 if unit == "megabyte" else 0), f"digital-{unit}", "short", locale=babel_locale
        ),
        "who": presenter_for(fields["created_by"], reader)(
            record.values.get("created_by"), record.values, record.titles
        ),
        "when": presenter_for(fields["created_at"], reader)(
            record.values.get("created_at"), record.values, record.titles
        ),
    }
