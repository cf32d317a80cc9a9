"""Loads the organisation: a few set-wise queries, once per database and pulse, shared by all actors of that pulse.

What a database of an older revision does not have yet (further memberships, deputies) is taken to be empty.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from jimu.access.organisation import Department, Organisation, Person
from jimu.access.organisation_repair import mend
from jimu.access.per_manifest import PerManifest
from jimu.definitions.manifest import Manifest
from jimu.storage.query import Query, Sort

if TYPE_CHECKING:
    from jimu.storage import Transaction

USER, DEPARTMENT, MEMBERSHIP = "user", "department", "membership"

# More than any company has; the store wants a bound.
MOST_ROWS = 1_000_000

DEPARTMENT_FIELDS = ("name", "code", "above", "head", "deputies", "company", "active", "order")
PERSON_FIELDS = ("name", "email", "active", "manager", "department", "roles", "position")
MEMBERSHIP_FIELDS = ("person", "department", "since", "until")

_versions = itertools.count(1)
_Kept = tuple[int, date, Organisation]
_known: PerManifest[WeakKeyDictionary[object, _Kept]] = PerManifest(lambda manifest: WeakKeyDictionary())


def organisation_of(transaction: Transaction, manifest: Manifest, pulse: int, day: date) -> Organisation:
    """The organisation on ``day`` as it is stored at ``pulse`` (read before this, or in the same transaction).

    A transaction that has changed access data itself gets a snapshot of its own: nobody else may see what it has not
    committed.
    """
    if transaction.has_moved_pulse:
        return load_organisation(transaction, manifest, day)
    known = _known.get(manifest)
    kept = known.get(transaction.database)
    if kept is None or kept[:2] != (pulse, day):
        kept = known[transaction.database] = (pulse, day, load_organisation(transaction, manifest, day))
    return kept[2]


def load_organisation(transaction: Transaction, manifest: Manifest, day: date) -> Organisation:
    """The organisation of ``day`` as it is stored now, from the store."""
    departments = rows_of(transaction, DEPARTMENT, DEPARTMENT_FIELDS, (Sort(("order",)),))
    further = memberships_on(rows_of(transaction, MEMBERSHIP, MEMBERSHIP_FIELDS), day)
    people = rows_of(transaction, USER, PERSON_FIELDS)
    return build_organisation(
        (build_department(row) for row in departments),
        (build_person(row, further.get(row["id"], ())) for row in people),
    )


def build_organisation(departments: Iterable[Department], people: Iterable[Person]) -> Organisation:
    """The snapshot of these, mended where they contradict each other, with a version of its own."""
    mended = mend({d.id: d for d in departments}, {p.id: p for p in people})
    return Organisation(next(_versions), mended.departments, mended.people, mended.problems)


def rows_of(
    transaction: Transaction, object: str, fields: Iterable[str], order: tuple[Sort, ...] = ()
) -> list[dict[str, Any]]:
    """All living rows of ``object``; of ``fields`` those that the database has. No table: no rows."""
    there = transaction.columns_of(object)
    if not there:
        return []
    sort = tuple(s for s in order if s.path[0] in there)
    wanted = tuple(f for f in fields if f in there)
    return transaction.select(Query(object, sort=sort, fields=wanted, limit=MOST_ROWS)).rows


def memberships_on(rows: Iterable[Mapping[str, Any]], day: date) -> dict[int, list[int]]:
    """User -> departments of the memberships that hold on ``day``."""
    found: dict[int, list[int]] = {}
    for row in rows:
        if row["person"] is not None and holds_on(row, day):
            found.setdefault(row["person"], []).append(row["department"])
    return found


def holds_on(row: Mapping[str, Any], day: date) -> bool:
    """Whether a membership or a period holds on ``day``: its first day and its last one count, blank is open."""
    since, until = row.get("since"), row.get("until")
    return (since is None or since <= day) and (until is None or until >= day)


def build_department(row: Mapping[str, Any]) -> Department:
    """The department of a record's values."""
    return Department(
        id=row["id"],
        name=row.get("name") or "",
        code=row.get("code") or "",
        above=row.get("above"),
        head=row.get("head"),
        deputies=tuple(row.get("deputies") or ()),
        is_company=bool(row.get("company")),
        active=row.get("active") is not False,
        order=row.get("order") or 0,
    )


def build_person(row: Mapping[str, Any], further: Iterable[int]) -> Person:
    """The person of a user record's values; their departments are the main one and ``further``."""
    main = row.get("department")
    departments = dict.fromkeys((main, *further))
    return Person(
        id=row["id"],
        name=row.get("name") or "",
        email=row.get("email") or "",
        active=bool(row.get("active")),
        manager=row.get("manager"),
        department=main,
        departments=tuple(d for d in departments if d is not None),
        roles=frozenset(row.get("roles") or ()),
        position=row.get("position") or "",
    )
