"""The recycle bin: what was deleted, to be taken out again or, with the right to it, removed for good."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.access.rules import action_allowed, require_action
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Delete, Restore
from jimu.records.requests import ListRequest
from jimu.web.pages.display import presenter_for
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import record_url
from jimu.web.responses import go, page, reader_of, record_id
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/bin", view_func=show_bin)
    blueprint.add_url_rule("/bin/<object>/<id>/restore", view_func=restore, methods=["POST"])
    blueprint.add_url_rule("/bin/<object>/<id>/purge", view_func=purge, methods=["POST"])


def show_bin() -> Response:
    reader = reader_of(visit())
    objects = [
        o
        for o in reader.manifest.objects.values()
        if not o.retired and action_allowed(reader.actor, reader.manifest, o.name, "delete")
    ]
    chosen = next((o for o in objects if o.name == request.args.get("object")), objects[0] if objects else None)
    rows: list[tuple[str, str, object]] = []
    more = ""
    if chosen is not None:
        found = read.list_records(
            ListRequest(
                chosen.name,
                deleted="deleted",
                order=("-deleted_at",),
                fields=("title", "deleted_at"),
                after=request.args.get("after") or None,
            ),
            reader.context,
        )
        when = presenter_for(chosen.fields["deleted_at"], reader)
        rows = [
            (
                r.title,
                f"/bin/{chosen.name}/{record_url('', r.id).rsplit('/', 1)[1]}",
                when(r.values.get("deleted_at"), {}, {}),
            )
            for r in found.records
        ]
        more = found.next or ""
    title = reader.render(Message("Recycle bin"))
    return page(
        "bin.html",
        title,
        crumbs=[Crumb(title)],
        objects=objects,
        chosen=chosen,
        rows=rows,
        more=more,
        may_purge=bool(chosen and action_allowed(reader.actor, reader.manifest, chosen.name, "purge")),
    )


def restore(object: str, id: str) -> Response:
    record = write.write(Restore(object, record_id(id)), visit().context)
    return go(
        record_url(object, record.id), Message("{title} was taken out of the recycle bin.", {"title": record.title})
    )


def purge(object: str, id: str) -> Response:
    now = visit()
    require_action(now.actor, now.manifest, object, "purge")
    write.write(Delete(object, record_id(id), purge=True), now.context)
    return go(f"/bin?object={object}", Message("The record was removed for good."))
