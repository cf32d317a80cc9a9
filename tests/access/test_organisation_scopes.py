"""Data scopes by the organisation, held to a slow judgement of its own, and acting at the next question."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest

from jimu.access import Actor, accounts, load_actor
from jimu.access.identity import Identity
from jimu.access.organisation import Department, Organisation, Person
from jimu.access.organisation_loading import build_organisation
from jimu.access.organisation_repair import cycle_starts
from jimu.access.scopes import SCOPES
from jimu.definitions.schemas import json_schema
from jimu.records import Context, Create, ListRequest, Update, read, write
from jimu.storage import Store
from jimu.storage.query import Compare
from tests.records.project import START, Project, open_project

REACHING = ("own", "subordinates", "department", "department_and_below", "company", "all")
DEAL = """
label: Deal
title: "{name}"
owner: user
fields:
  name: {type: text, required: true}
"""
NOTE = """
label: Note
title: "{name}"
owner: none
fields:
  name: {type: text, required: true}
"""


def files() -> dict[str, str]:
    roles = {
        f"objects/roles/{scope}.yaml": f"""
label: {scope}
objects:
  deal: {{create: true, read: {scope}, update: {scope}}}
  note: {{create: true, read: {scope}}}
  department: {{read: {scope}}}
"""
        for scope in REACHING
    }
    return {"objects/x/deal.yaml": DEAL, "objects/x/note.yaml": NOTE, **roles}


# --- the judgement --------------------------------------------------------------------------------------------------


@dataclass
class Drawn:
    """An organisation as plain tables."""

    above: dict[int, int | None] = field(default_factory=dict)
    companies: set[int] = field(default_factory=set)
    rulers: dict[int, set[int]] = field(default_factory=dict)
    members: set[tuple[int, int]] = field(default_factory=set)  # (user, department)
    managers: dict[int, int | None] = field(default_factory=dict)

    def is_under(self, department: int | None, top: int) -> bool:
        while department is not None:
            if department == top:
                return True
            department = self.above[department]
        return False

    def company(self, department: int) -> int:
        here = department
        while here not in self.companies and (above := self.above[here]) is not None:
            here = above
        return here

    def reports_to(self, user: int | None, boss: int) -> bool:
        while user is not None:
            user = self.managers[user]
            if user == boss:
                return True
        return False

    def covers(self, scope: str, user: int, other: int) -> bool:
        if user == other or scope == "all":
            return True
        theirs = {d for u, d in self.members if u == other}
        ruled = {d for d, people in self.rulers.items() if user in people}
        mine = {d for u, d in self.members if u == user} | ruled
        if scope == "subordinates":
            return self.reports_to(other, user) or any(self.is_under(d, top) for d in theirs for top in ruled)
        if scope == "department":
            return bool(mine & theirs)
        if scope == "department_and_below":
            return any(self.is_under(d, top) for d in theirs for top in mine)
        return scope == "company" and bool({self.company(d) for d in mine} & {self.company(d) for d in theirs})


def draw(random: Random, departments: list[int], people: list[int]) -> Drawn:
    made = Drawn()
    for n, d in enumerate(departments):
        made.above[d] = random.choice(departments[:n]) if n and random.random() < 0.85 else None
        if random.random() < 0.25:
            made.companies.add(d)
        made.rulers[d] = set(random.sample(people, random.choice((0, 1, 1, 2))))
    for n, user in enumerate(people):
        made.managers[user] = random.choice(people[:n]) if n and random.random() < 0.7 else None
        for d in random.sample(departments, random.choice((0, 1, 1, 1, 2))):
            made.members.add((user, d))
    return made


def snapshot(made: Drawn) -> Organisation:
    departments = []
    for id, above in made.above.items():
        head, *deputies = [*sorted(made.rulers[id]), None]
        rest = tuple(d for d in deputies if d is not None)
        departments.append(Department(id, str(id), "", above, head, rest, id in made.companies))
    people = []
    for id, manager in made.managers.items():
        theirs = tuple(sorted(d for u, d in made.members if u == id))
        people.append(Person(id, str(id), "", True, manager, theirs[0] if theirs else None, theirs))
    return build_organisation(departments, people)


@pytest.mark.parametrize("number", range(40))
def test_every_scope_covers_whom_the_slow_judgement_says(number: int) -> None:
    random = Random(number)
    departments, people = list(range(1, random.randint(3, 15))), list(range(101, 101 + random.randint(2, 15)))
    made = draw(random, departments, people)
    found = snapshot(made)
    for user in people:
        for scope in REACHING:
            expected = {other for other in people if made.covers(scope, user, other)}
            assert found.colleagues(user, scope) == expected, (number, scope, user)
        assert user not in found.subordinates_of(user)


@pytest.mark.parametrize("number", range(20))
def test_circles_are_cut_once_each_and_nothing_else_changes(number: int) -> None:
    random = Random(number)
    above = {n: random.choice([None, *range(12)]) for n in range(12)}
    cut = cycle_starts(above)
    mended = {n: None if n in cut else up for n, up in above.items()}
    for n in above:
        seen, here = set(), n
        while here is not None:
            assert here not in seen
            seen.add(here)
            here = mended[here]
    for n in cut:
        trail, here = [n], above[n]
        while here != n:
            assert here is not None
            trail.append(here)
            here = above[here]
        assert min(trail) == n, "the oldest of the circle"


def test_roles_may_name_every_scope_that_there_is() -> None:
    permission = json_schema("role")["properties"]["objects"]["additionalProperties"]["properties"]
    for action in ("read", "update", "delete"):
        assert permission[action]["enum"] == list(SCOPES)


# --- in the store ---------------------------------------------------------------------------------------------------


def populate(project: Project, random: Random) -> tuple[Drawn, list[int]]:
    departments = [project.create("department", name=f"D{n}") for n in range(7)]
    people = [project.user(f"p{n}", random.choice(REACHING)) for n in range(9)]
    made = draw(random, departments, people)
    updates = []
    for d in departments:
        head, *deputies = [*sorted(made.rulers[d]), None]
        values = {"above": made.above[d], "company": d in made.companies, "head": head}
        updates.append(Update("department", d, {**values, "deputies": [x for x in deputies if x]}))
    updates += [Update("user", user, {"manager": manager}) for user, manager in made.managers.items()]
    mains: set[int] = set()
    creates = []
    for user, d in sorted(made.members):
        creates.append(Create("membership", {"person": user, "department": d, "is_main": user not in mains}))
        mains.add(user)
    assert write.write_many([*updates, *creates], project.system).committed
    return made, people


def test_lists_hold_what_the_scope_covers_and_records_open_accordingly(database_url: str) -> None:
    random = Random(7)
    with open_project(database_url, files()) as project:
        made, people = populate(project, random)
        deals = {project.create("deal", name=f"d{n}", owner=random.choice(people)): 0 for n in range(40)}
        for id in deals:
            deals[id] = project.value("deal", id, "owner")
        notes = {}
        for user in people:
            id = project.create("note", project.acting(user), name="n")
            notes[id] = user
        for user in people:
            context = project.acting(user)
            (scope,) = context.actor.roles
            assert project.ids("deal", context) == {i for i, o in deals.items() if made.covers(scope, user, o)}
            assert project.ids("note", context) == {i for i, o in notes.items() if made.covers(scope, user, o)}
            mine = {i for i, o in deals.items() if made.covers(scope, user, o) and made.covers("subordinates", user, o)}
            assert asked("owner in user.team", context) == mine
            assert asked("owner in user.subordinates", context) == {i for i in mine if deals[i] != user}
            assert asked("not owner in user.team", context) == project.ids("deal", context) - mine


def asked(where: str, context: Context) -> set[int]:
    return {r.id for r in read.list_records(ListRequest("deal", where=where, limit=100), context).records}


def test_however_many_colleagues_they_are_one_parameter_of_the_same_statement(project: Project) -> None:
    with project.store.read() as transaction:
        kept = transaction._cache._kept
        transaction.count("deal", Compare("owner", "in", frozenset(range(1, 200))))
        statements = dict(kept)
        transaction.count("deal", Compare("owner", "in", frozenset(range(1, 5_000))))
        assert dict(kept) == statements


# --- the pulse ------------------------------------------------------------------------------------------------------


def identity(store: Store, user: int) -> Identity:
    with store.read() as transaction:
        return Identity(user, transaction.pulse(), 1, "web", at=START + timedelta(hours=1))


def actor_of(project: Project, store: Store, user: int) -> Actor:
    actor = accounts.find_actor(store, project.manifest, identity(store, user))
    assert actor is not None
    return actor


def test_a_change_of_departments_acts_at_the_next_request_in_every_process(project: Project) -> None:
    north, south = project.create("department", name="North"), project.create("department", name="South")
    ann, bob = project.user("ann", department=north), project.user("bob", department=south)
    other = Store(project.database, project.store.schema)  # another process: a store and caches of its own
    stores = (project.store, other)
    assert all(bob not in actor_of(project, s, ann).organisation.colleagues(ann, "department") for s in stores)
    write.write(Create("membership", {"person": bob, "department": north}), project.system)
    assert all(bob in actor_of(project, s, ann).organisation.colleagues(ann, "department") for s in stores)
    write.write(Update("department", south, {"head": ann}), project.system)
    assert all(bob in actor_of(project, s, ann).organisation.subordinates_of(ann) for s in stores)
    write.write(Update("department", south, {"head": None}), project.system)
    assert all(bob not in actor_of(project, s, ann).organisation.subordinates_of(ann) for s in stores)


def test_actors_of_a_pulse_share_one_organisation(project: Project) -> None:
    ann, bob = project.user("ann"), project.user("bob")
    first, second = (actor_of(project, project.store, user).organisation for user in (ann, bob))
    assert first is second


def test_what_is_not_committed_is_kept_for_nobody(project: Project) -> None:
    north = project.create("department", name="North")
    ann = project.user("ann", department=north)
    with contextlib.suppress(ZeroDivisionError), write.unit_of_work(project.system) as unit:
        write.write(Update("user", ann, {"department": None}), unit)
        inside = load_actor(unit.transaction, project.manifest, ann, at=project.clock())
        assert inside is not None
        assert inside.organisation.people[ann].departments == ()
        raise ZeroDivisionError
    project.user("somebody")  # takes the pulse to where the lost change had it
    assert actor_of(project, project.store, ann).organisation.people[ann].departments == (north,)
