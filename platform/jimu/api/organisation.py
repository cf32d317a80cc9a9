"""The organisation: its tree today or as of a day, moving a branch, dissolving a department.

Departments, users and memberships are records like any others; here is what concerns the tree as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from jimu.access.organisation import Department, Person
from jimu.api.answers import Answer
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.endpoints import WRITE_ERRORS, Endpoint
from jimu.api.parameters import Parameter, ParameterSet
from jimu.api.records import path_id, written
from jimu.api.tags import expected_version
from jimu.errors import BadRequest, Problem
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.messages import Message
from jimu.records.organisation import OrganisationView, view_organisation
from jimu.records.organising import dissolve_department, move_department
from jimu.settings import Settings

Parameters = Mapping[str, Any]
BAD_DAY = Message("A day is written like 2026-10-01.")
BAD_BODY = Message("The request cannot be understood.")
BAD_ID = Message("Name a department by its id.")


def organisation_view(call: Call, parameters: Parameters) -> Answer:
    view = view_organisation(call.context, parameters["as_of"])
    people = view.members(view.departments)
    return Answer(
        {
            "as_of": None if view.day is None else view.day.isoformat(),
            "departments": [_department(view, found) for found in view.parts(None)],
            "people": [_person(view, person) for person in people],
        }
    )


def _department(view: OrganisationView, found: Department) -> dict[str, Any]:
    head = view.head(found)
    return {
        "id": encode_id(found.id),
        "name": found.name,
        "code": found.code or None,
        "company": found.is_company,
        "active": found.active,
        "head": encode_id(head.id) if head else None,
        "deputies": [encode_id(person.id) for person in view.deputies(found)],
        "people": [encode_id(person.id) for person in view.members((found.id,))],
        "departments": [_department(view, part) for part in view.parts(found.id)],
    }


def _person(view: OrganisationView, person: Person) -> dict[str, Any]:
    manager = view.manager(person)
    shown = [d for d in person.departments if d in view.departments]
    return {
        "id": encode_id(person.id),
        "name": person.name,
        "position": view.position(person) or None,
        "manager": encode_id(manager.id) if manager else None,
        "department": encode_id(person.department) if person.department in shown else None,
        "departments": [encode_id(d) for d in shown],
    }


def move_view(call: Call, parameters: Parameters, id: str) -> Answer:
    body = read_object()
    above = _department_id(body, "above", required=False)
    return written(call, move_department(path_id(id), above, call.context, expected_version(body.get("version"))))


def dissolve_view(call: Call, parameters: Parameters, id: str) -> Answer:
    into = _department_id(read_object(), "into", required=True)
    done = dissolve_department(path_id(id), into or 0, call.context)
    return Answer({"people": done.people, "departments": done.departments})


def _department_id(body: Mapping[str, Any], name: str, *, required: bool) -> int | None:
    given = body.get(name)
    if given is None and not required and name in body:
        return None
    try:
        return decode_id(str(given))
    except ValueError:
        raise BadRequest(BAD_BODY, [Problem("bad_parameter", BAD_ID, name)]) from None


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise ValueError(BAD_DAY) from None


AS_OF = Parameter(
    "as_of",
    "The day as of which the tree is shown; without it, as it is now.",
    {"type": "string", "format": "date"},
    _day,
    example="2026-01-01",
)


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    one = "/organisation/departments/{id}"
    return (
        Endpoint(
            "GET",
            "/organisation",
            organisation_view,
            "The tree of departments and its people",
            "organisation",
            "organisation",
            ParameterSet((AS_OF,)),
            result="organisation",
            errors=(404,),
            description="Departments within departments, and the people whom you may see. As of a day: heads and "
            "members of that day; managers and deputies as they are now.",
        ),
        Endpoint(
            "POST",
            one + "/move",
            move_view,
            "Move a department with all that is under it",
            "organisation",
            "move_department",
            body="move_department",
            result="moved_department",
            errors=WRITE_ERRORS,
            conditional=True,
            idempotent=True,
        ),
        Endpoint(
            "POST",
            one + "/dissolve",
            dissolve_view,
            "Move the people and departments of a department elsewhere and set it inactive",
            "organisation",
            "dissolve_department",
            body="dissolve_department",
            result="dissolved_department",
            errors=WRITE_ERRORS,
            idempotent=True,
        ),
    )
