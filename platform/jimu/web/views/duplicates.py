"""Working through the duplicates that were found: groups of one object, and records that are like those of others."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.care.crossing import (
    crossed_objects,
    dismiss_crossing,
    find_crossing,
    find_crossings,
    get_crossing,
    link,
)
from jimu.care.scanning import ask_for_scan, crossing_rules, scanned_rules
from jimu.care.workbench import dismiss, find_clusters, get_cluster, merged_objects
from jimu.errors import Forbidden
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.crossing import build_crossing
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader, record_url
from jimu.web.responses import go, local, page, reader_of, record_id
from jimu.web.visit import visit

ACROSS = "across"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/duplicates", view_func=show_duplicates)
    blueprint.add_url_rule("/duplicates/scan", view_func=scan_now, methods=["POST"])
    blueprint.add_url_rule("/duplicates/<id>/dismiss", view_func=dismiss_cluster, methods=["POST"])
    blueprint.add_url_rule("/duplicates/<id>/link", view_func=link_crossing, methods=["POST"])


def show_duplicates() -> Response:
    """``among``: across for records that are like those of other objects; else groups of one object."""
    reader = reader_of(visit())
    merged, crossed = merged_objects(reader.context), crossed_objects(reader.context)
    names = list(dict.fromkeys([*merged, *crossed]))
    object = request.args.get("object", "")
    chosen = object if object in names else (names[0] if names else "")
    is_across = chosen in crossed and (request.args.get("among") == ACROSS or chosen not in merged)
    rule, after = request.args.get("rule", ""), request.args.get("after")
    found = find_clusters(chosen, reader.context, rule=rule, after=after) if chosen and not is_across else None
    across = find_crossings(chosen, reader.context, rule=rule, after=after) if is_across else None
    title = reader.render(Message("Duplicates"))
    ids = {id for cluster in found.clusters for id in cluster.members} if found else set()
    return page(
        "duplicates.html",
        title,
        objects=[(name, reader.label(reader.manifest.objects[name].plural)) for name in names],
        chosen=chosen,
        amongs=_amongs(chosen, reader) if chosen in crossed and chosen in merged else [],
        is_across=is_across,
        rules=_rules(chosen, is_across, reader) if chosen else {},
        rule=rule,
        found=found,
        across=across,
        crossings=[build_crossing(one, reader) for one in across.crossings] if across else [],
        mark=reader.manifest.objects[chosen].icon if chosen else "",
        owners=_owners(chosen, ids, reader) if ids else {},
        href=lambda id: record_url(chosen, id),
        crumbs=[Crumb(title)],
    )


def _amongs(object: str, reader: Reader) -> list[tuple[str, str]]:
    """Among which records: those of the object, or those of the others that its rules name."""
    objects = reader.manifest.objects
    rules = crossing_rules(reader.manifest, object)
    others = dict.fromkeys(across.object for rule in rules for across in rule.definition.across)
    listed = [("", [objects[object].plural]), (ACROSS, [objects[name].plural for name in others])]
    return [(value, reader.render(Message("among {objects}", {"objects": names}))) for value, names in listed]


def _rules(object: str, is_across: bool, reader: Reader) -> dict[str, str]:
    listed = crossing_rules(reader.manifest, object) if is_across else scanned_rules(reader.manifest, object)
    return {rule.name: reader.label(rule.definition.label) for rule in listed}


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
    if object not in {*merged_objects(reader.context), *crossed_objects(reader.context)}:
        raise Forbidden(Message("You may not look through all of these records."))
    ask_for_scan(object, reader.context)
    back = local(request.form.get("_back"), f"/duplicates?object={object}")
    return go(back, Message("All records are being looked through; look here again soon."))


def dismiss_cluster(id: str) -> Response:
    reader = reader_of(visit())
    crossing = find_crossing(record_id(id), reader.context)
    if crossing is not None:
        dismiss_crossing(crossing, reader.context)
        object = crossing.object
    else:
        cluster = get_cluster(record_id(id), reader.context)
        dismiss(cluster, reader.context)
        object = cluster.object
    back = local(request.form.get("_back"), f"/duplicates?object={object}")
    return go(back, Message("Noted: these are not the same."))


def link_crossing(id: str) -> Response:
    """``field``: the lookup that is to point at the record ``other``."""
    reader = reader_of(visit())
    crossing = get_crossing(record_id(id), reader.context)
    other = record_id(request.form.get("other", ""))
    link(crossing, request.form.get("field", ""), other, reader.context)
    title = next(one.title for one in crossing.others if one.id == other)
    back = local(request.form.get("_back"), f"/duplicates?object={crossing.object}&among={ACROSS}")
    return go(back, Message("{one} was linked to {other}.", {"one": crossing.title, "other": title}))
