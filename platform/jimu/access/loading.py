"""Loads the actor from the user record: who, which roles, which language. One row read; ``accounts`` caches it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jimu.access.actor import Actor
from jimu.access.scopes import USER_OBJECT
from jimu.definitions.manifest import Manifest

if TYPE_CHECKING:
    from jimu.storage import Transaction


def load_actor(
    transaction: Transaction,
    manifest: Manifest,
    user_id: int,
    via: str = "web",
    scopes: frozenset[str] | None = None,
) -> Actor | None:
    """The actor behind the user record ``user_id``; None if there is no such living, active user."""
    row = transaction.fetch(USER_OBJECT, [user_id]).get(user_id)
    if row is None or row.get("deleted_at") is not None or not row.get("active"):
        return None
    return build_actor(manifest, row, via, scopes)


def build_actor(manifest: Manifest, row: Mapping[str, Any], via: str, scopes: frozenset[str] | None) -> Actor:
    """The actor of a user record's values. Roles that the manifest does not know count for nothing."""
    roles = frozenset(row.get("roles") or ()) & frozenset(manifest.roles)
    workspace = manifest.workspace
    return Actor(
        id=row["id"],
        name=row.get("name") or row.get("title") or "",
        email=row.get("email") or "",
        roles=roles,
        department=row.get("department"),
        locale=row.get("language") or workspace.locale,
        time_zone=row.get("time_zone") or workspace.time_zone,
        scopes=scopes,
        is_admin=any("modify_all" in manifest.roles[name].system for name in roles),
        via=via,
        record=dict(row),
    )
