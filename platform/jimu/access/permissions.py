"""What an actor's roles say about one object, put together once per manifest and set of roles."""

from __future__ import annotations

from dataclasses import dataclass

from jimu.access.actor import Actor
from jimu.access.per_manifest import PerManifest
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef, ObjectPermission

# Which attribute of a permission answers for an action.
_SCOPED = {"read": "read", "update": "update", "delete": "delete"}
_PLAIN = {"create": "create", "purge": "purge", "export": "export", "share": "share"}


@dataclass(frozen=True, slots=True)
class Permissions:
    """All permissions that an actor's roles give for one object.

    ``named``: a role names the object itself, not ``*``.
    """

    given: tuple[ObjectPermission, ...]
    named: bool

    def scopes(self, action: str) -> tuple[str, ...]:
        """The scopes that the roles give for a scoped action, ``none`` left out."""
        attribute = _SCOPED[action]
        return tuple(dict.fromkeys(s for p in self.given if (s := getattr(p, attribute)) != "none"))

    def allows(self, action: str) -> bool:
        """Whether some role allows an action that has no scope."""
        return any(getattr(p, _PLAIN[action]) for p in self.given)


_known: PerManifest[dict[tuple[frozenset[str], str], Permissions]] = PerManifest(lambda manifest: {})


def permissions_for(actor: Actor, manifest: Manifest, object: ObjectDef) -> Permissions:
    """The permissions of ``actor`` for ``object``. ``*`` in a role speaks for all objects that it does not name, but
    for the engine's own (users, departments, comments …) only as far as reading goes.
    """
    known = _known.get(manifest)
    key = (actor.roles, object.name)
    found = known.get(key)
    if found is None:
        found = known[key] = _collect(manifest, actor.roles, object)
    return found


def _collect(manifest: Manifest, roles: frozenset[str], object: ObjectDef) -> Permissions:
    given: list[ObjectPermission] = []
    named = False
    for name in sorted(roles):
        role = manifest.roles.get(name)
        if role is None:
            continue
        own = role.objects.get(object.name)
        if own is not None:
            named = True
            given.append(own)
        elif (rest := role.objects.get("*")) is not None:
            given.append(_reading_only(rest) if object.system else rest)
    return Permissions(tuple(given), named)


def _reading_only(permission: ObjectPermission) -> ObjectPermission:
    return ObjectPermission(
        read=permission.read,
        export=permission.export,
        fields=permission.fields,
        default_field=permission.default_field,
    )
