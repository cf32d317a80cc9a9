"""Seeing the pages with another user's eyes: for administrators, read-only, and with every page noted.

The session carries whose eyes they are; ``identity.find_actor`` makes the actor of it, and whatever writes refuses an
actor that is looked through (``viewed_by``).
"""

from __future__ import annotations

from jimu.access.audit import By
from jimu.access.loading import load_actor
from jimu.access.managing import may_see_as
from jimu.access.secrets_kept import key_of
from jimu.definitions.manifest import Manifest
from jimu.errors import Forbidden, NotFound
from jimu.messages import Message
from jimu.storage import Store

READ_ONLY = Message("You see with another's eyes: nothing can be changed. Stop first.")
NOT_WITH_THESE_EYES = Message("You may not see with the eyes of this user.")


def begin_viewing(store: Store, manifest: Manifest, token: str, user_id: int, by: By) -> None:
    """The session ``token`` looks with the eyes of ``user_id`` from its next request.

    Raises NotFound for somebody who is not there or not active, Forbidden for somebody with more rights.
    """
    with store.write() as transaction:
        other = load_actor(transaction, manifest, user_id)
        if other is None:
            raise NotFound(Message("There is no such user."))
        if not may_see_as(by.actor, manifest, other):
            raise Forbidden(NOT_WITH_THESE_EYES)
        transaction.set_viewing(key_of(token), user_id)
        by.note(transaction, "view_as.begun", subject=user_id)


def note_page(store: Store, by: By, path: str, status: int) -> None:
    """A page was seen; the actor of ``by`` is the one whose eyes they are."""
    with store.write() as transaction:
        by.note(transaction, "view_as.page", subject=by.actor.id, text=path[:500], details={"status": status})


def end_viewing(store: Store, token: str, by: By) -> None:
    """The session looks with its own eyes again. ``by``: the actor that was looked through."""
    with store.write() as transaction:
        transaction.set_viewing(key_of(token), None)
        by.note(transaction, "view_as.ended", subject=by.actor.id)
