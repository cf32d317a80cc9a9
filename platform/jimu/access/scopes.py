"""Data scopes: which records of an object a role's ``read: own`` or ``update: all`` means.

A scope is a name and a function that turns a question into a storage filter. New kinds of scope (subordinates,
department …) are new entries here; nothing else knows what a scope means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jimu.access.actor import Actor
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.storage.query import EVERYTHING, NOTHING, AllOf, AnyOf, Compare, Filter

# The system object whose records are the people who log in.
USER_OBJECT = "user"


@dataclass(frozen=True, slots=True)
class Question:
    """May ``actor`` do ``action`` to the records of ``object``, and to which?"""

    actor: Actor
    manifest: Manifest
    object: ObjectDef
    action: str


def own(question: Question) -> Filter:
    """Records that belong to the actor: by owner, else by who made them; of the user object, the actor's own record."""
    actor, target = question.actor.id, question.object
    if actor is None:
        return NOTHING
    if target.name == USER_OBJECT:
        return Compare("id", "eq", actor)
    return Compare("owner" if target.owner in ("user", "pool") else "created_by", "eq", actor)


SCOPES: dict[str, Callable[[Question], Filter]] = {
    "none": lambda question: NOTHING,
    "own": own,
    "all": lambda question: EVERYTHING,
}


def scope_filter(name: str, question: Question) -> Filter:
    """The records that scope ``name`` covers; an unknown scope covers nothing."""
    scope = SCOPES.get(name)
    return scope(question) if scope else NOTHING


def any_of(filters: list[Filter]) -> Filter:
    """The union, simplified: EVERYTHING swallows the rest, doubles and NOTHING drop out."""
    kept: list[Filter] = []
    for item in filters:
        if item == EVERYTHING:
            return EVERYTHING
        if item != NOTHING and item not in kept:
            kept.append(item)
    if not kept:
        return NOTHING
    return kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def all_of(filters: list[Filter]) -> Filter:
    """The intersection, simplified: NOTHING swallows the rest, doubles and EVERYTHING drop out."""
    kept: list[Filter] = []
    for item in filters:
        if item == NOTHING:
            return NOTHING
        if item != EVERYTHING and item not in kept:
            kept.append(item)
    if not kept:
        return EVERYTHING
    return kept[0] if len(kept) == 1 else AllOf(tuple(kept))
