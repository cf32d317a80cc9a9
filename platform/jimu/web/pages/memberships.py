"""Where somebody belongs and to whom they report, as the page of an account shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from jimu.access.organisation import Person
from jimu.access.rules import action_allowed
from jimu.clock import day_in
from jimu.fieldtypes.ids import encode_id
from jimu.records import read
from jimu.records.organisation import OrganisationView, view_organisation
from jimu.records.requests import ListRequest
from jimu.web.pages.admin_users import user_href
from jimu.web.pages.display import Shown, presenter_for
from jimu.web.pages.model import Option
from jimu.web.pages.organisation import department_href, path_text, places
from jimu.web.pages.reader import Reader

_MOST = 50


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """``can_end``: a further one that lasts; the main one changes with the user."""

    id: str
    department: str
    href: str
    position: str
    since: Shown
    until: Shown
    last: date | None
    is_main: bool
    can_end: bool


@dataclass(frozen=True)
class PlaceOfPerson:
    """``line``: the managers upwards, ``reports``: who reports directly, each a (name, address)."""

    lasting: list[MembershipRow] = field(default_factory=list)
    over: list[MembershipRow] = field(default_factory=list)
    line: list[tuple[str, str]] = field(default_factory=list)
    reports: list[tuple[str, str]] = field(default_factory=list)
    places: list[Option] = field(default_factory=list)
    may_add: bool = False


def place_of(person: int, reader: Reader) -> PlaceOfPerson:
    """All that the reader may see of it."""
    context = reader.context
    if not action_allowed(reader.actor, reader.manifest, "department", "read"):
        return PlaceOfPerson()
    view = view_organisation(context)
    rows = _rows(person, reader, view)
    tree = view.organisation
    may_read = "manager" in view.person_fields
    return PlaceOfPerson(
        [row for row in rows if _lasts(row, day_in(context.clock(), reader.manifest.workspace.time_zone))],
        [row for row in rows if not _lasts(row, day_in(context.clock(), reader.manifest.workspace.time_zone))],
        _links(view, tree.managers_of(person)) if may_read else [],
        _links(view, tree.reports_of(person)) if may_read else [],
        places(view),
        action_allowed(reader.actor, reader.manifest, "membership", "create"),
    )


def _rows(person: int, reader: Reader, view: OrganisationView) -> list[MembershipRow]:
    if not action_allowed(reader.actor, reader.manifest, "membership", "read"):
        return []
    may_end = action_allowed(reader.actor, reader.manifest, "membership", "update")
    asked = ListRequest(
        "membership", where=f"person == '{encode_id(person)}'", order=("-is_main", "-since"), limit=_MOST
    )
    present = presenter_for(reader.manifest.objects["membership"].fields["since"], reader)
    found = []
    for record in read.list_records(asked, reader.context).records:
        values = record.values
        department = values.get("department")
        if department is None:
            continue
        found.append(
            MembershipRow(
                encode_id(record.id),
                path_text(view, department) or record.titles.get(department, ""),
                department_href(department),
                values.get("position") or "",
                present(values.get("since"), {}, {}),
                present(values.get("until"), {}, {}),
                values.get("until"),
                bool(values.get("is_main")),
                may_end and not values.get("is_main"),
            )
        )
    return found


def _lasts(row: MembershipRow, day: date) -> bool:
    return row.last is None or row.last >= day


def _links(view: OrganisationView, people: tuple[int, ...]) -> list[tuple[str, str]]:
    found: list[Person | None] = [view.person(id) for id in people]
    return [(person.name, user_href(person.id)) for person in found if person is not None]
