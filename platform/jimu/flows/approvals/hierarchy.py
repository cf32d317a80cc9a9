"""Who is above somebody: managers and heads of departments, of the company for which the submitter asks. Pure.

``anywhere`` leaves the company: the reporting line as it is kept, departments up to the root.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jimu.flows.approvals.work import Work

_LONGEST_CHAIN = 50


def department_of(work: Work, person: int) -> int | None:
    """The department that the submitter asks for; of everybody else the main one."""
    chosen: int | None = work.get("department")
    return chosen if chosen is not None and person == work.get("submitter") else work.world.department(person)


def managers_above(work: Work, person: int, *, anywhere: bool = False) -> Iterator[int]:
    """The reporting line upwards; a circle is cut. Managers of other companies are left out, and where none is left,
    the heads of the departments are the line; also for who asks for another department than the main one.
    """
    department = department_of(work, person)
    is_inside = _inside(work, department, anywhere)
    is_main = department is None or department == work.world.department(person)
    line = [p for p in _reporting(work, person, work.world.manager(person)) if is_inside(p)] if is_main else []
    if not line and (not is_main or _has_company(work, department, anywhere)):
        first = next((h for h in heads_above(work, person, anywhere=anywhere) if h is not None and h != person), None)
        line = [p for p in _reporting(work, person, first) if is_inside(p)]
    yield from line


def heads_above(work: Work, person: int, *, anywhere: bool = False) -> Iterator[int | None]:
    """The heads of the person's department and of those above it, up to the company; None where one has no head.

    Who heads a department has the head of the one above it as the first.
    """
    seen: set[int] = set()
    is_own = True
    now = department_of(work, person)
    company = work.world.company(now) if now is not None and not anywhere else None
    while now is not None and now not in seen and len(seen) < _LONGEST_CHAIN:
        if not anywhere and work.world.company(now) != company:
            return
        seen.add(now)
        head = work.world.head(now)
        is_own = is_own and head == person
        if not is_own:
            yield head
        now = work.world.above(now)


def manager_of(work: Work, person: int) -> int | None:
    return next(managers_above(work, person), None)


def head_of(work: Work, person: int) -> int | None:
    return next((h for h in heads_above(work, person) if h is not None), None)


def _reporting(work: Work, person: int, first: int | None) -> Iterator[int]:
    seen, now = {person}, first
    while now is not None and now not in seen and len(seen) < _LONGEST_CHAIN:
        yield now
        seen.add(now)
        now = work.world.manager(now)


def _inside(work: Work, department: int | None, anywhere: bool) -> Callable[[int], bool]:
    """Whether somebody belongs to the company of the department; who belongs to none is in no other one."""
    if anywhere or department is None:
        return lambda person: True
    company = work.world.company(department)

    def is_inside(person: int) -> bool:
        found = work.world.companies(person)
        return not found or company in found

    return is_inside


def _has_company(work: Work, department: int | None, anywhere: bool) -> bool:
    return not anywhere and department is not None and work.world.company(department) is not None
