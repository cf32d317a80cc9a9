"""What every form that writes a record shares: judging what it brought, files along with values, the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Response, request

from jimu.errors import Conflict, Forbidden, Invalid, Locked, Problem, TooLarge
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Command, Create, Record, Update
from jimu.records.context import Context
from jimu.records.files import Upload, store_file
from jimu.records.write_steps.references import UNKNOWN
from jimu.web.pages.display import Titles, Values
from jimu.web.pages.reader import Reader
from jimu.web.pages.sent import Sent
from jimu.web.pages.shapes import PageShape
from jimu.web.responses import go, is_fetch, json
from jimu.web.views.form_duplicates import said
from jimu.web.visit import visit

# What writing may refuse because of the values: these come back on the form, other errors are pages of their own.
REFUSALS = (Invalid, Conflict, Locked, Forbidden, TooLarge)
UNREADABLE = Message("Some values cannot be read.")
WAITS = Message("{title} waits for approval.")
PARTLY = Message("{title} was saved; part of the change waits for approval.")
_FILE_WIDGETS = ("file", "image")
_BIGGEST_FILE_MB = 25


def checked(command: Command, sent: Sent, reader: Reader) -> Any:
    """The command, if everything that was sent could be read; else raises Invalid with all problems."""
    if sent.problems:
        raise Invalid(UNREADABLE, [*sent.problems, *_other_problems(command, sent, reader)])
    return command


def _other_problems(command: Command, sent: Sent, reader: Reader) -> list[Any]:
    """The problems of what could be read, so that all are seen at once; those of fields that could not be are about
    nothing."""
    unread = {p.field for p in sent.problems}
    return [p for p in write.preview(command, reader.context).problems if p.field not in unread]


class Foreseen(NamedTuple):
    """The values that would be stored, computed ones included, the titles of what they point at, and what is wrong."""

    values: dict[str, Any]
    titles: Titles
    problems: tuple[Problem, ...] = ()
    duplicates: tuple[Any, ...] = ()


def previewed(command: Command, values: Values, reader: Reader) -> Foreseen:
    preview = write.preview(command, reader.context)
    # A reference that may not be made is blank: nothing that is computed for the form may read on through it.
    refused = {p.field or "" for p in preview.problems if p.code == UNKNOWN}
    found = {**values, **preview.values, **dict.fromkeys(refused & values.keys())}
    titles = read.resolve_titles(ids_in(found, reader, command.object), reader.context)
    return Foreseen(found, titles, preview.problems, preview.duplicates)


def ids_in(values: Values, reader: Reader | None = None, object: str = "") -> set[int]:
    """The ids among ``values``; of the reference fields only, where the object is given."""
    fields = reader.manifest.object(object).fields if reader else {}
    found: set[int] = set()
    for name, value in values.items():
        if reader and name in fields and fields[name].kind not in (Kind.REFERENCE, Kind.REFERENCES):
            continue
        if isinstance(value, int) and not isinstance(value, bool):
            found.add(value)
        elif isinstance(value, list):
            found.update(v for v in value if isinstance(v, int))
    return found


def with_type(values: Mapping[str, Any], variant: str) -> dict[str, Any]:
    return {**values, "record_type": variant} if variant else dict(values)


def uploads(shape: PageShape) -> list[tuple[str, Any]]:
    return [
        (name, file)
        for name, field in shape.fields.items()
        if field.state == "edit" and field.widget in _FILE_WIDGETS
        for file in request.files.getlist(name)
        if file.filename
    ]


def dropped_files(shape: PageShape, record: Record) -> dict[str, Any]:
    """File fields from which the person took something away, with what is left."""
    found: dict[str, Any] = {}
    for name, field in shape.fields.items():
        if field.state != "edit" or field.widget not in _FILE_WIDGETS or f"_has_{name}" not in request.form:
            continue
        before = record.values.get(name)
        if field.widget == "image":
            if before is not None and encode_id(before) not in request.form.getlist(f"_keep_{name}"):
                found[name] = None
            continue
        kept = [v for v in before or [] if encode_id(v) in request.form.getlist(f"_keep_{name}")]
        if kept != (before or []):
            found[name] = kept
    return found


def save(
    command: Create | Update, shape: PageShape, reader: Reader, before: Record | None = None, within: Any = None
) -> Record:
    """Write the values, then the files that belong to the record now known: one unit, all or nothing.

    ``within``: the context of the unit that this belongs to.
    """
    context: Context = said(within or reader.context)
    files = uploads(shape)
    dropped = dropped_files(shape, before) if before else {}
    if not files and not dropped:
        return write.write(command, context)
    with write.unit_of_work(context) as unit:
        record = write.write(command, unit) if command.values or isinstance(command, Create) else before
        assert record is not None
        changes: dict[str, Any] = dict(dropped)
        for name, file in files:
            field = shape.fields[name]
            most = int(field.field.options.get("max_size_mb", _BIGGEST_FILE_MB)) << 20
            upload = Upload(file.filename, file.content_type or "", file.stream, name, most)
            attachment = store_file(upload, record.id, unit)
            if field.widget == "image":
                changes[name] = attachment.id
            else:
                kept = changes.get(name, (before.values.get(name) if before else None) or [])
                changes[name] = [*kept, attachment.id]
        return write.write(Update(command.object, record.id, changes), unit)


def saved_note(record: Record, plain: Message) -> Message:
    """What is said of a record that was written: ``plain``, unless it waits for approval."""
    if not record.waits:
        return plain
    return Message(WAITS.template if record.created or not record.changed else PARTLY.template, {"title": record.title})


def done(address: str, note: Message, **data: str) -> Response:
    """The form did its work: on to ``address``. A script is told where; it goes there itself. ``data``: what the note
    offers (undo)."""
    response = go(address, note, **data)
    if not is_fetch():
        return response
    answer = json({"go": response.location})
    for cookie in response.headers.getlist("Set-Cookie"):
        answer.headers.add("Set-Cookie", cookie)
    return answer


def told_problems(summary: list[tuple[str, str]], **more: Any) -> Response:
    """The problems for a script that keeps the form as it is: for each the id of its control and its text."""
    heading = visit().renderer.plural(
        "{n} thing must be put right before it can be saved",
        "{n} things must be put right before it can be saved",
        len(summary),
    )
    return json({"heading": heading, "problems": [{"id": id, "text": text} for id, text in summary], **more}, 422)
