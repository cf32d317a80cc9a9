"""What selects ask while one types: records to choose for a lookup, regions of a country."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from jimu.access.fields import field_access
from jimu.access.rules import action_allowed
from jimu.definitions.model import FieldDef
from jimu.errors import NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import read
from jimu.records.environment import region_trees
from jimu.records.requests import ListRequest
from jimu.web.pages.reader import Reader
from jimu.web.responses import json, reader_of
from jimu.web.visit import visit

MOST = 20


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/choose/<field>", view_func=choose, methods=["GET", "POST"])
    blueprint.add_url_rule("/regions", view_func=regions)


def choose(object: str, field: str) -> Response:
    """Records that the lookup may point at, among those that the reader may see: the latest, or those that fit
    ``q``."""
    reader = reader_of(visit())
    definition = reader.manifest.field(object, field)
    if definition.kind not in (Kind.REFERENCE, Kind.REFERENCES) or _access(reader, definition) == "none":
        raise NotFound(Message("There is no such field."))
    text = request.args.get("q", "").strip()
    if len(definition.target) == 1:
        return json({"options": _of_object(definition.target[0], definition, text, reader)})
    return json({"options": _of_any(definition, text, reader)})


def _access(reader: Reader, field: FieldDef) -> str:
    return field_access(reader.actor, reader.manifest, field.object).get(field.name, "none")


def _of_object(target: str, field: FieldDef, text: str, reader: Reader) -> list[dict[str, str]]:
    if not action_allowed(reader.actor, reader.manifest, target, "read"):
        return []
    also = [field.filter] if field.filter is not None and field.filter.object == target else []
    order = () if text else ("-updated_at",)
    page = read.list_records(
        ListRequest(target, also=also, order=order, fields=("title",), search=text, limit=MOST), reader.context
    )
    return [{"value": encode_id(r.id), "text": r.title or encode_id(r.id)} for r in page.records]


def _of_any(field: FieldDef, text: str, reader: Reader) -> list[dict[str, str]]:
    targets = [
        t for t in field.target or reader.manifest.objects if action_allowed(reader.actor, reader.manifest, t, "read")
    ]
    if not text:
        return [
            option
            for target in targets[:4]
            for option in _named(target, _of_object(target, field, "", reader)[:5], reader)
        ]
    hits = read.search(text, reader.context, objects=targets, limit=MOST)
    return [
        {"value": encode_id(h.id), "text": h.title, "hint": reader.label(reader.manifest.objects[h.object].label)}
        for h in hits
    ]


def _named(target: str, options: list[dict[str, str]], reader: Reader) -> list[dict[str, str]]:
    return [{**option, "hint": reader.label(reader.manifest.objects[target].label)} for option in options]


def regions() -> Response:
    """The regions directly inside ``inside`` of the country's tree; none where there is no tree: the region is then
    typed."""
    reader = reader_of(visit())
    tree: Any = region_trees(reader.context).get(request.args.get("country", ""))
    if tree is None:
        return json({"options": [], "levels": [], "path": []})
    if request.args.get("path"):
        return json({"path": [region.code for region in tree.path(request.args["path"])]})
    found = tree.children(request.args.get("inside") or None)
    return json(
        {
            "options": [{"value": r.code, "text": reader.label(r.name)} for r in found],
            "levels": [reader.label(level) for level in tree.levels],
        }
    )
