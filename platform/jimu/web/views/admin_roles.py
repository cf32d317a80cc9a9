"""Roles as they are written, and what they come to for one person. Roles are files: nothing is changed here."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from jimu.access.loading import load_actor
from jimu.access.rules import ACTIONS
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef, RoleDef
from jimu.errors import NotFound
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.admin_roles import (
    ACTION_LABELS,
    LEVEL_LABELS,
    RIGHT_LABELS,
    person_fields,
    person_rows,
    rights_by_role,
    role_fields,
    role_matrix,
    role_rows,
)
from jimu.web.pages.admin_users import user_href
from jimu.web.pages.own_records import FAVOURITE
from jimu.web.pages.reader import record_url
from jimu.web.pages.targets import kinds_of
from jimu.web.responses import go, reader_of, record_id
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import visit

# The record of a favourite: any that the reader may see can be one.
KEPT = (FAVOURITE, "record")


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/roles", list_roles, "roles")
    add(blueprint, "/admin/roles/<name>", show_role, "roles")
    add(blueprint, "/admin/role-matrix", show_matrix, "roles")
    add(blueprint, "/admin/access", show_access, "access")


def list_roles() -> Response:
    now = visit()
    roles = sorted(now.manifest.roles.values(), key=lambda r: r.label.get(now.locale))
    return admin_page("roles", now.say(Message("Roles")), "roles", roles=roles, right_labels=RIGHT_LABELS)


def show_matrix() -> Response:
    """Objects against roles, in short."""
    now = visit()
    roles = sorted(now.manifest.roles.values(), key=lambda r: r.label.get(now.locale))
    rows = sorted(role_matrix(now.manifest, roles), key=lambda row: row.object.label.get(now.locale))
    return admin_page(
        "role_matrix",
        now.say(Message("Roles and objects")),
        "roles",
        roles=roles,
        rows=rows,
        actions=ACTION_LABELS,
        levels=LEVEL_LABELS,
    )


def show_role(name: str) -> Response:
    now = visit()
    role = now.manifest.roles.get(name)
    if role is None:
        raise NotFound(Message("There is no role called {name}.", {"name": name}))
    chosen = _chosen_object()
    return admin_page(
        "role",
        role.label.get(now.locale),
        "roles",
        role=role,
        rows=role_rows(now.manifest, role),
        actions=[ACTION_LABELS[action] for action in ACTIONS],
        levels=LEVEL_LABELS,
        right_labels=RIGHT_LABELS,
        chosen=chosen,
        fields=role_fields(now.manifest, role, chosen.name) if chosen else [],
    )


def show_access() -> Response:
    """What one person may do here, worked out with the rules that judge each request; to one record, where that is
    chosen too.
    """
    now = visit()
    if request.args.get("record"):
        return _why(record_id(request.args["record"]), request.args.get("user", ""))
    user, chosen = request.args.get("user", ""), _chosen_object()
    actor = None
    if user:
        number = record_id(user)
        with now.snapshot.store.read() as transaction:
            actor = load_actor(transaction, now.manifest, number)
    return admin_page(
        "access",
        now.say(Message("Effective access")),
        "access",
        user=user,
        kinds=kinds_of(now.manifest.field(*KEPT), reader_of(now)),
        source=f"/o/{KEPT[0]}/choose/{KEPT[1]}",
        person=actor,
        person_href=user_href(actor.id) if actor and actor.id else "",
        rows=person_rows(now.manifest, actor) if actor else [],
        rights=rights_by_role(now.manifest, actor.roles) if actor else [],
        actions=[ACTION_LABELS[action] for action in ACTIONS],
        levels=LEVEL_LABELS,
        right_labels=RIGHT_LABELS,
        chosen=chosen if actor else None,
        fields=person_fields(now.manifest, actor, chosen.name) if actor and chosen else [],
        role_label=_role_label,
    )


def _why(number: int, user: str) -> Response:
    """To the page that explains it for that record."""
    found = read.resolve([number], visit().context).get(number)
    if found is None:
        raise NotFound(Message("There is no such record."))
    return go(f"{record_url(found.object, number)}/why?{urlencode({'user': user})}")


def _chosen_object() -> ObjectDef | None:
    """The object whose fields are asked for. Raises NotFound for one that is not there."""
    name = request.args.get("object", "")
    manifest: Manifest = visit().manifest
    return manifest.object(name) if name else None


def _role_label(name: str) -> str:
    role: RoleDef | None = visit().manifest.roles.get(name)
    return role.label.get(visit().locale) if role else name
