"""Standing in: while somebody is away, whom they named may read and change what they may, as far as records go.

Field rights, rights to delete, purge, export and share stay the agent's own, and what the absent has through somebody
else's absence is not passed on. An actor is loaded with the absences of the moment and says when they change next, so
that they begin and end with the first request after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jimu.access.actor import Actor, StandIn, user_values
from jimu.access.reach import may_be_given
from jimu.access.scopes import Question
from jimu.definitions.model import ObjectDef
from jimu.storage.query import EVERYTHING, NOTHING, Compare, Filter, Query, SeenBy

if TYPE_CHECKING:
    from jimu.storage import Transaction

ABSENCE = "absence"
ACTIONS = frozenset({"read", "update"})

# More than anybody has; the store wants a bound.
_MOST = 200
_FIELDS = ("owner", "starts_at", "ends_at", "objects", "delegates_access")


def is_passed_on(object: ObjectDef) -> bool:
    """Whether records of ``object`` belong to what an agent looks after: all of the workspace's own, and those of the
    engine's that are work (activities), not what people keep for themselves.
    """
    if object.name == ABSENCE:
        return False
    return not object.system or (object.owner == "user" and "history" in object.features)


def as_agent(absent: Actor, filter: Filter) -> Filter:
    """``filter``, as the rules give it to ``absent``, put so that the agent asks it."""
    if filter in (EVERYTHING, NOTHING) or isinstance(filter, Compare):
        return filter
    return SeenBy(user_values(absent) or {}, filter)


def covers(stand_in: StandIn, question: Question) -> bool:
    """Whether an absence has a say in a question."""
    return (
        question.action in ACTIONS
        and is_passed_on(question.object)
        and (stand_in.objects is None or question.object.name in stand_in.objects)
        and may_be_given(question)
    )


def with_stand_ins(transaction: Transaction, actor: Actor, at: datetime, load: Any) -> Actor:
    """``actor`` with those for whom they stand in at the moment ``at``. ``load``: user id → their actor, or None."""
    if actor.id is None or not transaction.columns_of(ABSENCE):
        return actor
    agent = Compare("agent", "eq", actor.id) & Compare("ends_at", "gt", at)
    rows = transaction.select(Query(ABSENCE, agent, fields=_FIELDS, limit=_MOST)).rows
    rows = [row for row in rows if row["delegates_access"] and row["owner"] not in (None, actor.id)]
    if not rows:
        return actor
    moments = [row["starts_at"] for row in rows if row["starts_at"] > at] + [row["ends_at"] for row in rows]
    found = [s for row in rows if row["starts_at"] <= at and (s := _stand_in(row, load)) is not None]
    return replace(actor, stands_in=tuple(found), changes_at=min(moments))


def _stand_in(row: Mapping[str, Any], load: Any) -> StandIn | None:
    absent = load(row["owner"])
    objects = row["objects"]
    names = frozenset(map(str, objects)) if isinstance(objects, list) and objects else None
    return None if absent is None else StandIn(absent, names, row["ends_at"])
