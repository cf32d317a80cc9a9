"""The organisation: its chart, today or as of a day, a department and its people, moving and dissolving.

Departments, users and memberships are records; what is written here goes through ``records`` like everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from flask import Blueprint, Response, request

from jimu.access.rules import action_allowed
from jimu.errors import BadRequest, Conflict, Forbidden, Invalid, JimuError, StaleVersion
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Create, Record, Update
from jimu.records.organisation import OrganisationView, view_organisation
from jimu.records.organising import dissolve_department, move_department
from jimu.records.requests import ListRequest
from jimu.web.pages.display import presenter_for
from jimu.web.pages.organisation import (
    HOME,
    MOST_BRANCHES,
    MOST_PROBLEMS,
    build_branches,
    day_of,
    department_href,
    find_people,
    path_text,
    people_of,
    places,
    problem_rows,
)
from jimu.web.pages.reader import record_url
from jimu.web.responses import fragment, go, reader_of, record_id, whole_number
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import visit

_REFUSALS = (Invalid, Conflict, BadRequest, StaleVersion, Forbidden)
_NAME = "organisation"
_MOST_PERIODS = 30
T = TypeVar("T")


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/departments", old_address, _NAME)
    add(blueprint, HOME, show_organisation, _NAME)
    add(blueprint, f"{HOME}/new", create_department, _NAME, post=True)
    add(blueprint, f"{HOME}/<id>", show_department, _NAME)
    add(blueprint, f"{HOME}/<id>", update_department, _NAME, post=True)
    add(blueprint, f"{HOME}/<id>/people", show_people, _NAME)
    add(blueprint, f"{HOME}/<id>/move", move, _NAME, post=True)
    add(blueprint, f"{HOME}/<id>/dissolve", dissolve, _NAME, post=True)
    add(blueprint, f"{HOME}/people/<id>/move", move_person, _NAME, post=True)


def old_address() -> Response:
    return go(HOME)


def show_organisation(problems: list[str] | None = None, status: int = 200) -> Response:
    now = visit()
    reader, day, asked = reader_of(now), day_of(request.args.get("day")), request.args.get("q", "").strip()[:200]
    view = view_organisation(now.context, day)
    branches, is_cut = build_branches(view)
    wrong = problem_rows(view)
    may_write = view.day is None and action_allowed(now.actor, now.manifest, "department", "update")
    return admin_page(
        _NAME,
        now.say(Message("Organisation")),
        _NAME,
        status=status,
        branches=branches,
        is_cut=is_cut,
        most=MOST_BRANCHES,
        view=view,
        day=view.day,
        day_text=_day_text(view.day),
        typed_day=request.args.get("day", ""),
        asked=asked,
        found=find_people(view, asked, reader) if asked else None,
        wrong=wrong[:MOST_PROBLEMS],
        more_wrong=max(0, len(wrong) - MOST_PROBLEMS),
        people=len(view.members(view.departments)),
        places=places(view),
        may_write=may_write,
        may_create=view.day is None and action_allowed(now.actor, now.manifest, "department", "create"),
        problems=problems or [],
    )


def show_people(id: str) -> Response:
    """The people of a department, for the place under it in the chart."""
    now = visit()
    view = view_organisation(now.context, day_of(request.args.get("day")))
    rows, is_cut = people_of(view, record_id(id))
    return fragment(
        "admin/organisation_people.html", rows=rows, is_cut=is_cut, department=id, may_write=view.day is None
    )


def show_department(id: str, problems: list[str] | None = None, status: int = 200) -> Response:
    now = visit()
    number = record_id(id)
    reader = reader_of(now)
    record = read.get("department", number, reader.context)
    view = view_organisation(now.context)
    below = view.organisation.below(number) | {number}
    rows, is_cut = people_of(view, number)
    return admin_page(
        "department",
        record.title,
        _NAME,
        status=status,
        record=record,
        here=department_href(number),
        record_href=record_url("department", number),
        where=path_text(view, view.above(number) if number in view.organisation.departments else None),
        parts=[(part, department_href(part.id)) for part in view.parts(number)],
        rows=rows,
        is_cut=is_cut,
        places=places(view, below, record.values.get("above")),
        typed=request.form if problems else None,
        head=_titles(record, view, "head"),
        deputies=_titles(record, view, "deputies"),
        periods=_periods(number),
        day=_day_text,
        may_write=action_allowed(now.actor, now.manifest, "department", "update"),
        problems=problems or [],
    )


def _titles(record: Record, view: OrganisationView, field: str) -> list[tuple[str, str]]:
    """(id, name) of the people in a field of the department."""
    value = record.values.get(field)
    ids = value if isinstance(value, list) else [value] if value else []
    return [(encode_id(id), record.titles.get(id, "")) for id in ids]


def _periods(number: int) -> list[Record]:
    """How the department stood before, the latest first."""
    now = visit()
    if not action_allowed(now.actor, now.manifest, "department_period", "read"):
        return []
    where = f"department == '{encode_id(number)}' and not is_blank(until)"
    asked = ListRequest("department_period", where=where, order=("-until",), limit=_MOST_PERIODS)
    return list(read.list_records(asked, now.context).records)


def _day_text(day: date | None) -> str:
    reader = reader_of(visit())
    present = presenter_for(reader.manifest.objects["department_period"].fields["since"], reader)
    return present(day, {}, {}).text if day else ""


def create_department() -> Response:
    form = request.form
    values = {name: form.get(name, "").strip() or None for name in ("name", "code", "above")}
    return _do(
        lambda: write.write(Create("department", {**values, "company": "company" in form}), visit().context),
        lambda made: (f"{HOME}#d-{encode_id(made.id)}", Message("The department was added.")),
        show_organisation,
    )


def update_department(id: str) -> Response:
    number, form = record_id(id), request.form
    values: dict[str, object] = {n: form.get(n, "").strip() or None for n in ("name", "code", "above", "head", "order")}
    values |= {"deputies": [d for d in form.getlist("deputies") if d]}
    values |= {name: name in form for name in ("company", "active")}
    version = whole_number(form.get("version"))
    return _do(
        lambda: write.write(Update("department", number, values, version), visit().context),
        lambda _: (department_href(number), Message("The department was saved.")),
        lambda problems, status: show_department(id, problems, status),
    )


def move(id: str) -> Response:
    """Under another department, or to the top (an empty ``above``), with everything below."""
    number, above = record_id(id), request.form.get("above", request.args.get("above", "")).strip()
    before = visit().actor.organisation.departments.get(number)
    back = encode_id(before.above) if before and before.above else ""
    return _do(
        lambda: move_department(number, record_id(above) if above else None, visit().context),
        lambda moved: (f"{HOME}#d-{id}", Message("{name} was moved.", {"name": moved.title})),
        show_organisation,
        undo=f"{HOME}/{id}/move?above={back}",
    )


def move_person(id: str) -> Response:
    """The main department of somebody."""
    number, into = record_id(id), request.form.get("into", request.args.get("into", "")).strip()
    before = visit().actor.organisation.people.get(number)
    back = encode_id(before.department) if before and before.department else ""
    return _do(
        lambda: write.write(Update("user", number, {"department": into or None}), visit().context),
        lambda moved: (f"{HOME}#d-{into}" if into else HOME, Message("{name} was moved.", {"name": moved.title})),
        show_organisation,
        undo=f"{HOME}/people/{id}/move?into={back}",
    )


def dissolve(id: str) -> Response:
    number, into = record_id(id), request.form.get("into", "").strip()
    return _do(
        lambda: dissolve_department(number, record_id(into), visit().context),
        lambda done: (
            f"{HOME}#d-{into}",
            Message(
                "Dissolved: {people} people and {departments} departments went elsewhere.",
                {"people": done.people, "departments": done.departments},
            ),
        ),
        lambda problems, status: show_department(id, problems, status),
    )


def _do(
    act: Callable[[], T],
    then: Callable[[T], tuple[str, Message]],
    again: Callable[[list[str], int], Response],
    undo: str = "",
) -> Response:
    """Do it and go on with a note; what is refused comes back as the page it came from, with the reasons."""
    try:
        done = act()
    except _REFUSALS as error:
        return again(_texts(error), 409 if isinstance(error, StaleVersion) else 422)
    address, note = then(done)
    return go(address, note, **({"undo": undo} if undo else {}))


def _texts(error: JimuError) -> list[str]:
    say = visit().say
    return list(dict.fromkeys(say(p.message) for p in error.problems)) or [say(error.message)]
