"""What selects ask while one types: records to choose for a lookup, regions of a country."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request

from jimu.access.fields import field_access
from jimu.definitions.model import FieldDef
from jimu.errors import NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.environment import region_trees
from jimu.records.requests import ListRequest
from jimu.web.pages.choosing import conditions_of, hint_fields, hint_of
from jimu.web.pages.reader import Reader
from jimu.web.pages.targets import allowed_targets
from jimu.web.responses import json, reader_of
from jimu.web.visit import visit

MOST = 20
_RECENT = 6
_OBJECTS_AT_FIRST = 4
_MOST_REGIONS = 30


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/choose/<field>", view_func=choose, methods=["GET", "POST"])
    blueprint.add_url_rule("/regions", view_func=regions)


def choose(object: str, field: str) -> Response:
    """Records that the lookup may point at, among those that the reader may see: those that fit ``q``, or the ones that
    the reader changed last and the latest. ``of``: only those of this object."""
    reader = reader_of(visit())
    definition = readable_lookup(object, field, reader)
    text = request.args.get("q", "").strip()
    targets = allowed_targets(definition, reader, request.args.get("of", ""))
    if len(definition.target) == 1 or request.args.get("of"):
        return json({"options": [o for target in targets[:1] for o in _of_object(target, definition, text, reader)]})
    return json({"options": _of_any(targets, definition, text, reader)})


def readable_lookup(object: str, field: str, reader: Reader) -> FieldDef:
    """The reference field; raises NotFound where there is none that the reader may see."""
    definition = reader.manifest.field(object, field)
    level = field_access(reader.actor, reader.manifest, object).get(field, "none")
    if definition.kind not in (Kind.REFERENCE, Kind.REFERENCES) or level == "none":
        raise NotFound(Message("There is no such field."))
    return definition


def _of_object(target: str, field: FieldDef, text: str, reader: Reader) -> list[dict[str, str]]:
    also = conditions_of(target, field)
    if text:
        return _options(target, _found(target, also, reader, search=text), reader)
    mine = _found(target, [*also, "updated_by == user"], reader, limit=_RECENT)
    known = {record.id for record in mine}
    latest = [record for record in _found(target, also, reader) if record.id not in known]
    return _options(target, [*mine, *latest][:MOST], reader)


def _found(target: str, also: Sequence[Any], reader: Reader, search: str = "", limit: int = MOST) -> list[Record]:
    names = ("title", *(shape.name for shape in hint_fields(target, reader)))
    order = () if search else ("-updated_at",)
    request = ListRequest(target, also=also, order=order, fields=names, search=search, limit=limit)
    return read.list_records(request, reader.context).records


def _options(target: str, records: Sequence[Record], reader: Reader) -> list[dict[str, str]]:
    return [
        {"value": encode_id(r.id), "text": r.title or encode_id(r.id), "hint": hint_of(target, r, reader)}
        for r in records
    ]


def _of_any(targets: Sequence[str], field: FieldDef, text: str, reader: Reader) -> list[dict[str, str]]:
    if not text:
        return [
            {**option, "hint": reader.label(reader.manifest.objects[target].label)}
            for target in targets[:_OBJECTS_AT_FIRST]
            for option in _of_object(target, field, "", reader)[: MOST // _OBJECTS_AT_FIRST]
        ]
    hits = read.search(text, reader.context, objects=list(targets), limit=MOST)
    return [
        {"value": encode_id(h.id), "text": h.title, "hint": reader.label(reader.manifest.objects[h.object].label)}
        for h in hits
    ]


def regions() -> Response:
    """The regions directly inside ``inside`` of the country's tree, those called ``q``, or the way to ``path``; none
    where there is no tree: the region is then typed."""
    reader = reader_of(visit())
    tree: Any = region_trees(reader.context).get(request.args.get("country", ""))
    if tree is None:
        return json({"options": [], "levels": [], "path": []})
    if request.args.get("path"):
        return json({"path": [region.code for region in tree.path(request.args["path"])]})
    if request.args.get("q"):
        return json({"options": _regions_called(tree, request.args["q"].strip(), reader)})
    found = tree.children(request.args.get("inside") or None)
    return json(
        {
            "options": [{"value": r.code, "text": reader.label(r.name)} for r in found],
            "levels": [reader.label(level) for level in tree.levels],
        }
    )


def _regions_called(tree: Any, text: str, reader: Reader) -> list[dict[str, str]]:
    """Regions whose name in any language begins with ``text``, each with the way to it."""
    wanted = text.casefold()
    found = []
    for region in tree.search(wanted, _MOST_REGIONS):
        way = [reader.label(one.name) for one in tree.path(region.code)]
        found.append({"value": region.code, "text": way[-1], "hint": " › ".join(way[:-1])})
    return found
