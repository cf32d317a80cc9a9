"""Loads the actor from the user record: who, which roles, which language, in which organisation. One row read;
``accounts`` caches it, and the organisation is shared by all actors of a pulse.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jimu.access.actor import Actor
from jimu.access.delegation import with_stand_ins
from jimu.access.organisation import NO_ORGANISATION, Organisation
from jimu.access.organisation_loading import organisation_of
from jimu.access.scopes import USER_OBJECT
from jimu.clock import day_in, system_clock
from jimu.definitions.manifest import Manifest

if TYPE_CHECKING:
    from jimu.storage import Transaction


def load_actor(
    transaction: Transaction,
    manifest: Manifest,
    user_id: int,
    via: str = "web",
    scopes: frozenset[str] | None = None,
    *,
    pulse: int | None = None,
    at: datetime | None = None,
) -> Actor | None:
    """The actor behind the user record ``user_id``; None if there is no such living, active user.

    ``pulse``: read before this, by whoever asks (None: read here). ``at``: the moment whose memberships hold (now).
    """
    organisation = None

    def load(id: int, via: str = via, scopes: frozenset[str] | None = None) -> Actor | None:
        nonlocal organisation
        row = transaction.fetch(USER_OBJECT, [id]).get(id)
        if row is None or row.get("deleted_at") is not None or not row.get("active"):
            return None
        organisation = organisation or organisation_at(transaction, manifest, pulse, at)
        return build_actor(manifest, row, via, scopes, organisation)

    actor = load(user_id, via, scopes)
    return None if actor is None else with_stand_ins(transaction, actor, at or system_clock(), load)


def organisation_at(
    transaction: Transaction, manifest: Manifest, pulse: int | None = None, at: datetime | None = None
) -> Organisation:
    """The organisation in force at the moment ``at`` (now), in the workspace's time zone."""
    day = day_in(at or system_clock(), manifest.workspace.time_zone)
    return organisation_of(transaction, manifest, transaction.pulse() if pulse is None else pulse, day)


def build_actor(
    manifest: Manifest,
    row: Mapping[str, Any],
    via: str,
    scopes: frozenset[str] | None,
    organisation: Organisation = NO_ORGANISATION,
) -> Actor:
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
        organisation=organisation,
    )
