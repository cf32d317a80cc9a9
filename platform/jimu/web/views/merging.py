"""Merging records on a page: side by side, a choice for each field that differs."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.care.merging import Merge, foresee_merge, merge_records
from jimu.care.retention import UNDO_DAYS
from jimu.care.scanning import settle
from jimu.care.workbench import get_cluster
from jimu.errors import BadRequest, Conflict, Invalid
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.web.pages.merging import ALL, build_merge_page
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader, record_url
from jimu.web.responses import go, page, reader_of, record_id
from jimu.web.visit import visit

_TOLD_HERE = (Invalid, Conflict)  # a lock is told on a page of its own, which leads to the approval
CHOSEN = "f."


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/merge", view_func=show_merge)
    blueprint.add_url_rule("/merge", view_func=merge, methods=["POST"])


def show_merge() -> Response:
    """``ids``: with commas; ``master``: the survivor, else the record that was made first."""
    reader = reader_of(visit())
    return _page(_asked(request.args, reader), request.args.get("cluster", ""), reader)


def merge() -> Response:
    reader = reader_of(visit())
    asked = _asked(request.form, reader)
    cluster = request.form.get("cluster", "")
    if request.form.get("_preview"):
        return _page(asked, cluster, reader)
    group = get_cluster(record_id(cluster), reader.context) if cluster else None
    try:
        done = merge_records(asked, reader.context)
    except _TOLD_HERE as error:
        texts = [reader.render(p.message) for p in error.problems] or [reader.render(error.message)]
        return _page(asked, cluster, reader, texts, 422)
    if group is not None:
        settle(group.id, "merged", reader.context)
    note = Message("Merged into {title}: {n} records.", {"title": done.survivor.title, "n": len(asked.ids)})
    undo = f"/o/mass_change/{encode_id(done.unit)}/undo"
    address = f"/duplicates?object={asked.object}" if cluster else record_url(asked.object, asked.master)
    return go(address, note, undo=undo)


def _asked(given: object, reader: Reader) -> Merge:
    get = given.get  # type: ignore[attr-defined]
    object = get("object", "")
    reader.manifest.object(object)
    ids = tuple(dict.fromkeys(record_id(text) for text in get("ids", "").split(",") if text))
    if not ids:
        raise BadRequest(Message("Choose records first."))
    master = record_id(get("master")) if get("master") else min(ids)
    chosen = {
        name.removeprefix(CHOSEN): 0 if value == ALL else record_id(value)
        for name, value in request.form.items()
        if name.startswith(CHOSEN)
    }
    return Merge(object, ids, master, chosen)


def _page(asked: Merge, cluster: str, reader: Reader, problems: list[str] | None = None, status: int = 200) -> Response:
    definition = reader.manifest.object(asked.object)
    title = reader.render(Message("Merge: {object}", {"object": definition.plural}))
    listed = Crumb(reader.label(definition.plural), f"/o/{asked.object}")
    return page(
        "merge.html",
        title,
        status=status,
        object=asked.object,
        merge=build_merge_page(foresee_merge(asked, reader.context), reader),
        ids=",".join(encode_id(id) for id in asked.ids),
        cluster=cluster,
        days=UNDO_DAYS,
        problems=problems or [],
        back=f"/duplicates?object={asked.object}" if cluster else f"/o/{asked.object}",
        crumbs=[listed, Crumb(title)],
    )
