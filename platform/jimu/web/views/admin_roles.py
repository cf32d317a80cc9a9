"""Roles as they are written, and what they come to for one person. Roles are files: nothing is changed here."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.access.loading import load_actor
from jimu.access.rules import ACTIONS
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef, RoleDef
from jimu.errors import NotFound
from jimu.messages import Message
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
from jimu.web.responses import record_id
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import visit


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
    """What one person may do here, worked out with the rules that judge each request."""
    now = visit()
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


def _chosen_object() -> ObjectDef | None:
    """The object whose fields are asked for. Raises NotFound for one that is not there."""
    name = request.args.get("object", "")
    manifest: Manifest = visit().manifest
    return manifest.object(name) if name else None


def _role_label(name: str) -> str:
    role: RoleDef | None = visit().manifest.roles.get(name)
    return role.label.get(visit().locale) if role else name
