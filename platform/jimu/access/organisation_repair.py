"""What is wrong in a stored organisation, and the least that makes it a tree: cycles are cut, dangling references drop.

Writing refuses cycles (``records.write_steps.organisation``); what is here is for data that came another way, and for
what is no error but should be looked at: people without a department, departments under an inactive one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from jimu.access.organisation import Department, OrganisationProblem, Person
from jimu.messages import Message

_Above = Mapping[int, int | None]


@dataclass(frozen=True, slots=True)
class Mended:
    departments: Mapping[int, Department]
    people: Mapping[int, Person]
    problems: tuple[OrganisationProblem, ...]


def mend(departments: Mapping[int, Department], people: Mapping[int, Person]) -> Mended:
    """The same with every cycle cut at its oldest record and no reference to what is not there; and all problems."""
    cut_departments = cycle_starts({d.id: d.above for d in departments.values()})
    cut_people = cycle_starts({p.id: p.manager for p in people.values()})
    tree = {
        id: replace(d, above=None) if id in cut_departments or d.above not in departments else d
        for id, d in departments.items()
    }
    staff = {id: _mended(p, tree, people, id in cut_people) for id, p in people.items()}
    problems = (
        *(_cycle("department", id, departments[id].name) for id in sorted(cut_departments)),
        *(_cycle("user", id, people[id].name) for id in sorted(cut_people)),
        *_department_problems(tree, people),
        *_people_problems(tree, staff),
    )
    return Mended(tree, staff, problems)


def cycle_starts(above: _Above) -> frozenset[int]:
    """The oldest member (the lowest id) of every cycle among ``above``: id -> id."""
    done: set[int] = set()
    found: set[int] = set()
    for start in above:
        trail: dict[int, None] = {}
        here: int | None = start
        while here is not None and here in above and here not in done and here not in trail:
            trail[here] = None
            here = above[here]
        if here is not None and here in trail:
            ids = list(trail)
            found.add(min(ids[ids.index(here) :]))
        done.update(trail)
    return frozenset(found)


def _mended(person: Person, departments: Mapping[int, Department], people: Mapping[int, Person], cut: bool) -> Person:
    """Most people need nothing; a new object is made only for those who do."""
    manager = None if cut or person.manager not in people else person.manager
    if manager == person.manager and all(d in departments for d in person.departments):
        return person
    main = person.department if person.department in departments else None
    rest = tuple(d for d in person.departments if d in departments)
    return replace(person, manager=manager, department=main, departments=rest)


_CYCLE = {
    "department": Message("{name} is part of itself over other departments; it is treated as standing at the top."),
    "user": Message("{name} reports to themselves over other people; they are treated as having no manager."),
}
_UNDER_INACTIVE = Message("{name} is active, but part of {above}, which is not.")
_INACTIVE_HEAD = Message("The head of {name}, {person}, is not active.")
_MISSING_HEAD = Message("The head of {name} is no longer there.")
_NO_DEPARTMENT = Message("{name} belongs to no department.")
_IN_INACTIVE = Message("{name} belongs to {department}, which is not active.")
_INACTIVE_MANAGER = Message("The manager of {name}, {person}, is not active.")


def _cycle(object: str, id: int, name: str) -> OrganisationProblem:
    return OrganisationProblem(f"{object}_cycle", object, id, Message(_CYCLE[object].template, {"name": name}))


def _department_problems(
    departments: Mapping[int, Department], people: Mapping[int, Person]
) -> Iterator[OrganisationProblem]:
    for found in departments.values():
        if not found.active:
            continue
        above = departments.get(found.above) if found.above is not None else None
        if above is not None and not above.active:
            yield _problem("under_inactive", "department", found.id, _UNDER_INACTIVE, name=found.name, above=above.name)
        if found.head is None:
            continue
        head = people.get(found.head)
        if head is None:
            yield _problem("missing_head", "department", found.id, _MISSING_HEAD, name=found.name)
        elif not head.active:
            yield _problem("inactive_head", "department", found.id, _INACTIVE_HEAD, name=found.name, person=head.name)


def _people_problems(
    departments: Mapping[int, Department], people: Mapping[int, Person]
) -> Iterator[OrganisationProblem]:
    for person in people.values():
        if not person.active:
            continue
        main = departments.get(person.department) if person.department is not None else None
        if main is None:
            yield _problem("no_department", "user", person.id, _NO_DEPARTMENT, name=person.name)
        elif not main.active:
            yield _problem("in_inactive", "user", person.id, _IN_INACTIVE, name=person.name, department=main.name)
        manager = people.get(person.manager) if person.manager is not None else None
        if manager is not None and not manager.active:
            yield _problem(
                "inactive_manager", "user", person.id, _INACTIVE_MANAGER, name=person.name, person=manager.name
            )


def _problem(code: str, object: str, id: int, message: Message, **words: str) -> OrganisationProblem:
    return OrganisationProblem(code, object, id, Message(message.template, words))
