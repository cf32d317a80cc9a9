"""The organisation as a reader may see it, today's or that of a day: ``access``'s snapshot less what is not theirs.

Departments and people are records: who may not read one does not see it here either, and a department whose own above
is hidden stands at the top. Values of fields that the reader may not read are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from jimu.access import field_access, organisation_as_of, organisation_at, readable_fields, record_filter
from jimu.access.organisation import Department, Organisation, OrganisationProblem, Person
from jimu.access.organisation_loading import DEPARTMENT, USER
from jimu.clock import day_in
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.reading import reading, require_readable
from jimu.storage.query import EVERYTHING, NOTHING

if TYPE_CHECKING:
    from jimu.storage import Transaction


@dataclass(frozen=True)
class OrganisationView:
    """``day`` None: as it is now. ``departments`` and ``people``: the ids that the reader may see."""

    day: date | None
    organisation: Organisation
    departments: frozenset[int]
    people: frozenset[int]
    department_fields: frozenset[str]
    person_fields: frozenset[str]

    def parts(self, department: int | None) -> Iterator[Department]:
        """The departments to be shown directly under this one (None: at the top)."""
        known = self.organisation.departments
        for found in known.values():
            if found.id in self.departments and self.above(found.id) == department:
                yield found

    def above(self, department: int) -> int | None:
        """The department to be shown above this one."""
        above = self.organisation.departments[department].above
        return above if above in self.departments and "above" in self.department_fields else None

    def head(self, department: Department) -> Person | None:
        return self.person(department.head) if "head" in self.department_fields else None

    def deputies(self, department: Department) -> list[Person]:
        found = map(self.person, department.deputies if "deputies" in self.department_fields else ())
        return [person for person in found if person is not None]

    def person(self, id: int | None) -> Person | None:
        return self.organisation.people.get(id) if id is not None and id in self.people else None

    def manager(self, person: Person) -> Person | None:
        return self.person(person.manager) if "manager" in self.person_fields else None

    def position(self, person: Person) -> str:
        return person.position if "position" in self.person_fields else ""

    def members(self, departments: Iterable[int]) -> list[Person]:
        """The active people to be shown in these departments, by name."""
        if "department" not in self.person_fields:
            return []
        ids = self.organisation.members(departments) & self.people
        found = (self.organisation.people[id] for id in ids)
        return sorted((p for p in found if p.active or self.day is not None), key=lambda p: (p.name, p.id))

    def problems(self) -> list[OrganisationProblem]:
        """What is wrong about what the reader sees."""
        seen = self.departments | self.people
        return [problem for problem in self.organisation.problems if problem.id in seen]


def view_organisation(context: Context, day: date | None = None) -> OrganisationView:
    """Raises NotFound for those who may not read departments. ``day`` None or today: as it is now."""
    require_readable(DEPARTMENT, context)
    with reading(context) as transaction:
        today = day_in(context.clock(), context.manifest.workspace.time_zone)
        past = None if day is None or day == today else day
        tree = (
            organisation_at(transaction, context.manifest, at=context.clock())
            if past is None
            else organisation_as_of(transaction, context.manifest, past)
        )
        departments = _readable(context, transaction, DEPARTMENT, frozenset(tree.departments))
        people = _readable(context, transaction, USER, frozenset(tree.people))
    return OrganisationView(past, tree, departments, people, *(_clear_fields(context, o) for o in (DEPARTMENT, USER)))


def _clear_fields(context: Context, object: str) -> frozenset[str]:
    """The fields that are read in full; what is shown in part only is left out here."""
    levels = field_access(context.actor, context.manifest, object)
    return frozenset(n for n in readable_fields(context.actor, context.manifest, object) if levels[n] != "mask")


def _readable(context: Context, transaction: Transaction, object: str, ids: frozenset[int]) -> frozenset[int]:
    rule = record_filter(context.actor, context.manifest, object)
    if rule in (EVERYTHING, NOTHING):
        return ids if rule == EVERYTHING else frozenset()
    matching = transaction.matching(object, ids, rule, build_environment(context))
    return frozenset(matching)
