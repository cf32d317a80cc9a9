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
_GONE = "deleted_at"
_PERIOD_FIELDS = ("department", "name", "above", "head", "company", "active", "since", "until", _GONE)
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
    for row in _all_rows(transaction, DEPARTMENT, (*DEPARTMENT_FIELDS, "created_at", _GONE)):
        now = build_department(row)
        known = periods.get(now.id)
        if _is_gone(row, day, zone) or (known is None and not _was_made(row, day, zone)):
            continue
        then = next((p for p in known or () if holds_on(p, day)), None)
        if known is None:
            found.append(now)
        elif then is not None:
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
    for row in _all_rows(transaction, MEMBERSHIP, (*MEMBERSHIP_FIELDS, "is_main", "position", _GONE)):
        memberships.setdefault(row["person"], []).append(row)
    found = []
    for row in _all_rows(transaction, USER, (*PERSON_FIELDS, "created_at", _GONE)):
        if _is_gone(row, day, zone):
            continue
        known = memberships.get(row["id"])
        then = [m for m in known or () if holds_on(m, day) and not _is_gone(m, day, zone)]
        if then or _was_made(row, day, zone):
            found.append(build_person(row, ()) if known is None else _person_then(row, then))
    return found


def _person_then(row: _Row, memberships: list[_Row]) -> Person:
    main = next((m for m in memberships if m["is_main"]), None)
    values = {**row, "department": main["department"] if main else None}
    if main and main["position"]:
        values["position"] = main["position"]
    return build_person(values, [m["department"] for m in memberships])


def _was_made(row: _Row, day: date, zone: str) -> bool:
    return day_in(row["created_at"], zone) <= day


def _is_gone(row: _Row, day: date, zone: str) -> bool:
    """Whether it lay in the recycle bin by then; what was taken back since was never gone."""
    return row[_GONE] is not None and day_in(row[_GONE], zone) <= day


def _all_rows(transaction: Transaction, object: str, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    """All rows of ``object``, those in the recycle bin too: they may have been there on the day."""
    there = transaction.columns_of(object)
    if not there:
        return []
    wanted = tuple(f for f in fields if f in there)
    return transaction.select(Query(object, fields=wanted, limit=MOST_ROWS, deleted="any")).rows
