"""Metadata: objects, fields and layouts, as far as the actor may see them, labelled in their language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response

from jimu.access import ACTIONS, action_allowed, field_access
from jimu.access.fields import NONE
from jimu.api import tags
from jimu.api.answers import build_response, write_json
from jimu.api.call import Call
from jimu.api.endpoints import RECORD_ERRORS, Endpoint
from jimu.api.schemas import is_nested
from jimu.definitions import default_list, default_page
from jimu.definitions.model import FieldDef, ListLayoutDef, ObjectDef, PageLayoutDef, Section
from jimu.errors import NotFound
from jimu.fieldtypes import registry
from jimu.messages import Message, Text
from jimu.settings import Settings

Parameters = Mapping[str, Any]
Json = dict[str, Any]


def visible_objects(call: Call) -> list[ObjectDef]:
    """The objects of which the actor may read or create something, by name."""
    objects = (o for o in call.manifest.objects.values() if not o.retired)
    return sorted((o for o in objects if _is_visible(call, o.name)), key=lambda o: o.name)


def _is_visible(call: Call, name: str) -> bool:
    return any(action_allowed(call.actor, call.manifest, name, action) for action in ("read", "create"))


def visible_object(call: Call, name: str) -> ObjectDef:
    """Raises NotFound for objects that are not there or not for this actor."""
    found = call.manifest.object(name)
    if not _is_visible(call, name):
        raise NotFound(Message("There is no object called {name}.", {"name": name}))
    return found


def metadata_view(call: Call, parameters: Parameters) -> Response:
    workspace = call.manifest.workspace
    return _cached(
        {
            "workspace": {
                "name": workspace.name,
                "label": _say(call, workspace.label),
                "locales": list(workspace.locales),
                "time_zone": workspace.time_zone,
                "currency": workspace.currency,
                "currencies": list(workspace.currencies),
                "country": workspace.country,
            },
            "revision": call.manifest.revision,
            "actor": {
                "name": call.actor.name,
                "email": call.actor.email,
                "roles": sorted(call.actor.roles),
                "locale": call.locale,
            },
            "objects": [_summary(call, o) for o in visible_objects(call)],
            "field_types": [_field_type(call, name) for name in registry.names(internal=True)],
        }
    )


def object_view(call: Call, parameters: Parameters, object: str) -> Response:
    found = visible_object(call, object)
    return _cached(
        _summary(call, found)
        | {
            "help": _say(call, found.help),
            "title": found.title_source,
            "owner": found.owner,
            "parent": found.parent,
            "features": sorted(found.features),
            "unique": [list(columns) for columns in found.uniques],
            "record_types": [
                {
                    "name": t.name,
                    "label": _say(call, t.label),
                    "required": list(t.required),
                    "retired": t.retired,
                    "options": {name: list(values) for name, values in t.choices.items()},
                }
                for t in found.record_types.values()
            ],
            "fields": [_field(call, found, f) for f in _visible_fields(call, found)],
            "related": [
                {"object": o, "field": f}
                for o, f in found.dependents
                if _is_visible(call, o) and field_access(call.actor, call.manifest, o).get(f, NONE) != NONE
            ],
        }
    )


def layouts_view(call: Call, parameters: Parameters, object: str) -> Response:
    found = visible_object(call, object)
    levels = field_access(call.actor, call.manifest, object)
    page = default_page(call.manifest, object)
    own = [x for x in call.manifest.lists_for(object) if not x.pool] or [default_list(call.manifest, object)]
    lists = [x for x in own if not x.roles or call.actor.is_admin or call.actor.roles & set(x.roles)]
    return _cached(
        {
            "object": found.name,
            "page": _page(call, page, levels),
            "lists": [_list(call, x, levels) for x in lists],
        }
    )


def _say(call: Call, text: Text) -> str:
    return text.get(call.locale)


def _summary(call: Call, object: ObjectDef) -> Json:
    actions = [a for a in ACTIONS if action_allowed(call.actor, call.manifest, object.name, a)]
    return {
        "name": object.name,
        "label": _say(call, object.label),
        "plural": _say(call, object.plural),
        "module": object.module,
        "icon": object.icon,
        "system": object.system,
        "actions": actions,
    }


def _visible_fields(call: Call, object: ObjectDef) -> Iterable[FieldDef]:
    levels = field_access(call.actor, call.manifest, object.name)
    return (f for f in object.active_fields if levels.get(f.name, NONE) != NONE)


def _field(call: Call, object: ObjectDef, field: FieldDef) -> Json:
    type_ = registry.get(field.type)
    dumped: Json = {
        "name": field.name,
        "label": _say(call, field.label),
        "help": _say(call, field.help),
        "type": field.type,
        "kind": field.kind.value,
        "access": field_access(call.actor, call.manifest, object.name)[field.name],
        "required": field.required,
        "unique": field.unique,
        "system": field.system,
        "computed": field.is_computed,
        "widget": type_.widget,
        "operators": list(type_.operators),
        "sortable": field.kind.is_sortable,
        "part_of": field.part_of,
        "parts": list(field.parts),
        "nested": is_nested(object, field),
        "schema": type_.json_schema(field),
    }
    if field.target or field.kind.value in ("reference", "references"):
        dumped["target"] = [name for name in field.target if _is_visible(call, name)]
    if field.choices is not None:
        dumped["controller"] = field.controller
        dumped["options"] = [
            {
                "value": c.value,
                "label": _say(call, c.label) or c.value,
                "color": c.color,
                "retired": c.retired,
                "depends": None if c.depends is None else list(c.depends),
            }
            for c in field.choices
        ]
    if field.formula is not None:
        dumped["formula"] = field.formula.source
    return dumped


def _field_type(call: Call, name: str) -> Json:
    type_ = registry.get(name)
    return {"name": name, "label": _say(call, type_.label), "widget": type_.widget, "operators": list(type_.operators)}


def _page(call: Call, page: PageLayoutDef, levels: Mapping[str, str]) -> Json:
    return {
        "name": page.name,
        "label": _say(call, page.label),
        "highlights": _readable(page.highlights, levels),
        "tabs": [
            {
                "label": _say(call, tab.label),
                "sections": [_section(call, s, levels) for s in tab.sections],
                "related": [
                    {
                        "object": r.object,
                        "field": r.field,
                        "label": _say(call, r.label),
                        "columns": list(r.columns),
                        "sort": list(r.sort),
                    }
                    for r in tab.related
                    if r.object in call.manifest.objects and _is_visible(call, r.object)
                ],
            }
            for tab in page.tabs
        ],
    }


def _section(call: Call, section: Section, levels: Mapping[str, str]) -> Json:
    return {
        "label": _say(call, section.label),
        "columns": section.columns,
        "collapsed": section.collapsed,
        "fields": _readable([f.name for f in section.fields], levels),
    }


def _list(call: Call, layout: ListLayoutDef, levels: Mapping[str, str]) -> Json:
    return {
        "name": layout.name,
        "label": _say(call, layout.label),
        "columns": _readable(layout.columns, levels),
        "where": layout.where_source,
        "sort": list(layout.sort),
        "page_size": layout.page_size,
        "quick_filters": _readable(layout.quick_filters, levels),
    }


def _readable(names: Iterable[str], levels: Mapping[str, str]) -> list[str]:
    """Those of ``names`` (field paths) whose first field the actor may read."""
    return [name for name in names if levels.get(name.split(".")[0], NONE) != NONE]


def _cached(body: Json) -> Response:
    """Metadata changes with revisions only; a client that has it asks with If-None-Match."""
    data = write_json(body)
    tag = tags.tag_of(0, data)
    if tags.is_known(tag):
        return build_response(b"", 304, {"ETag": tag})
    return build_response(data, 200, {"ETag": tag})


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    one = "/metadata/objects/{object}"
    return (
        Endpoint(
            "GET",
            "/metadata",
            metadata_view,
            "The workspace, its objects and field types",
            "metadata",
            "metadata",
            result="any",
        ),
        Endpoint(
            "GET",
            one,
            object_view,
            "An object and its fields",
            "metadata",
            "object_metadata",
            result="any",
            errors=RECORD_ERRORS,
        ),
        Endpoint(
            "GET",
            one + "/layouts",
            layouts_view,
            "The page and lists of an object",
            "metadata",
            "layouts",
            result="any",
            errors=RECORD_ERRORS,
        ),
    )
