"""What people may see and do by a slow judgement of its own: plain Python over what was drawn, record by record.

It shares no code with the engine and asks it nothing. It is written after docs/access.md, and is the test's answer to
what the rules mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

LEVELS = ("none", "mask", "read", "edit")
NEEDED = {"read": ("read", "edit"), "export": ("read", "edit"), "update": ("edit",), "share": ("edit",)}
SCOPED_AS = {"export": "read", "share": "update"}


@dataclass
class Department:
    above: int | None
    head: int | None = None
    is_company: bool = False


@dataclass
class Person:
    roles: tuple[str, ...]
    departments: tuple[int, ...] = ()  # the main one first
    manager: int | None = None


@dataclass
class Row:
    """A record. ``owner`` and ``helper`` are people, by number; ``above``: the deal of a line, the firm of a deal."""

    object: str
    number: int
    owner: int | None = None
    helper: int | None = None
    worth: int = 0
    secret: bool = False
    above: Row | None = None
    id: int = 0
    paper: int = 0  # the file in it
    comment: int = 0

    @property
    def word(self) -> str:
        return f"{self.object}word{self.number}"

    @property
    def hint(self) -> str:
        return f"{self.object}hint{self.number}"


@dataclass
class Condition:
    """A condition on records, as a formula and as a judgement."""

    kind: str  # all, worth, secret, open, helper
    number: int = 0

    def holds(self, row: Row, person: int, world: World) -> bool:
        return {
            "all": True,
            "worth": row.worth > self.number,
            "secret": row.secret,
            "open": not row.secret,
            "helper": row.helper == person or row.worth > self.number,
            "team": row.owner is not None and world.is_in_team(person, row.owner),
            "below": row.owner is not None and world.is_below(person, row.owner),
        }[self.kind]

    @property
    def formula(self) -> str:
        return {
            "all": "true",
            "worth": f"worth > {self.number}",
            "secret": "secret",
            "open": "not secret",
            "helper": f"helper == user.id or worth > {self.number}",
            "team": "owner in user.team",
            "below": "owner.department in user.department_and_below",
        }[self.kind]


@dataclass
class Rule:
    """A sharing rule. ``recipients``: pairs of a kind and what it names."""

    object: str
    when: Condition
    access: str
    recipients: list[tuple[str, Any]]


@dataclass
class Restriction:
    object: str
    only: Condition
    actions: tuple[str, ...]
    roles: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()


@dataclass
class Opened:
    """A team member or share of a record; ``until``: how many days from now it ends."""

    row: Row
    kind: str  # team, user, department, below, role
    to: Any
    access: str
    until: int | None


@dataclass
class Absence:
    owner: int
    agent: int
    starts: int  # hours from now
    ends: int
    delegates: bool
    objects: tuple[str, ...] | None


@dataclass
class Pool:
    """A public pool of leads, of those that meet ``when`` and lie in no pool before it. ``masked``: what members see in
    part."""

    when: Condition
    members: tuple[str, ...]
    managers: tuple[str, ...]
    masked: tuple[str, ...]
    hidden: tuple[str, ...] = ()


@dataclass
class World:
    departments: list[Department]
    people: list[Person]
    roles: dict[str, dict[str, Any]]
    rows: list[Row]
    rules: list[Rule] = field(default_factory=list)
    restrictions: list[Restriction] = field(default_factory=list)
    opened: list[Opened] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    inherits: tuple[bool, bool] | None = None  # a deal from its firm: read, update
    pools: list[Pool] = field(default_factory=list)
    tell: str = "none"  # of firms of the same worth that somebody may not see

    def of(self, object: str) -> list[Row]:
        return [row for row in self.rows if row.object == object]

    # --- records ------------------------------------------------------------------------------------------------------

    def may(self, person: int, action: str, row: Row, *, chain: bool = True) -> bool:
        """Whether the person may do the action to the record, as far as this action alone is asked."""
        if self.has(person, "modify_all"):
            return True
        if not any(self.reasons(person, action, row, chain)):
            return False
        return all(
            rule.only.holds(row, person, self)
            for rule in self.restrictions
            if rule.object == row.object and action in rule.actions and self.restricts(rule, person)
        )

    def reasons(self, person: int, action: str, row: Row, chain: bool) -> Iterator[bool]:
        views_all = action in ("read", "export") and self.has(person, "view_all")
        if row.object == "line":
            yield views_all and row.above is not None and self.may(person, action, row.above, chain=chain)
            yield self.by_parent(person, action, row, chain)
            return
        yield views_all
        yield self.by_scope(person, action, row)
        if self.allowed_by_some_role(person, action, row.object):
            yield self.by_opening(person, action, row)
            yield self.by_rule(person, action, row)
            yield self.by_firm(person, action, row, chain)
            yield self.by_pool(person, action, row)
            yield chain and self.by_absence(person, action, row)

    def by_scope(self, person: int, action: str, row: Row) -> bool:
        return any(
            self.reaches(person, given.get(SCOPED_AS.get(action, action), "none"), row)
            for given in self.given(person, row.object)
            if self.plainly_allowed(person, action, row.object)
        )

    def plainly_allowed(self, person: int, action: str, object: str) -> bool:
        """Export and share are yes or no, by any role, beside the scope of reading or changing."""
        if action not in SCOPED_AS:
            return True
        return any(given.get(action, True) for given in self.given(person, object))

    def allowed_by_some_role(self, person: int, action: str, object: str) -> bool:
        scopes = [given.get(SCOPED_AS.get(action, action), "none") for given in self.given(person, object)]
        return any(scope != "none" for scope in scopes) and self.plainly_allowed(person, action, object)

    def by_parent(self, person: int, action: str, row: Row, chain: bool) -> bool:
        is_named = any("line" in self.roles[name]["objects"] for name in self.people[person].roles)
        if is_named and not self.allowed_by_some_role(person, action, "line"):
            return False
        return row.above is not None and self.may(person, action, row.above, chain=chain)

    def by_opening(self, person: int, action: str, row: Row) -> bool:
        return any(
            opened.access in NEEDED.get(action, ())
            for opened in self.opened
            if opened.row is row and (opened.until is None or opened.until >= 0) and self.is_meant(person, opened)
        )

    def is_meant(self, person: int, opened: Opened) -> bool:
        if opened.kind == "role":
            return opened.to in self.people[person].roles
        if opened.kind == "department":
            return opened.to in self.people[person].departments
        if opened.kind == "below":
            return any(opened.to in self.path(d) for d in self.people[person].departments)
        return bool(opened.to == person)

    def by_rule(self, person: int, action: str, row: Row) -> bool:
        return any(
            rule.access in NEEDED.get(action, ())
            and rule.when.holds(row, person, self)
            and any(self.is_recipient(person, kind, name, row) for kind, name in rule.recipients)
            for rule in self.rules
            if rule.object == row.object
        )

    def is_recipient(self, person: int, kind: str, name: Any, row: Row) -> bool:
        if kind == "role":
            return name in self.people[person].roles
        if kind == "user":
            return bool(name == person)
        if kind == "department":
            return name in self.people[person].departments
        if kind == "below":
            return any(name in self.path(d) for d in self.people[person].departments)
        if kind == "field":
            return row.helper == person
        line = self.managers(row.owner) if row.owner is not None else []
        return person in (line if name is None else line[:name])

    def by_firm(self, person: int, action: str, row: Row, chain: bool) -> bool:
        if self.inherits is None or row.object != "deal" or row.above is None or action not in NEEDED:
            return False
        reads, updates = self.inherits
        allowed = reads if action in ("read", "export") else updates
        return allowed and self.may(person, action, row.above, chain=chain)

    def pool_of(self, row: Row) -> Pool | None:
        """The pool in which the record lies."""
        if row.object != "lead" or row.owner is not None:
            return None
        return next((pool for pool in self.pools if pool.when.holds(row, 0, self)), None)

    def manages(self, person: int, pool: Pool) -> bool:
        return self.has(person, "modify_all") or bool(set(pool.managers) & set(self.people[person].roles))

    def by_pool(self, person: int, action: str, row: Row) -> bool:
        pool = self.pool_of(row)
        if pool is None or action not in NEEDED:
            return False
        is_member = bool(set(pool.members) & set(self.people[person].roles))
        return self.manages(person, pool) or (action == "read" and is_member)

    def masks(self, person: int, row: Row) -> frozenset[str]:
        """What the person sees in part of a record that they may read: what only a pool opens to them, or to somebody
        for whom they stand in. What is computed of it goes with it."""
        pool = self.pool_of(row)
        if pool is None or self.manages(person, pool) or self.sees_whole(person, row):
            return frozenset()
        if any(
            self.sees_whole(absent, row) and self.unrestricted(absent, row) for absent in self.stood_in(person, row)
        ):
            return frozenset()
        masked = {*pool.masked, *pool.hidden}
        return frozenset(masked | ({"rich"} if "worth" in masked else set()))

    def sees_whole(self, person: int, row: Row) -> bool:
        """Whether anything but being a member of the pool, or standing in, lets the person read the record."""
        pool = self.pool_of(row)
        if self.has(person, "modify_all") or self.has(person, "view_all") or self.by_scope(person, "read", row):
            return True
        given = self.by_opening(person, "read", row) or self.by_rule(person, "read", row)
        managed = pool is not None and self.manages(person, pool)
        return (given or managed) and self.allowed_by_some_role(person, "read", row.object)

    def unrestricted(self, person: int, row: Row) -> bool:
        return self.has(person, "modify_all") or all(
            rule.only.holds(row, person, self)
            for rule in self.restrictions
            if rule.object == row.object and "read" in rule.actions and self.restricts(rule, person)
        )

    def stood_in(self, person: int, row: Row) -> list[int]:
        if not self.allowed_by_some_role(person, "read", row.object):
            return []
        return [
            absence.owner
            for absence in self.absences
            if absence.agent == person
            and absence.delegates
            and absence.starts <= 0 < absence.ends
            and (absence.objects is None or row.object in absence.objects)
        ]

    def by_absence(self, person: int, action: str, row: Row) -> bool:
        return action in ("read", "update") and any(
            self.may(absence.owner, action, row, chain=False)
            for absence in self.absences
            if absence.agent == person
            and absence.delegates
            and absence.starts <= 0 < absence.ends
            and (absence.objects is None or row.object in absence.objects)
        )

    def restricts(self, rule: Restriction, person: int) -> bool:
        roles = set(self.people[person].roles)
        return not roles & set(rule.exempt) and (not rule.roles or bool(roles & set(rule.roles)))

    def is_in_team(self, person: int, other: int) -> bool:
        return person == other or self.is_near(person, other, "subordinates")

    def is_below(self, person: int, other: int) -> bool:
        """Whether the other's main department is one of the person's, or below one."""
        ruled = {n for n, d in enumerate(self.departments) if d.head == person}
        mine = {*self.people[person].departments, *ruled}
        return (
            bool(mine & set(self.path(self.people[other].departments[0]))) if self.people[other].departments else False
        )

    # --- roles and scopes ---------------------------------------------------------------------------------------------

    def given(self, person: int, object: str) -> list[dict[str, Any]]:
        """What the person's roles say of the object; what a role says of all holds where it does not name it."""
        found = []
        for name in self.people[person].roles:
            objects = self.roles[name]["objects"]
            if object in objects:
                found.append(objects[object])
            elif "*" in objects:
                found.append(objects["*"])
        return found

    def has(self, person: int, right: str) -> bool:
        return any(right in self.roles[name].get("system", []) for name in self.people[person].roles)

    def reaches(self, person: int, scope: str, row: Row) -> bool:
        if scope in ("none", "all"):
            return scope == "all"
        if row.owner is None:
            return False
        return row.owner == person or (scope != "own" and self.is_near(person, row.owner, scope))

    def is_near(self, person: int, other: int, scope: str) -> bool:
        theirs = self.people[other].departments
        ruled = [n for n, d in enumerate(self.departments) if d.head == person]
        if scope == "subordinates":
            return person in self.managers(other) or any(set(ruled) & set(self.path(d)) for d in theirs)
        mine = {*self.people[person].departments, *ruled}
        if scope == "department":
            return bool(mine & set(theirs))
        if scope == "department_and_below":
            return any(mine & set(self.path(d)) for d in theirs)
        return bool({self.company(d) for d in mine} & {self.company(d) for d in theirs})

    def managers(self, person: int) -> list[int]:
        found: list[int] = []
        here = self.people[person].manager
        while here is not None:
            found.append(here)
            here = self.people[here].manager
        return found

    def path(self, department: int) -> list[int]:
        found = [department]
        while (above := self.departments[found[-1]].above) is not None:
            found.append(above)
        return found

    def company(self, department: int) -> int:
        path = self.path(department)
        return next((d for d in path if self.departments[d].is_company), path[-1])

    # --- fields -------------------------------------------------------------------------------------------------------

    def level(self, person: int, object: str, name: str) -> str:
        """none, mask, read or edit, of a field of an object of which the person may read something."""
        if self.has(person, "modify_all"):
            return "edit"
        given = self.given(person, object)
        if not given:
            return "edit" if object == "line" else "read"
        return max((role.get("fields", {}).get(name, "edit") for role in given), key=LEVELS.index)

    def sees(self, person: int, object: str, name: str) -> bool:
        """Whether the person may read the field whole; what is computed only if all that it is made of."""
        return self.level(person, object, "worth" if name == "rich" else name) in ("read", "edit")
