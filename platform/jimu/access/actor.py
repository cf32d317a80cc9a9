"""Who acts. ``SYSTEM`` is the engine itself and may do everything: "skip permissions" is spelt ``actor=SYSTEM``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jimu.access.organisation import NO_ORGANISATION, Organisation


@dataclass(frozen=True, slots=True)
class Actor:
    """``id`` is the user record's id (0: the system; None: nobody signed in). ``scopes``: of an API token (None:
    unlimited).

    ``via`` says through what the actor acts, for history: web, api, import, seed, job, cli. ``record``: the user
    record's values, for ``user.…`` in formulas. ``organisation``: who is where, as of the pulse under which the actor
    was loaded. ``address``: the network address of the request. ``viewed_by``: the administrator who looks with this
    actor's eyes; then nothing can be written. ``stands_in``: for whom the actor stands in at the moment;
    ``changes_at``: when that changes next.
    """

    id: int | None
    name: str = ""
    email: str = ""
    roles: frozenset[str] = frozenset()
    department: int | None = None
    locale: str = "en"
    time_zone: str = "UTC"
    scopes: frozenset[str] | None = None
    is_system: bool = False
    is_admin: bool = False  # has a role with the system right modify_all
    via: str = "web"
    record: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    organisation: Organisation = field(default=NO_ORGANISATION, compare=False, repr=False)
    address: str = field(default="", compare=False, repr=False)
    viewed_by: int | None = None
    stands_in: tuple[StandIn, ...] = field(default=(), compare=False, repr=False)
    changes_at: datetime | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody away, whose records the actor may read and change meanwhile. ``objects`` None: of all objects."""

    absent: Actor
    objects: frozenset[str] | None
    until: datetime


SYSTEM = Actor(id=0, name="System", is_system=True, is_admin=True, via="system")
NOBODY = Actor(id=None, name="")


def user_values(actor: Actor) -> Mapping[str, Any] | None:
    """What ``user.…`` gives in formulas; None when nobody acts. The system is a user without a record."""
    if actor.id is None:
        return None
    organisation = actor.organisation
    return {
        **actor.record,
        "id": actor.id,
        "name": actor.name,
        "email": actor.email,
        "department": actor.department,
        "roles": sorted(actor.roles),
        "language": actor.locale,
        "time_zone": actor.time_zone,
        "subordinates": organisation.subordinates_of(actor.id),
        "team": organisation.colleagues(actor.id, "subordinates"),
        "departments": organisation.reach(actor.id, "department"),
        "department_and_below": organisation.reach(actor.id, "department_and_below"),
    }
