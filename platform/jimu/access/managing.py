"""Who may manage whose account: the right ``users``, and never over somebody with more rights than one's own.

Without the second rule the way to such rights would lead over their holder's password.
"""

from __future__ import annotations

from collections.abc import Iterable

from jimu.access.actor import Actor
from jimu.access.rights import has_right, require_right, rights_of
from jimu.access.scopes import USER_OBJECT
from jimu.definitions.manifest import Manifest
from jimu.errors import Forbidden, NotFound
from jimu.messages import Message
from jimu.storage import Store
from jimu.storage.entries import Row

TO_THE_MIGHTIER = Message("You may not change the account of somebody with more rights than you have.")

# Rights that somebody active must always hold, or nobody could give them back.
INDISPENSABLE = ("users", "modify_all")


def is_mightier(actor: Actor, manifest: Manifest, roles: Iterable[str]) -> bool:
    """Whether ``roles`` bring system rights that ``actor`` does not have. Who may do everything is never outdone."""
    if has_right(actor, manifest, "modify_all"):
        return False
    return not rights_of_roles(manifest, roles) <= rights_of(actor, manifest)


def may_see_as(actor: Actor, manifest: Manifest, other: Actor) -> bool:
    """Whether ``actor`` may look with the eyes of ``other``: never of somebody with more rights, nor of oneself."""
    if not may_see_with_others_eyes(actor, manifest) or other.id == actor.id:
        return False
    return not is_mightier(actor, manifest, other.roles)


def may_see_with_others_eyes(actor: Actor, manifest: Manifest) -> bool:
    """Who has the right for it, or may see all anyway and manages accounts."""
    return actor.viewed_by is None and (
        has_right(actor, manifest, "view_as")
        or has_right(actor, manifest, "modify_all")
        or (has_right(actor, manifest, "users") and has_right(actor, manifest, "view_all"))
    )


def require_manageable(actor: Actor, store: Store, manifest: Manifest, user_id: int) -> Row:
    """The user record whose password ``actor`` may set, whose sessions and tokens they may end.

    Raises Forbidden without the right, or for somebody with more rights; NotFound where there is no such user.
    """
    require_right(actor, manifest, "users")
    with store.read() as transaction:
        row = transaction.fetch(USER_OBJECT, [user_id]).get(user_id)
    if row is None or row["deleted_at"] is not None:
        raise NotFound(Message("There is no such user."))
    if user_id != actor.id and is_mightier(actor, manifest, row.get("roles") or ()):
        raise Forbidden(TO_THE_MIGHTIER)
    return row


def rights_of_roles(manifest: Manifest, roles: Iterable[str]) -> frozenset[str]:
    """The system rights that ``roles`` give together; roles that there are none of count for nothing."""
    return frozenset().union(*(manifest.roles[name].system for name in roles if name in manifest.roles))
