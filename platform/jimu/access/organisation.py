"""The organisation at one moment: departments, people, who reports to whom. Immutable; shared by all actors of a pulse.

Pure data and questions about it: knows no store (``organisation_loading`` builds it), no scopes, no rules. What is
asked often is worked out once per snapshot and kept with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from jimu.messages import Message

_NO_ONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Department:
    """``above``: the department that it is part of (None: a root). ``is_company``: a legal company of its own."""

    id: int
    name: str
    code: str = ""
    above: int | None = None
    head: int | None = None
    deputies: tuple[int, ...] = ()
    is_company: bool = False
    active: bool = True
    order: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """``department`` is the main one; ``departments`` all, the main one first."""

    id: int
    name: str
    email: str = ""
    active: bool = True
    manager: int | None = None
    department: int | None = None
    departments: tuple[int, ...] = ()
    roles: frozenset[str] = frozenset()
    position: str = ""


@dataclass(frozen=True, slots=True)
class OrganisationProblem:
    """Something wrong in what is stored. ``object``: department or user; ``id`` the record that it is about."""

    code: str
    object: str
    id: int
    message: Message


class Organisation:
    """``version`` tells snapshots of this process apart: equal versions, equal organisations. Cycles are cut already;
    ``problems`` names them and whatever else is wrong.
    """

    __slots__ = ("_known", "_members", "_parts", "_reports", "_ruled", "departments", "people", "problems", "version")

    def __init__(
        self,
        version: int,
        departments: Mapping[int, Department],
        people: Mapping[int, Person],
        problems: tuple[OrganisationProblem, ...] = (),
    ) -> None:
        self.version = version
        self.departments = departments
        self.people = people
        self.problems = problems
        self._parts = _grouped((d.above, d.id) for d in departments.values())
        self._members = _grouped((place, p.id) for p in people.values() for place in p.departments)
        self._reports = _grouped((p.manager, p.id) for p in people.values())
        self._ruled = _grouped((user, d.id) for d in departments.values() for user in {d.head, *d.deputies})
        self._known: dict[tuple[str, int], frozenset[int]] = {}

    # --- departments ---

    def parts(self, department: int | None) -> tuple[int, ...]:
        """The departments directly under ``department`` (None: the roots), in the order that they were given."""
        return self._parts.get(department, ())

    def below(self, department: int) -> frozenset[int]:
        """``department`` and all departments under it; nothing if there is no such department."""
        return self._once("below", department, self._find_below)

    def path(self, department: int | None) -> tuple[int, ...]:
        """``department`` and those above it, up to the root."""
        found: list[int] = []
        here = department
        while here is not None and here in self.departments:
            found.append(here)
            here = self.departments[here].above
        return tuple(found)

    def company_of(self, department: int | None) -> int | None:
        """The nearest legal company upwards, itself included; where none is marked, the root. None: no such one."""
        path = self.path(department)
        return next((d for d in path if self.departments[d].is_company), path[-1] if path else None)

    def company(self, department: int | None) -> frozenset[int]:
        """All departments of the same legal company; companies under it are companies of their own."""
        root = self.company_of(department)
        return _NO_ONE if root is None else self._once("company", root, self._find_company)

    def ruled_by(self, user: int) -> tuple[int, ...]:
        """The departments that ``user`` heads or is deputy of."""
        return self._ruled.get(user, ())

    # --- people ---

    def members(self, departments: Iterable[int]) -> frozenset[int]:
        """Who belongs to one of ``departments``, with it as the main or a further one."""
        return frozenset(user for d in departments for user in self._members.get(d, ()))

    def reports_of(self, user: int) -> tuple[int, ...]:
        """Whose manager ``user`` is."""
        return self._reports.get(user, ())

    def managers_of(self, user: int) -> tuple[int, ...]:
        """The reporting line upwards, the nearest first."""
        found: list[int] = []
        person = self.people.get(user)
        while person is not None and (manager := person.manager) is not None and manager in self.people:
            found.append(manager)
            person = self.people[manager]
        return tuple(found)

    def departments_of(self, user: int) -> frozenset[int]:
        """The departments that are ``user``'s: those of membership, and those headed or deputised."""
        person = self.people.get(user)
        return frozenset((*(person.departments if person else ()), *self.ruled_by(user)))

    def subordinates_of(self, user: int) -> frozenset[int]:
        """Who reports to ``user`` over any number of steps, and the members of the departments that ``user`` heads or
        is deputy of and of those below; ``user`` is left out.
        """
        return self._once("subordinates", user, self._find_subordinates)

    def reach(self, user: int, scope: str) -> frozenset[int]:
        """The departments that a data scope covers for ``user``; unknown scopes, own and all cover none."""
        find = _REACH.get(scope)
        return _NO_ONE if find is None else self._once(f"reach {scope}", user, lambda u: frozenset(find(self, u)))

    def colleagues(self, user: int, scope: str) -> frozenset[int]:
        """The people, ``user`` among them, whose records a data scope covers (``own``: only the user; ``all``: all)."""
        return self._once(f"colleagues {scope}", user, lambda u: self._find_colleagues(u, scope))

    # --- working out ---

    def _once(self, question: str, of: int, find: Callable[[int], frozenset[int]]) -> frozenset[int]:
        key = (question, of)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = find(of)
        return found

    def _find_below(self, department: int) -> frozenset[int]:
        return reached((department,), self.parts) if department in self.departments else _NO_ONE

    def _find_company(self, root: int) -> frozenset[int]:
        def inside(department: int) -> Iterable[int]:
            return (d for d in self.parts(department) if not self.departments[d].is_company)

        return reached((root,), inside)

    def _find_subordinates(self, user: int) -> frozenset[int]:
        ruled = self.members(self.reach(user, "subordinates"))
        return (reached((user,), self.reports_of) | ruled) - {user}

    def _find_colleagues(self, user: int, scope: str) -> frozenset[int]:
        if scope == "all":
            return frozenset(self.people)
        found = self.subordinates_of(user) if scope == "subordinates" else self.members(self.reach(user, scope))
        return found | {user}


# Scope -> the departments that it reaches from somebody; ``subordinates``: those that they head, and below.
_REACH: Mapping[str, Callable[[Organisation, int], Iterable[int]]] = {
    "subordinates": lambda o, user: (d for start in o.ruled_by(user) for d in o.below(start)),
    "department": lambda o, user: o.departments_of(user),
    "department_and_below": lambda o, user: (d for start in o.departments_of(user) for d in o.below(start)),
    "company": lambda o, user: (d for start in o.departments_of(user) for d in o.company(start)),
}


def reached(starts: Iterable[int], following: Callable[[int], Iterable[int]]) -> frozenset[int]:
    """``starts`` and all that follow from them over any number of steps; ends where there are cycles, too."""
    found: set[int] = set()
    open = list(starts)
    while open:
        here = open.pop()
        if here not in found:
            found.add(here)
            open.extend(following(here))
    return frozenset(found)


def _grouped(pairs: Iterable[tuple[int | None, int]]) -> dict[int | None, tuple[int, ...]]:
    found: dict[int | None, list[int]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


NO_ORGANISATION = Organisation(0, {}, {})
