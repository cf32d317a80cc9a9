"""People mentioned in comments: who may be told of a record, and the notifications that a comment makes.

Called by the write path when a comment is stored, and by pages that offer people to mention. Nobody is ever told of a
record that they may not read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jimu.access import record_filter
from jimu.access.actor import Actor
from jimu.access.evaluation import is_row_local, row_matches
from jimu.access.loading import build_actor, organisation_at
from jimu.access.scopes import USER_OBJECT
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.reading import reading
from jimu.storage.query import NOTHING

if TYPE_CHECKING:
    from jimu.storage import Transaction

COMMENT = "comment"
NOTIFICATION = "notification"
RECORD, MENTIONS, TEXT = "record", "mentions", "text"


def who_may_read(record_id: int, user_ids: Iterable[int], context: Context) -> list[Actor]:
    """The active users among ``user_ids`` who may read the record, in the order given."""
    with reading(context) as transaction:
        return readers(transaction, record_id, list(user_ids), context)


def readers(transaction: Transaction, record_id: int, user_ids: list[int], context: Context) -> list[Actor]:
    """The same inside a transaction: one query for the users and the record each, more only where a rule looks at
    other records.
    """
    found = transaction.titles([record_id]).get(record_id) if user_ids else None
    if found is None or found.deleted or found.object not in context.manifest.objects:
        return []
    row = transaction.fetch(found.object, [record_id]).get(record_id) or {}
    environment = build_environment(context)
    allowed = []
    for actor in active_actors(transaction, user_ids, context):
        rule = record_filter(actor, context.manifest, found.object)
        if rule == NOTHING:
            continue
        if is_row_local(rule):
            may = bool(row_matches(rule, row))
        else:
            environment = build_environment(context.as_actor(actor))  # a rule may ask who reads
            may = bool(transaction.matching(found.object, [record_id], rule, environment, "alive"))
        if may:
            allowed.append(actor)
    return allowed


def active_actors(transaction: Transaction, user_ids: Iterable[int], context: Context) -> list[Actor]:
    """The people among ``user_ids`` who can log in, as actors with the rights of now, in the order given."""
    listed = list(user_ids)
    users = transaction.fetch(USER_OBJECT, listed) if listed else {}
    organisation = organisation_at(transaction, context.manifest, at=context.clock())
    return [
        build_actor(context.manifest, user, "web", None, organisation)
        for id in listed
        if (user := users.get(id)) is not None and user.get("deleted_at") is None and user.get("active")
    ]
