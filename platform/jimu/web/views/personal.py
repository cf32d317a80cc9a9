"""What is known of a person: found, handed out, erased. And what retention will do in the next night."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.care.erasing import Trace, erase, export_traces, find_traces, personal_objects
from jimu.care.retention import preview_retention
from jimu.definitions.kinds.duration import Duration
from jimu.errors import BadRequest
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message, Text
from jimu.records import read
from jimu.web.pages.display import presenter_for
from jimu.web.pages.lengths import length_of
from jimu.web.pages.reader import Reader, record_url
from jimu.web.responses import go, reader_of, record_id
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import visit

HOME = "/admin/personal"
_HOW = {
    "self": Message("The person"),
    "merged": Message("Merged into it"),
    "about": Message("About the person"),
    "alike": Message("Perhaps the same person"),
}
_THEN = {
    "delete": Message("into the recycle bin"),
    "purge": Message("removed for good"),
    "anonymise": Message("made nameless"),
}


def register(blueprint: Blueprint) -> None:
    add(blueprint, HOME, show_personal, "personal")
    add(blueprint, f"{HOME}/<object>/<id>", show_traces, "personal")
    add(blueprint, f"{HOME}/<object>/<id>/export", export_person, "personal", post=True)
    add(blueprint, f"{HOME}/<object>/<id>/erase", erase_person, "personal", post=True)
    add(blueprint, "/admin/retention", show_retention, "retention")


def show_personal() -> Response:
    """Looks for persons by their names, addresses and numbers."""
    reader = reader_of(visit())
    objects = personal_objects(reader.manifest)
    text = request.args.get("q", "").strip()[:200]
    hits = read.search(text, reader.context, [o.name for o in objects], 30) if text else []
    title = reader.render(Message("Personal data"))
    return admin_page(
        "personal",
        title,
        "personal",
        text=text,
        rows=[(hit.title, f"{HOME}/{hit.object}/{encode_id(hit.id)}", _kind(hit.object, reader)) for hit in hits],
        kinds=[reader.label(o.plural) for o in objects],
    )


def _kind(object: str, reader: Reader) -> str:
    return reader.label(reader.manifest.objects[object].label)


def show_traces(object: str, id: str) -> Response:
    reader = reader_of(visit())
    traces = find_traces(object, record_id(id), reader.context)
    title = reader.render(Message("Known of {title}", {"title": traces.title}))
    return admin_page(
        "personal_traces",
        title,
        "personal",
        traces=traces,
        rows=[(one, _how(one, reader), _kind(one.object, reader), _values(one, reader)) for one in traces.found],
        href=f"{HOME}/{object}/{encode_id(traces.id)}",
        record_href=lambda trace: record_url(trace.object, trace.id) if trace.how != "merged" else "",
    )


def _how(trace: Trace, reader: Reader) -> str:
    return reader.render(_HOW[trace.how])


def _values(trace: Trace, reader: Reader) -> list[tuple[str, str]]:
    """Labels and values as text: whoever erases must see what there is."""
    fields = reader.manifest.objects[trace.object].fields
    shown = []
    for name, value in trace.values.items():
        field = fields[name]
        text = value if isinstance(value, str) else presenter_for(field, reader)(value, trace.values, {}).text
        shown.append((reader.label(field.label), str(text or value)))
    return shown


def export_person(object: str, id: str) -> Response:
    reader = reader_of(visit())
    data = export_traces(object, record_id(id), reader.context, also=_also())
    headers = {"Content-Disposition": f'attachment; filename="{object}-{encode_id(record_id(id))}.zip"'}
    return Response(data, 200, headers, mimetype="application/zip")


def erase_person(object: str, id: str) -> Response:
    """Only once the title has been typed, since nothing brings it back."""
    reader = reader_of(visit())
    traces = find_traces(object, record_id(id), reader.context)
    if request.form.get("confirmation", "").strip().casefold() != traces.title.strip().casefold():
        raise BadRequest(Message("Nothing was erased: type {word} to confirm.", {"word": traces.title}))
    done = erase(object, record_id(id), reader.context, also=_also())
    total = sum(done.changed.values()) + sum(done.removed.values())
    return go(HOME, Message("Erased in {n} records.", {"n": total}))


def _also() -> list[int]:
    return [record_id(text) for text in request.form.getlist("also")]


def show_retention() -> Response:
    reader = reader_of(visit())
    title = reader.render(Message("Retention"))
    rows = [
        (
            reader.label(reader.manifest.objects[due.object].plural),
            reader.label(due.label) if isinstance(due.label, Text) else reader.render(due.label),
            reader.render(_THEN[due.then]),
            length_of(Duration(due.days, "days"), reader),
            due.count,
            [title or reader.render(Message("(no title)")) for _, title in due.first],
        )
        for due in preview_retention(reader.context)
    ]
    return admin_page("retention", title, "retention", rows=rows)
