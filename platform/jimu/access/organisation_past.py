"""The organisation as it was on a day, from the periods of departments and memberships that the engine keeps.

Who managed whom and who was deputy is told as it is now; of departments and people that no history is kept of (they are
older than that), their present place is taken from the day on which they were made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from jimu.access.organisation import Department, Organisation, Person
from jimu.access.organisation_loading import (
    DEPARTMENT,
    DEPARTMENT_FIELDS,
    MEMBERSHIP,
    MEMBERSHIP_FIELDS,
    MOST_ROWS,
    PERSON_FIELDS,
    USER,
    build_department,
    build_organisation,
    build_person,
    holds_on,
)
from jimu.clock import day_in
from jimu.definitions.manifest import Manifest
from jimu.storage.query import Query

if TYPE_CHECKING:
    from jimu.storage import Transaction

PERIOD = "department_period"
_PERIOD_FIELDS = ("department", "name", "above", "head", "company", "active", "since", "until")
_Row = Mapping[str, Any]


def organisation_as_of(transaction: Transaction, manifest: Manifest, day: date) -> Organisation:
    """The tree, its heads and who belonged where on ``day``; departments and people removed since are in it."""
    zone = manifest.workspace.time_zone
    departments = _departments_on(transaction, day, zone)
    return build_organisation(departments, _people_on(transaction, day, zone))


def _departments_on(transaction: Transaction, day: date, zone: str) -> list[Department]:
    periods: dict[int, list[_Row]] = {}
    for row in _all_rows(transaction, PERIOD, _PERIOD_FIELDS):
        periods.setdefault(row["department"], []).append(row)
    found = []
    for row in _all_rows(transaction, DEPARTMENT, (*DEPARTMENT_FIELDS, "created_at", "deleted_at")):
        now = build_department(row)
        known = periods.get(now.id)
        if known is None:
            if _was_there(row, day, zone):
                found.append(now)
            continue
        then = next((p for p in known if holds_on(p, day)), None)
        if then is not None:
            found.append(_as_then(now, then))
    return sorted(found, key=lambda d: (d.order, d.id))


def _as_then(now: Department, then: _Row) -> Department:
    return replace(
        now,
        name=then["name"] or now.name,
        above=then["above"],
        head=then["head"],
        is_company=bool(then["company"]),
        active=then["active"] is not False,
        deputies=now.deputies if then["until"] is None else (),
    )


def _people_on(transaction: Transaction, day: date, zone: str) -> list[Person]:
    memberships: dict[int, list[_Row]] = {}
    for row in _all_rows(transaction, MEMBERSHIP, (*MEMBERSHIP_FIELDS, "is_main", "position")):
        memberships.setdefault(row["person"], []).append(row)
    found = []
    for row in _all_rows(transaction, USER, (*PERSON_FIELDS, "created_at", "deleted_at")):
        known = memberships.get(row["id"])
        if known is None:
            if _was_there(row, day, zone):
                found.append(build_person(row, ()))
            continue
        then = sorted((m for m in known if holds_on(m, day)), key=lambda m: not m["is_main"])
        if then or (row["deleted_at"] is None and _was_there(row, day, zone)):
            found.append(_person_then(row, then))
    return found


def _person_then(row: _Row, memberships: list[_Row]) -> Person:
    main = memberships[0] if memberships and memberships[0]["is_main"] else None
    values = {**row, "department": main["department"] if main else None}
    if main and main["position"]:
        values["position"] = main["position"]
    return build_person(values, [m["department"] for m in memberships])


def _was_there(row: _Row, day: date, zone: str) -> bool:
    gone = row["deleted_at"]
    return day_in(row["created_at"], zone) <= day and (gone is None or day_in(gone, zone) > day)


def _all_rows(transaction: Transaction, object: str, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    """All rows of ``object``, those in the recycle bin too: they may have been there on the day."""
    there = transaction.columns_of(object)
    if not there:
        return []
    wanted = tuple(f for f in fields if f in there)
    return transaction.select(Query(object, fields=wanted, limit=MOST_ROWS, deleted="any")).rows
