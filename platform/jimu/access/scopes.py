"""Data scopes: which records of an object a role's ``read: own`` or ``update: all`` means.

A scope is a name and a function that turns a question into a storage filter; a new kind of scope is a new entry here.
What the organisation has to say of it is asked of ``actor.organisation``, which costs no query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from jimu.access.actor import Actor
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.storage.query import EVERYTHING, NOTHING, AllOf, AnyOf, Compare, Filter

# The system object whose records are the people who log in.
USER_OBJECT = "user"
# The system object whose records are the parts of the organisation.
DEPARTMENT_OBJECT = "department"


@dataclass(frozen=True, slots=True)
class Question:
    """May ``actor`` do ``action`` to the records of ``object``, and to which?"""

    actor: Actor
    manifest: Manifest
    object: ObjectDef
    action: str


def own(question: Question) -> Filter:
    """Records that belong to the actor: by owner, else by who made them; of the user object, the actor's own record."""
    return belonging_to(question, principals(question.actor))


def principals(actor: Actor) -> frozenset[int]:
    """The people as whom ``actor`` acts: what is theirs is the actor's own."""
    return frozenset() if actor.id is None else frozenset((actor.id,))


def belonging_to(question: Question, people: frozenset[int]) -> Filter:
    """Records that belong to one of ``people``: one comparison, however many they are."""
    if not people:
        return NOTHING
    target = question.object
    column = "id" if target.name == USER_OBJECT else "owner" if target.owner in ("user", "pool") else "created_by"
    return Compare(column, "eq", next(iter(people))) if len(people) == 1 else Compare(column, "in", people)


def by_organisation(scope: str) -> Callable[[Question], Filter]:
    """Records of the people that ``scope`` reaches from each of the actor's principals; of the department object, the
    departments themselves.
    """

    def covered(question: Question) -> Filter:
        organisation, mine = question.actor.organisation, principals(question.actor)
        if question.object.name == DEPARTMENT_OBJECT:
            return _one_of(frozenset(d for user in mine for d in organisation.reach(user, scope)))
        return belonging_to(question, _union(organisation.colleagues(user, scope) for user in mine))

    return covered


def _one_of(ids: frozenset[int]) -> Filter:
    return Compare("id", "in", ids) if ids else NOTHING


def _union(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    """The union; one set alone stays the same object, which filters compare by."""
    found = list(sets)
    return found[0] if len(found) == 1 else frozenset().union(*found)


# In the order of reach. The JSON Schema of roles names the same; a test compares.
SCOPES: dict[str, Callable[[Question], Filter]] = {
    "none": lambda question: NOTHING,
    "own": own,
    "subordinates": by_organisation("subordinates"),
    "department": by_organisation("department"),
    "department_and_below": by_organisation("department_and_below"),
    "company": by_organisation("company"),
    "all": lambda question: EVERYTHING,
}


def scope_filter(name: str, question: Question) -> Filter:
    """The records that scope ``name`` covers; an unknown scope covers nothing."""
    scope = SCOPES.get(name)
    return scope(question) if scope else NOTHING


def any_of(filters: list[Filter]) -> Filter:
    """The union, simplified: EVERYTHING swallows the rest, doubles and NOTHING drop out, unions in it are opened, so
    that the store may read each part by its own index.
    """
    kept: list[Filter] = []
    for item in (part for whole in filters for part in (whole.filters if isinstance(whole, AnyOf) else (whole,))):
        if item == EVERYTHING:
            return EVERYTHING
        if item != NOTHING and item not in kept:
            kept.append(item)
    if not kept:
        return NOTHING
    kept = _together(kept)
    return kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def _together(filters: list[Filter]) -> list[Filter]:
    """Comparisons of one column with one value or several become one; it stands first, since it costs least."""
    sets: dict[str, frozenset[Any]] = {}
    rest: list[Filter] = []
    for item in filters:
        if isinstance(item, Compare) and item.op in ("eq", "in") and item.value is not None:
            values = frozenset((item.value,) if item.op == "eq" else item.value)
            there = sets.get(item.column)
            sets[item.column] = values if there is None or there <= values else there | values
        else:
            rest.append(item)
    if len(sets) + len(rest) == len(filters):
        return filters
    return [*(_among(column, values) for column, values in sets.items()), *rest]


def _among(column: str, values: frozenset[Any]) -> Filter:
    return Compare(column, "eq", next(iter(values))) if len(values) == 1 else Compare(column, "in", values)


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
