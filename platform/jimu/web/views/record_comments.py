"""Comments on a record: add, reply, change, delete, and whom one may mention."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from jimu.errors import Invalid, NotFound
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Create, Delete, Record, Update
from jimu.records.mentions import COMMENT, MENTIONS, RECORD, TEXT
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.record_comments import build_comments, comment_view, may_comment, people_to_mention
from jimu.web.responses import fragment, json, reader_of, record_id, whole_number
from jimu.web.visit import visit

_PATH = "/o/<object>/<id>/comments"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(_PATH, view_func=show_comments)
    blueprint.add_url_rule(_PATH, view_func=add_comment, methods=["POST"])
    blueprint.add_url_rule(f"{_PATH}/<comment>/edit", view_func=edit_comment)
    blueprint.add_url_rule(f"{_PATH}/<comment>/edit", view_func=change_comment, methods=["POST"])
    blueprint.add_url_rule(f"{_PATH}/<comment>/delete", view_func=delete_comment, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/<id>/mention", view_func=offer_people)


def show_comments(object: str, id: str) -> Response:
    return _comments(object, record_id(id), after=request.args.get("after"))


def add_comment(object: str, id: str) -> Response:
    """Answers with the comments; what was typed comes back with the reason where it cannot be kept."""
    reader, number = reader_of(visit()), record_id(id)
    read.get(object, number, reader.context, fields=(), titles=False)
    values: dict[str, Any] = {"record": number, **_typed(reader)}
    if request.form.get("reply_to"):
        values["reply_to"] = _thread(number, request.form["reply_to"], reader)
    try:
        write.write(Create(COMMENT, values), reader.context)
    except Invalid as error:
        problems = [reader.render(p.message) for p in error.problems]
        return _comments(object, number, typed=str(values["text"] or ""), problems=problems, status=422)
    return _comments(object, number)


def _typed(reader: Reader) -> dict[str, Any]:
    """The text, and those of the people chosen whose names still stand in it."""
    text = request.form.get(TEXT, "").replace("\r\n", "\n").strip()
    ids = {record_id(one) for one in request.form.getlist(MENTIONS)[:50]}
    names = read.resolve_titles(ids, reader.context)
    return {TEXT: text or None, MENTIONS: [id for id, name in names.items() if f"@{name}" in text]}


def _thread(record: int, comment: str, reader: Reader) -> int:
    """The comment that begins the thread: replies to replies stand in the same thread."""
    above = _comment(record, comment, reader)
    found = above.values.get("reply_to")
    return int(found) if found else above.id


def _comment(record: int, comment: str, reader: Reader) -> Record:
    found = read.get(COMMENT, record_id(comment), reader.context)
    if found.values.get(RECORD) != record:
        raise NotFound(Message("There is no such comment."))
    return found


def edit_comment(object: str, id: str, comment: str) -> Response:
    reader = reader_of(visit())
    found = _own(record_id(id), comment, reader)
    return fragment(
        "comment_edit.html", comment=comment_view(found, reader), href=_href(object, id), version=found.version
    )


def change_comment(object: str, id: str, comment: str) -> Response:
    reader, number = reader_of(visit()), record_id(id)
    found = _own(number, comment, reader)
    version = whole_number(request.form.get("_version"))
    try:
        write.write(Update(COMMENT, found.id, _typed(reader), version), reader.context)
    except Invalid as error:
        problems = [reader.render(p.message) for p in error.problems]
        view = comment_view(found, reader)
        view.typed = request.form.get(TEXT, "")
        return fragment(
            "comment_edit.html",
            status=422,
            comment=view,
            href=_href(object, id),
            version=found.version,
            problems=problems,
        )
    return _comments(object, number)


def _own(record: int, comment: str, reader: Reader) -> Record:
    """People change what they themselves said, and nothing else."""
    found = _comment(record, comment, reader)
    if found.values.get("created_by") != reader.actor.id:
        raise NotFound(Message("There is no such comment of yours."))
    return found


def delete_comment(object: str, id: str, comment: str) -> Response:
    reader, number = reader_of(visit()), record_id(id)
    found = _comment(number, comment, reader)
    write.write(Delete(COMMENT, found.id), reader.context)
    return _comments(object, number, undo=f"/bin/{COMMENT}/{comment}/restore")


def offer_people(object: str, id: str) -> Response:
    """People whose names fit ``q``; only such as may read the record."""
    reader, number = reader_of(visit()), record_id(id)
    read.get(object, number, reader.context, fields=(), titles=False)
    found = people_to_mention(number, request.args.get("q", "").strip()[:100], reader)
    return json({"people": [{"id": id, "name": name} for id, name in found]})


def _href(object: str, id: str) -> str:
    return f"{record_url(object, record_id(id))}/comments"


def _comments(
    object: str,
    number: int,
    *,
    after: str | None = None,
    typed: str = "",
    problems: list[str] | None = None,
    status: int = 200,
    undo: str = "",
) -> Response:
    reader = reader_of(visit())
    found = build_comments(object, number, reader, after)
    return fragment(
        "comments.html",
        status=status,
        found=found,
        is_more=bool(after),
        href=f"{record_url(object, number)}/comments",
        people=f"{record_url(object, number)}/mention",
        typed=typed,
        problems=problems or [],
        may_comment=may_comment(reader),
        undo=undo,
        key=f"{object}/{number}",
    )
