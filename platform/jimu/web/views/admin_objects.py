"""The manifest browser: objects, their fields, where each is used, what depends on what."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.definitions.model import ObjectDef
from jimu.errors import NotFound
from jimu.fieldtypes import registry
from jimu.messages import Message
from jimu.web.pages.admin_objects import (
    column_of,
    count_records,
    field_graph,
    field_lines,
    flags_of,
    formulas_of,
    object_graph,
    role_levels,
    use_groups,
    uses_of,
)
from jimu.web.pages.admin_roles import LEVEL_LABELS
from jimu.web.pages.model import Crumb
from jimu.web.responses import reader_of
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/objects", list_objects, "objects")
    add(blueprint, "/admin/objects/<name>", show_object, "objects")
    add(blueprint, "/admin/objects/<name>/<field>", show_field, "objects")


def list_objects() -> Response:
    """By name or label, and by module."""
    now = visit()
    text, module = request.args.get("q", "").strip().casefold(), request.args.get("module", "")
    every = sorted(now.manifest.objects.values(), key=lambda o: (o.system, o.module, o.name))
    found = [o for o in every if _fits(o, text) and module in ("", o.module)]
    return admin_page(
        "objects",
        now.say(Message("Objects and fields")),
        "objects",
        objects=found,
        modules=sorted({o.module for o in every}),
        text=text,
        module=module,
        counts=count_records(now.snapshot.store, found),
    )


def _fits(object: ObjectDef, text: str) -> bool:
    """Whether the object, or one of its fields, is called so."""
    own = [f for f in object.fields.values() if not f.system]
    labels = (object.label, object.plural, *(f.label for f in own))
    words = [object.name, *(f.name for f in own), *(word for label in labels for word in label.by_locale.values())]
    return not text or any(text in word.casefold() for word in words)


def show_object(name: str) -> Response:
    now = visit()
    reader, object = reader_of(now), _object(name)
    manifest = now.manifest
    return admin_page(
        "object",
        object.label.get(now.locale) or object.name,
        "objects",
        subject=object,
        fields=field_lines(object, reader, now.snapshot.store),
        role_count=len(manifest.roles),
        role_labels={role.name: role.label.get(now.locale) for role in manifest.roles.values()},
        table=now.snapshot.store.columns.table(object.name) or "",
        count=count_records(now.snapshot.store, [object]).get(object.name),
        pages=[p for p in manifest.pages.values() if p.object == object.name],
        lists=manifest.lists_for(object.name),
        groups=use_groups(object.name, reader),
        graph=object_graph(object, reader),
        centre=object.name,
    )


def show_field(name: str, field: str) -> Response:
    now = visit()
    reader, object = reader_of(now), _object(name)
    found = object.fields.get(field)
    if found is None:
        raise NotFound(Message("{object} has no field called {name}.", {"object": name, "name": field}))
    levels = role_levels(now.manifest, object)
    needs = dict.fromkeys(u.target for u in uses_of.get(now.manifest).by(found.address))
    return admin_page(
        "field",
        found.label.get(now.locale) or found.name,
        "objects",
        crumbs=[Crumb(object.label.get(now.locale) or object.name, f"/admin/objects/{object.name}")],
        subject=object,
        field=found,
        type_label=registry.get(found.type).name,
        flags=flags_of(found),
        column=column_of(found, now.snapshot.store),
        formulas=formulas_of(found),
        levels=LEVEL_LABELS,
        roles=[(role, now.manifest.roles[role], own.get(field, "none")) for role, own in levels.items()],
        groups=use_groups(found.address, reader),
        needs=list(needs),
        graph=field_graph(found.address, reader),
        centre=found.address,
    )


def _object(name: str) -> ObjectDef:
    """Retired ones too: they are looked at here. Raises NotFound."""
    found: ObjectDef | None = visit().manifest.objects.get(name)
    if found is None:
        raise NotFound(Message("There is no object called {name}.", {"name": name}))
    return found
