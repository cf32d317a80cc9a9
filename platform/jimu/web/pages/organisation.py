"""The organisation as a page shows it: branches with heads and counts, people, where else something may be moved to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from jimu.access.organisation import Department, OrganisationProblem, Person
from jimu.fieldtypes.ids import encode_id
from jimu.records import read
from jimu.records.organisation import OrganisationView
from jimu.records.requests import ListRequest
from jimu.web.pages.admin_users import user_href
from jimu.web.pages.model import Option
from jimu.web.pages.reader import Reader

HOME = "/admin/organisation"
# The most that a page shows; a tree of more is cut, people of one department go to the list of users.
MOST_BRANCHES, MOST_PEOPLE, MOST_FOUND, MOST_PROBLEMS = 1_000, 200, 30, 20


@dataclass(frozen=True)
class PersonRow:
    """``is_main``: the department on whose page the row stands is the main one."""

    id: str
    name: str
    href: str
    position: str = ""
    is_main: bool = True
    is_active: bool = True
    where: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Branch:
    """``people``: of this department itself; ``all_people`` with those below, each once."""

    id: str
    name: str
    code: str
    href: str
    head: PersonRow | None
    deputies: tuple[PersonRow, ...]
    is_company: bool
    is_active: bool
    people: int
    all_people: int
    parts: tuple[Branch, ...] = ()


@dataclass(frozen=True)
class ProblemRow:
    problem: OrganisationProblem
    href: str


def build_branches(view: OrganisationView) -> tuple[tuple[Branch, ...], bool]:
    """The departments at the top with all below them; whether there are more than a page shows."""
    children: dict[int | None, list[Department]] = {}
    for number, found in enumerate(d for d in view.organisation.departments.values() if d.id in view.departments):
        if number < MOST_BRANCHES:
            children.setdefault(view.above(found.id), []).append(found)
    return tuple(_branch(view, d, children) for d in children.get(None, ())), len(view.departments) > MOST_BRANCHES


def _branch(view: OrganisationView, found: Department, children: Mapping[int | None, list[Department]]) -> Branch:
    head = view.head(found)
    return Branch(
        encode_id(found.id),
        found.name,
        found.code,
        department_href(found.id),
        person_row(view, head) if head else None,
        tuple(person_row(view, person) for person in view.deputies(found)),
        found.is_company,
        found.active,
        len(view.members((found.id,))),
        len(view.members(view.organisation.below(found.id))),
        tuple(_branch(view, part, children) for part in children.get(found.id, ())),
    )


def department_href(id: int) -> str:
    return f"{HOME}/{encode_id(id)}"


def person_row(view: OrganisationView, person: Person, department: int | None = None) -> PersonRow:
    main = person.department if person.department in view.departments else None
    return PersonRow(
        encode_id(person.id),
        person.name,
        user_href(person.id),
        view.position(person),
        department is None or person.department == department,
        person.active,
        path_text(view, main),
        f"d-{encode_id(main)}" if main is not None else "",
    )


def people_of(view: OrganisationView, department: int) -> tuple[list[PersonRow], bool]:
    """The people of one department, by name; whether there are more than are shown."""
    members = view.members((department,))
    return [person_row(view, person, department) for person in members[:MOST_PEOPLE]], len(members) > MOST_PEOPLE


def path_text(view: OrganisationView, department: int | None) -> str:
    """Where a department is: the names from the top down to itself."""
    names = [view.organisation.departments[d].name for d in view.organisation.path(department) if d in view.departments]
    return " › ".join(reversed(names))


def places(view: OrganisationView, without: Iterable[int] = (), kept: int | None = None) -> list[Option]:
    """Every active department, and ``kept``, with where it is, in the order of the tree; not ``without``."""
    left_out = frozenset(without)

    def under(department: int | None) -> Iterator[Option]:
        for found in view.parts(department):
            if found.id not in left_out:
                if found.active or found.id == kept:
                    yield Option(encode_id(found.id), path_text(view, found.id))
                yield from under(found.id)

    return list(under(None))


def find_people(view: OrganisationView, text: str, reader: Reader) -> list[PersonRow]:
    """People by name, address or position; of a day gone by only by name."""
    if view.day is not None:
        wanted = text.casefold()
        named = (p for p in view.members(view.departments) if wanted in p.name.casefold())
        return [person_row(view, person) for person, _ in zip(named, range(MOST_FOUND), strict=False)]
    page = read.list_records(ListRequest("user", search=text, fields=("name",), limit=MOST_FOUND), reader.context)
    found = (view.person(record.id) for record in page.records)
    return [person_row(view, person) for person in found if person is not None]


def problem_rows(view: OrganisationView) -> list[ProblemRow]:
    """What is wrong, each with the page on which it is put right."""
    if view.day is not None:
        return []
    return [ProblemRow(p, user_href(p.id) if p.object == "user" else department_href(p.id)) for p in view.problems()]


def day_of(text: str | None) -> date | None:
    """The day that an address names; None for none, or for what is no day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
