"""Deleting a record: what goes along is told first, and the bin gives it back."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.access.rules import require_action
from jimu.errors import JimuError
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Delete, Record
from jimu.records.requests import ListRequest
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader, record_url
from jimu.web.responses import go, local, page, reader_of, record_id, whole_number
from jimu.web.visit import visit

_FATES = {
    "cascade": Message("go into the recycle bin too"),
    "restrict": Message("keep it from being deleted"),
    "set_null": Message("no longer point at it"),
}


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/<id>/delete", view_func=ask_delete)
    blueprint.add_url_rule("/o/<object>/<id>/delete", view_func=delete, methods=["POST"])


def ask_delete(object: str, id: str) -> Response:
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "delete")
    record = read.get(object, record_id(id), reader.context)
    href = record_url(object, record.id)
    return page(
        "delete.html",
        reader.render(Message("Delete {title}?", {"title": record.title})),
        object=object,
        record=record,
        href=href,
        along=_along(record, reader),
        crumbs=[Crumb(reader.label(reader.manifest.object(object).plural), f"/o/{object}"), Crumb(record.title, href)],
    )


def _along(record: Record, reader: Reader) -> list[tuple[str, str]]:
    """What becomes of the records that point at this one: (their plural with their number, what happens)."""
    found = []
    for source, field in reader.manifest.object(record.object).dependents:
        target = reader.manifest.objects[source]
        if target.retired or (target.system and source not in ("comment", "attachment")):
            continue
        try:
            count = read.related(
                record.object,
                record.id,
                source,
                field,
                ListRequest(source, limit=1, fields=("id",), count="estimated"),
                reader.context,
            ).count
        except JimuError:
            continue  # records that the reader may not see are no news for them
        if count and count.value:
            number = f"{count.value}{'' if count.exact else '+'}"
            fate = reader.render(_FATES[target.fields[field].on_delete])
            found.append((f"{number} {reader.label(target.plural)}", fate))
    return found


def delete(object: str, id: str) -> Response:
    now = visit()
    number = record_id(id)
    record = read.get(object, number, now.context, fields=())
    write.write(Delete(object, number, whole_number(request.form.get("_version"))), now.context)
    return go(
        local(request.form.get("_back"), f"/o/{object}"),
        Message("{title} was put into the recycle bin.", {"title": record.title}),
        undo=f"/bin/{object}/{encode_id(number)}/restore",
    )
