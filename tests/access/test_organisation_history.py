"""The organisation is kept in step by whoever writes, and tells how it was on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from jimu.access import organisation_as_of, organisation_at
from jimu.access.organisation import Organisation
from jimu.errors import Conflict, Invalid
from jimu.records import Create, Delete, ListRequest, Restore, Update, read, write
from tests.records.project import START, Project

TODAY = START.date()


def days(n: int) -> date:
    return TODAY + timedelta(days=n)


def now(project: Project) -> Organisation:
    with project.store.read() as transaction:
        return organisation_at(transaction, project.manifest, at=project.clock())


def as_of(project: Project, day: date) -> Organisation:
    with project.store.read() as transaction:
        return organisation_as_of(transaction, project.manifest, day)


def change(project: Project, object: str, id: int, **values: Any) -> None:
    write.write(Update(object, id, values), project.system)


def memberships(project: Project, person: int) -> list[tuple[int, bool, date, date | None]]:
    page = read.list_records(ListRequest("membership", order=["since", "id"], limit=50), project.system)
    rows = [r.values for r in page.records if r.values["person"] == person]
    return [(r["department"], r["is_main"], r["since"], r["until"]) for r in rows]


def test_a_user_gets_a_main_membership_and_keeps_the_ones_that_are_over(project: Project) -> None:
    north, south = project.create("department", name="North"), project.create("department", name="South")
    ann = project.user("ann", department=north)
    assert memberships(project, ann) == [(north, True, TODAY, None)]
    project.clock.forward(days=10)
    change(project, "user", ann, department=south)
    assert memberships(project, ann) == [(north, True, TODAY, days(9)), (south, True, days(10), None)]
    project.clock.forward(days=5)
    change(project, "user", ann, department=None)
    assert memberships(project, ann)[-1] == (south, True, days(10), days(14))


def test_two_changes_of_a_day_leave_one_membership(project: Project) -> None:
    north, south = project.create("department", name="North"), project.create("department", name="South")
    ann = project.user("ann", department=north)
    change(project, "user", ann, department=south)
    assert memberships(project, ann) == [(south, True, TODAY, None)]
    change(project, "user", ann, department=None)
    assert memberships(project, ann) == []


def test_a_main_membership_moves_the_user(project: Project) -> None:
    north, south = project.create("department", name="North"), project.create("department", name="South")
    ann = project.user("ann", department=north)
    project.clock.forward(days=3)
    id = project.create("membership", person=ann, department=south, is_main=True, position="Clerk")
    assert project.value("user", ann, "department") == south
    assert project.value("user", ann, "position") == "Clerk"
    assert memberships(project, ann) == [(north, True, TODAY, days(2)), (south, True, days(3), None)]
    change(project, "membership", id, department=north)
    assert project.value("user", ann, "department") == north
    write.write(Delete("membership", id), project.system)
    assert project.value("user", ann, "department") is None
    write.write(Restore("membership", id), project.system)
    assert project.value("user", ann, "department") == north


def test_a_further_membership_that_becomes_the_main_one_ends(project: Project) -> None:
    north, south = project.create("department", name="North"), project.create("department", name="South")
    ann = project.user("ann", department=north)
    project.create("membership", person=ann, department=south)
    assert now(project).people[ann].departments == (north, south)
    project.clock.forward(days=4)
    change(project, "user", ann, department=south)
    assert now(project).people[ann].departments == (south,)
    assert memberships(project, ann) == [
        (north, True, TODAY, days(3)),
        (south, False, TODAY, days(3)),
        (south, True, days(4), None),
    ]


def test_further_memberships_hold_from_their_first_day_to_their_last(project: Project) -> None:
    north, south = project.create("department", name="North"), project.create("department", name="South")
    ann = project.user("ann", department=north)
    project.create("membership", person=ann, department=south, since=days(2), until=days(4))
    seen = []
    for _ in range(7):
        seen.append(south in now(project).people[ann].departments)
        project.clock.forward(days=1)
    assert seen == [False, False, True, True, True, False, False]
    assert as_of(project, days(4)).people[ann].departments == (north, south)


def test_the_tree_of_a_day_can_be_asked_for(project: Project) -> None:
    head = project.create("department", name="Head office", company=True)
    sales = project.create("department", name="Sales", above=head)
    north = project.create("department", name="North", above=sales)
    bob = project.user("bob", department=north, position="Clerk")
    project.clock.forward(days=10)
    change(project, "department", north, above=head, name="North region", head=bob)
    change(project, "user", bob, department=sales, position="Chief")
    project.clock.forward(days=10)
    write.write(Delete("department", north), project.system)

    first = as_of(project, days(3))
    assert (first.departments[north].name, first.path(north)) == ("North", (north, sales, head))
    assert (first.people[bob].department, first.people[bob].position) == (north, "Clerk")
    later = as_of(project, days(12))
    assert (later.departments[north].name, later.path(north)) == ("North region", (north, head))
    assert later.departments[north].head == bob
    assert (later.people[bob].department, later.people[bob].position) == (sales, "Chief")
    assert north not in as_of(project, days(20)).departments
    assert as_of(project, days(-1)).departments == {}


def test_circles_of_departments_are_refused_over_any_number_of_steps(project: Project) -> None:
    chain = [project.create("department", name="0")]
    for n in range(1, 5):
        chain.append(project.create("department", name=str(n), above=chain[-1]))
    for target in chain:
        with pytest.raises(Invalid) as caught:
            change(project, "department", chain[0], above=target)
        assert [(p.code, p.field) for p in caught.value.problems] == [("circle", "above")]


def test_circles_of_managers_are_refused_within_a_batch_too(project: Project) -> None:
    ann, bob = project.user("ann"), project.user("bob")
    both = [Update("user", ann, {"manager": bob}), Update("user", bob, {"manager": ann})]
    result = write.write_many(both, project.system, atomic=False)
    assert any(row.status == "failed" for row in result.rows)
    managers = {project.value("user", ann, "manager"), project.value("user", bob, "manager")}
    assert managers != {ann, bob}


def test_a_circle_that_is_there_is_cut_and_told_of(project: Project) -> None:
    a, b = project.create("department", name="A"), project.create("department", name="B")
    ann = project.user("ann", department=b)
    with project.store.write() as transaction:
        transaction.update("department", [(a, {"above": b}, None), (b, {"above": a}, None)])
        transaction.bump_pulse()
    found = now(project)
    assert found.path(b) == (b, a)
    assert ann in found.members(found.below(a))
    assert [(p.code, p.id) for p in found.problems] == [("department_cycle", a)]


def test_what_should_be_looked_at_is_told(project: Project) -> None:
    old = project.create("department", name="Old", active=False)
    gone = project.user("gone", department=old)
    new = project.create("department", name="New", above=old, head=gone)
    lost = project.user("lost")
    late = project.user("late", department=old, manager=gone)
    change(project, "user", gone, active=False)
    told = {(p.code, p.id) for p in now(project).problems}
    assert told == {
        ("under_inactive", new),
        ("inactive_head", new),
        ("no_department", lost),
        ("in_inactive", late),
        ("inactive_manager", late),
    }


def test_a_department_with_parts_cannot_be_deleted(project: Project) -> None:
    top = project.create("department", name="Top")
    project.create("department", name="Part", above=top)
    with pytest.raises(Conflict):
        write.write(Delete("department", top), project.system)


def test_nobody_writes_the_history_of_departments(project: Project) -> None:
    chief = project.user("chief", "admin")
    top = project.create("department", name="Top")
    with pytest.raises(Invalid):
        write.write(Create("department_period", {"department": top, "since": TODAY}), project.acting(chief))


def test_what_is_older_than_the_keeping_of_history_is_told_from_when_it_was_made(project: Project) -> None:
    north, south = project.create("department", name="North"), project.create("department", name="South")
    ann = project.user("ann", department=north)
    with project.store.write() as transaction:
        for object in ("membership", "department_period"):
            transaction.purge(object, transaction.ids_after(object, 0, 100))
    project.clock.forward(days=5)
    change(project, "user", ann, department=south)
    change(project, "department", north, name="Far north")
    assert memberships(project, ann) == [(north, True, TODAY, days(4)), (south, True, days(5), None)]
    then = as_of(project, days(2))
    assert (then.departments[north].name, then.people[ann].department) == ("North", north)
    assert as_of(project, days(5)).departments[north].name == "Far north"
