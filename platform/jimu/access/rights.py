"""System rights: what a role may do beyond records. Granted by ``system:`` in a role, named here once."""

from __future__ import annotations

from jimu.access.actor import Actor
from jimu.access.per_manifest import PerManifest
from jimu.definitions.manifest import Manifest
from jimu.errors import Forbidden
from jimu.messages import Message

# Name -> what it allows, in one line. A role may also carry a plugin's right; only these are known to the engine.
RIGHTS = {
    "configure": "read and apply configuration, see revisions and jobs",
    "users": "create users, give roles, set passwords, end sessions",
    "view_all": "read every record of every object",
    "audit": "search, check and export the audit",
    "view_as": "see the pages with another user's eyes, without changing anything",
    "hand_over": "hand all that a person holds over to others",
    "erase": "find, hand out and erase what is known of a person",
    "modify_all": "do everything to every record, see and edit every field",
}

# A token must carry one of these scopes before the rights of its user count for it.
_SCOPES_FOR_RIGHTS = frozenset({"admin"})
_UNSCOPED_RIGHTS = frozenset({"view_all", "modify_all"})

_by_roles: PerManifest[dict[frozenset[str], frozenset[str]]] = PerManifest(lambda manifest: {})


def rights_of(actor: Actor, manifest: Manifest) -> frozenset[str]:
    """The system rights of ``actor``: those of all roles together, less what the token's scopes keep back."""
    if actor.is_system:
        return frozenset(RIGHTS)
    known = _by_roles.get(manifest)
    found = known.get(actor.roles)
    if found is None:
        roles = (manifest.roles[name] for name in actor.roles if name in manifest.roles)
        found = known[actor.roles] = frozenset().union(*(role.system for role in roles))
    if actor.scopes is not None and not actor.scopes & _SCOPES_FOR_RIGHTS:
        return found & _UNSCOPED_RIGHTS
    return found


def has_right(actor: Actor, manifest: Manifest, right: str) -> bool:
    return actor.is_system or right in rights_of(actor, manifest)


def require_right(actor: Actor, manifest: Manifest, right: str) -> None:
    """Raises Forbidden unless ``actor`` has ``right``."""
    if not has_right(actor, manifest, right):
        raise Forbidden(Message("This needs the system right {right}.", {"right": right}))
