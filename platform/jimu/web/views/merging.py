"""Merging records on a page, and working through the groups of duplicates that were found."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.care.merging import Merge, foresee_merge, may_merge, merge_records
from jimu.care.retention import UNDO_DAYS
from jimu.care.scanning import ask_for_scan, scanned_rules, settle
from jimu.care.workbench import dismiss, find_clusters, get_cluster, merged_objects
from jimu.errors import BadRequest, Conflict, Forbidden, Invalid
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.merging import ALL, build_merge_page
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader, record_url
from jimu.web.responses import go, local, page, reader_of, record_id
from jimu.web.visit import visit

_TOLD_HERE = (Invalid, Conflict)  # a lock is told on a page of its own, which leads to the approval
CHOSEN = "f."


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/merge", view_func=show_merge)
    blueprint.add_url_rule("/merge", view_func=merge, methods=["POST"])
    blueprint.add_url_rule("/duplicates", view_func=show_duplicates)
    blueprint.add_url_rule("/duplicates/scan", view_func=scan_now, methods=["POST"])
    blueprint.add_url_rule("/duplicates/<id>/dismiss", view_func=dismiss_cluster, methods=["POST"])


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
    try:
        done = merge_records(asked, reader.context)
    except _TOLD_HERE as error:
        texts = [reader.render(p.message) for p in error.problems] or [reader.render(error.message)]
        return _page(asked, cluster, reader, texts, 422)
    if cluster:
        settle(record_id(cluster), "merged", reader.context)
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


# --- the workbench ----------------------------------------------------------------------------------------------------


def show_duplicates() -> Response:
    reader = reader_of(visit())
    names = merged_objects(reader.context)
    object = request.args.get("object", "")
    chosen = object if object in names else (names[0] if names else "")
    rule = request.args.get("rule", "")
    found = find_clusters(chosen, reader.context, rule=rule, after=request.args.get("after")) if chosen else None
    title = reader.render(Message("Duplicates"))
    ids = {id for cluster in found.clusters for id in cluster.members} if found else set()
    return page(
        "duplicates.html",
        title,
        objects=[(name, reader.label(reader.manifest.objects[name].plural)) for name in names],
        chosen=chosen,
        rules=_rules(chosen, reader) if chosen else {},
        rule=rule,
        found=found,
        mark=reader.manifest.objects[chosen].icon if chosen else "",
        owners=_owners(chosen, ids, reader) if ids else {},
        href=lambda id: record_url(chosen, id),
        crumbs=[Crumb(title)],
    )


def _rules(object: str, reader: Reader) -> dict[str, str]:
    return {rule.name: reader.label(rule.definition.label) for rule in scanned_rules(reader.manifest, object)}


def _owners(object: str, ids: set[int], reader: Reader) -> dict[int, str]:
    """Record → its owner's name, in two queries for the whole page."""
    if "owner" not in reader.manifest.objects[object].fields:
        return {}
    with reader.context.store.read() as transaction:
        rows = transaction.fetch(object, ids, ("owner",))
    owners = {id: row["owner"] for id, row in rows.items() if row.get("owner")}
    names = read.resolve_titles(set(owners.values()), reader.context)
    return {id: names.get(owner, "") for id, owner in owners.items()}


def scan_now() -> Response:
    reader = reader_of(visit())
    object = request.form.get("object", "")
    if not scanned_rules(reader.manifest, object) or not may_merge(object, reader.context):
        raise Forbidden(Message("You may not look through all of these records."))
    ask_for_scan(object, reader.context)
    return go(f"/duplicates?object={object}", Message("All records are being looked through; look here again soon."))


def dismiss_cluster(id: str) -> Response:
    reader = reader_of(visit())
    cluster = get_cluster(record_id(id), reader.context)
    dismiss(cluster, reader.context)
    back = local(request.form.get("_back"), f"/duplicates?object={cluster.object}")
    return go(back, Message("Noted: these are not the same."))
