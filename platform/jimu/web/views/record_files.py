"""Files of a record on its page: the list, adding by drop, paste or choice, deleting."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.errors import NotFound
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Delete
from jimu.records.files import Upload, store_file
from jimu.records.stored_files import ATTACHMENT
from jimu.web.pages.reader import record_url
from jimu.web.pages.record_files import build_files
from jimu.web.responses import fragment, go, is_fetch, reader_of, record_id
from jimu.web.visit import visit

_PATH = "/o/<object>/<id>/attachments"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(_PATH, view_func=show_attachments)
    blueprint.add_url_rule(_PATH, view_func=add_attachments, methods=["POST"])
    blueprint.add_url_rule(f"{_PATH}/<file>/delete", view_func=delete_attachment, methods=["POST"])


def show_attachments(object: str, id: str) -> Response:
    return _attachments(object, record_id(id), after=request.args.get("after"))


def add_attachments(object: str, id: str) -> Response:
    number, now = record_id(id), visit()
    read.get(object, number, now.context, fields=(), titles=False)
    with write.unit_of_work(now.context) as unit:
        for file in request.files.getlist("files"):
            if file.filename:
                store_file(Upload(file.filename, file.content_type or "", file.stream), number, unit)
    if is_fetch():
        return _attachments(object, number)
    return go(f"{record_url(object, number)}#attachments", Message("The files were added."))


def delete_attachment(object: str, id: str, file: str) -> Response:
    number, reader = record_id(id), reader_of(visit())
    found = read.get(ATTACHMENT, record_id(file), reader.context, titles=False)
    if found.values.get("record") != number or found.values.get("field"):
        raise NotFound(Message("There is no such file."))
    write.write(Delete(ATTACHMENT, found.id), reader.context)
    if is_fetch():
        return _attachments(object, number, undo=f"/bin/{ATTACHMENT}/{file}/restore")
    return go(f"{record_url(object, number)}#attachments", Message("The file was put into the recycle bin."))


def _attachments(object: str, number: int, after: str | None = None, undo: str = "") -> Response:
    reader = reader_of(visit())
    return fragment(
        "attachments.html",
        found=build_files(object, number, reader, after),
        href=f"{record_url(object, number)}/attachments",
        is_more=bool(after),
        undo=undo,
    )
