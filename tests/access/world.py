"""Worlds drawn at random: organisation, roles, rules, records, what opens them; and their making in a database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import yaml
from hypothesis import strategies as st

from jimu.access import load_actor
from jimu.definitions import Manifest, load_files
from jimu.records import Context, Update, write
from tests.access.judgement import Absence, Condition, Department, Opened, Person, Pool, Restriction, Row, Rule, World
from tests.records.project import Project

_FIELDS = """
  name: {type: text, required: true, search: true}
  hint: {type: text, search: true}
  worth: {type: integer}
  rich: {type: formula, returns: boolean, formula: "worth > 5"}
"""
_OWNED = f"""
features: [history, comments, team]
fields:{_FIELDS}
  secret: {{type: boolean}}
  helper: {{type: user}}
  paper: {{type: attachment}}
"""
OBJECTS = {
    "firm": f'label: Firm\ntitle: "{{name}}"{_OWNED}'
    "  deals: {type: rollup, of: deal.firm, function: count}\n"
    "  worths: {type: rollup, of: deal.firm, function: sum, field: worth}\n",
    "deal": f'label: Deal\ntitle: "{{name}}"{_OWNED}  firm: {{type: lookup, to: firm, on_delete: set_null}}\n',
    "lead": f'label: Lead\ntitle: "{{name}}"\nowner: pool{_OWNED}',
    "line": f'label: Line\ntitle: "{{name}}"\nowner: parent\nfields:{_FIELDS}  deal: {{type: parent, to: deal}}\n',
}
SCOPES = ("none", "own", "own", "subordinates", "department", "department_and_below", "company", "all")
LEVELS = ("none", "mask", "read", "edit")
ROLES = ("red", "green", "blue", "grey")
PEOPLE, DEPARTMENTS = 6, 5
COUNTS = {"firm": 4, "deal": 6, "line": 4, "lead": 6}


# --- drawing ----------------------------------------------------------------------------------------------------------


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A small organisation with everything that access rules can say about its records."""
    departments = [Department(draw(_maybe(n)), draw(_maybe(PEOPLE)), draw(st.booleans())) for n in range(DEPARTMENTS)]
    roles: dict[str, dict[str, Any]] = {name: {"objects": draw(_permissions())} for name in ROLES}
    roles |= {"viewer": {"system": ["view_all"], "objects": {}}, "chief": {"system": ["modify_all"], "objects": {}}}
    people = [
        Person(
            tuple(draw(st.lists(st.sampled_from((*ROLES, *ROLES, "viewer", "chief")), max_size=2, unique=True))),
            tuple(draw(st.lists(st.integers(0, DEPARTMENTS - 1), max_size=2, unique=True))),
            draw(_maybe(n)),
        )
        for n in range(PEOPLE)
    ]
    rows = draw(_rows())
    world = World(departments, people, roles, rows)
    world.rules = draw(st.lists(_rules(), max_size=3))
    world.restrictions = draw(st.lists(_restrictions(), max_size=2))
    world.opened = _once(draw(st.lists(_openings([r for r in rows if r.object != "line"]), max_size=6)))
    world.absences = draw(st.lists(_absences(), max_size=2))
    world.pools = _judged_by_what_is_seen(draw(st.lists(_pools(), min_size=1, max_size=2)))
    world.inherits = draw(st.sampled_from((None, (True, False), (True, True), (False, True))))
    world.tell = draw(st.sampled_from(("none", "exists", "owner", "full")))
    return world


def _judged_by_what_is_seen(pools: list[Pool]) -> list[Pool]:
    """A pool is not told by a field that it masks."""
    if any(pool.when.kind == "worth" for pool in pools):
        for pool in pools:
            pool.masked, pool.hidden = (tuple(n for n in f if n != "worth") for f in (pool.masked, pool.hidden))
    return pools


def _pools() -> st.SearchStrategy[Pool]:
    some_roles = st.lists(st.sampled_from(ROLES), max_size=2, unique=True).map(tuple)
    fields = st.lists(st.sampled_from(("hint", "worth", "paper")), max_size=2, unique=True).map(tuple)
    when = st.builds(Condition, st.sampled_from(("all", "worth", "secret", "open")), st.integers(0, 9))
    members = st.lists(st.sampled_from(ROLES), min_size=1, max_size=2, unique=True).map(tuple)
    return st.builds(Pool, when, members, some_roles, fields, fields)


def _maybe(below: int) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(0, below - 1) if below else st.none()


@st.composite
def _permissions(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in (*COUNTS, "*"):
        if draw(st.integers(0, 9)) < (2 if name == "*" else 7):
            read = draw(st.sampled_from(SCOPES))
            found[name] = {
                "read": read,
                "update": draw(st.sampled_from(SCOPES)) if read != "none" else "none",
                "export": draw(st.booleans()),
                "share": draw(st.booleans()),
            }
            fields = {f: draw(st.sampled_from(LEVELS)) for f in ("hint", "worth", "paper") if draw(st.booleans())}
            fields = {f: level for f, level in fields.items() if f != "paper" or name != "line"}
            if fields and name != "*":
                found[name]["fields"] = fields
    return found


@st.composite
def _rows(draw: st.DrawFn) -> list[Row]:
    rows: list[Row] = []
    for object, count in COUNTS.items():
        for number in range(count):
            row = Row(object, number, worth=draw(st.integers(0, 9)))
            if object == "line":
                row.above = draw(st.sampled_from([r for r in rows if r.object == "deal"]))
            else:
                row.owner = draw(_maybe(PEOPLE)) if object == "lead" else draw(st.integers(0, PEOPLE - 1))
                row.helper, row.secret = draw(_maybe(PEOPLE)), draw(st.booleans())
            if object == "deal":
                row.above = draw(st.none() | st.sampled_from([r for r in rows if r.object == "firm"]))
            rows.append(row)
    return rows


def _conditions() -> st.SearchStrategy[Condition]:
    return st.builds(
        Condition, st.sampled_from(("all", "worth", "secret", "open", "helper", "team", "below")), st.integers(0, 9)
    )


def _rules() -> st.SearchStrategy[Rule]:
    recipient = st.one_of(
        st.tuples(st.just("role"), st.sampled_from(ROLES)),
        st.tuples(st.just("user"), st.integers(0, PEOPLE - 1)),
        st.tuples(st.sampled_from(("department", "below")), st.integers(0, DEPARTMENTS - 1)),
        st.tuples(st.just("field"), st.just("helper")),
        st.tuples(st.just("managers_of"), st.sampled_from((None, 1, 2))),
    )
    return st.builds(
        Rule,
        st.sampled_from(("firm", "deal", "lead")),
        _conditions(),
        st.sampled_from(("read", "edit")),
        st.lists(recipient, min_size=1, max_size=2),
    )


def _restrictions() -> st.SearchStrategy[Restriction]:
    some_roles = st.lists(st.sampled_from(ROLES), max_size=2, unique=True).map(tuple)
    return st.builds(
        Restriction,
        st.sampled_from(("firm", "deal", "lead")),
        _conditions().filter(lambda c: c.kind != "all"),
        st.sampled_from((("read", "update", "export", "share"), ("update",), ("export",), ("read",))),
        some_roles,
        some_roles,
    )


def _openings(rows: list[Row]) -> st.SearchStrategy[Opened]:
    to = st.one_of(
        st.tuples(st.sampled_from(("team", "user")), st.integers(0, PEOPLE - 1)),
        st.tuples(st.sampled_from(("department", "below")), st.integers(0, DEPARTMENTS - 1)),
        st.tuples(st.just("role"), st.sampled_from(ROLES)),
    )
    return st.builds(
        lambda row, to, access, until: Opened(row, to[0], to[1], access, until),
        st.sampled_from(rows),
        to,
        st.sampled_from(("read", "edit")),
        st.sampled_from((None, -1, 0, 1)),
    )


def _once(opened: list[Opened]) -> list[Opened]:
    """Somebody is in a team once."""
    seen: set[tuple[str, int, int]] = set()
    kept = []
    for one in opened:
        key = (one.row.object, one.row.number, one.to)
        if one.kind != "team" or key not in seen:
            kept.append(one)
        if one.kind == "team":
            seen.add(key)
    return kept


@st.composite
def _absences(draw: st.DrawFn) -> Absence:
    owner = draw(st.integers(0, PEOPLE - 1))
    agent = draw(st.integers(0, PEOPLE - 1).filter(lambda n: n != owner))
    starts, ends = draw(st.sampled_from(((-2, 2), (-2, 2), (-4, -2), (2, 4), (0, 1), (-1, 0))))
    objects = draw(st.sampled_from((None, ("deal",), ("firm", "deal"), ("lead",))))
    return Absence(owner, agent, starts, ends, draw(st.integers(0, 3)) > 0, objects)


# --- making -----------------------------------------------------------------------------------------------------------


def email(person: int) -> str:
    return f"person{person}@example.com"


def files_of(world: World) -> dict[str, str]:
    """The YAML of the world's roles and rules."""
    files = {f"objects/x/{name}.yaml": text for name, text in OBJECTS.items()}
    if world.inherits is not None:
        read, update = world.inherits
        inherits = {"access": {"inherits": [{"field": "firm", "read": read, "update": update}]}}
        files["objects/x/deal.yaml"] += yaml.safe_dump(inherits)
    same = {"name": "same_worth", "match": [{"field": "worth", "how": "exact"}], "tell": world.tell}
    files["objects/x/firm.yaml"] += yaml.safe_dump({"duplicates": [same]})
    for name, role in world.roles.items():
        files[f"objects/roles/{name}.yaml"] = yaml.safe_dump({"label": name, **role})
    for number, rule in enumerate(world.rules):
        written: dict[str, Any] = {"object": rule.object, "access": rule.access}
        if rule.when.kind != "all":
            written["when"] = rule.when.formula
        written["with"] = [_recipient(kind, name) for kind, name in rule.recipients]
        files[f"objects/sharing/rule{number}.yaml"] = yaml.safe_dump(written)
    for number, pool in enumerate(world.pools):
        files[f"flows/pools/pool{number}.yaml"] = yaml.safe_dump(_pool(pool, number))
    for number, restriction in enumerate(world.restrictions):
        files[f"objects/restrictions/keep{number}.yaml"] = yaml.safe_dump(_restriction(restriction))
    return files


def _recipient(kind: str, name: Any) -> dict[str, Any]:
    if kind == "user":
        return {"user": email(name)}
    if kind in ("department", "below"):
        return {"department": f"d{name}", "below": kind == "below"}
    if kind == "managers_of":
        return {"managers_of": "owner"} | ({} if name is None else {"levels": name})
    return {kind: name}


def _pool(pool: Pool, number: int) -> dict[str, Any]:
    written: dict[str, Any] = {"object": "lead", "label": f"Pool {number}", "order": number}
    written |= {} if pool.when.kind == "all" else {"when": pool.when.formula}
    for name, roles in (("members", pool.members), ("managers", pool.managers)):
        written |= {name: [{"roles": list(roles)}]} if roles else {}
    hidden = [name for name in pool.hidden if name not in pool.masked]
    return written | {"masked": list(pool.masked), "hidden": hidden}


def _restriction(rule: Restriction) -> dict[str, Any]:
    written: dict[str, Any] = {"object": rule.object, "only": rule.only.formula, "actions": list(rule.actions)}
    written |= {"for": list(rule.roles)} if rule.roles else {}
    return written | ({"except": list(rule.exempt)} if rule.exempt else {})


def build_manifest(world: World) -> Manifest:
    manifest, diagnostics = load_files({"workspace.yaml": "label: Test\n", **files_of(world)})
    assert manifest is not None, "\n".join(f"{d.place}: {d.message} [{d.code}]" for d in diagnostics)
    return manifest


class Made:
    """The world as records of ``project``; people and departments are known by number."""

    def __init__(self, project: Project, world: World) -> None:
        self.project, self.world = project, world
        self.departments = self._make_departments()
        self.people = self._make_people()
        self._place_people()
        for row in world.rows:
            row.id = self._make_row(row)
        for opened in world.opened:
            self._open(opened)
        for absence in world.absences:
            self._leave(absence)

    def acting(self, person: int) -> Context:
        """The context in which the person acts at the project's moment."""
        with self.project.store.read() as transaction:
            actor = load_actor(transaction, self.project.manifest, self.people[person], at=self.project.clock())
        assert actor is not None
        return self.project.context(actor)

    def _make_departments(self) -> list[int]:
        made: list[int] = []
        for number, drawn in enumerate(self.world.departments):
            above = None if drawn.above is None else made[drawn.above]
            values = {"name": f"Department {number}", "code": f"d{number}", "above": above}
            made.append(self.project.create("department", **values, company=drawn.is_company))
        return made

    def _make_people(self) -> list[int]:
        made: list[int] = []
        for number, drawn in enumerate(self.world.people):
            manager = None if drawn.manager is None else made[drawn.manager]
            values = {"name": f"Person {number}", "email": email(number), "manager": manager}
            main = self.departments[drawn.departments[0]] if drawn.departments else None
            made.append(self.project.create("user", **values, roles=list(drawn.roles), department=main))
        return made

    def _place_people(self) -> None:
        for number, drawn in enumerate(self.world.people):
            for further in drawn.departments[1:]:
                values = {"person": self.people[number], "department": self.departments[further]}
                self.project.create("membership", **values)
        for number, department in enumerate(self.world.departments):
            if department.head is not None:
                head = {"head": self.people[department.head]}
                write.write(Update("department", self.departments[number], head), self.project.system)

    def _make_row(self, row: Row) -> int:
        values: dict[str, Any] = {"name": f"The {row.word}", "hint": row.hint, "worth": row.worth}
        if row.object == "line":
            assert row.above is not None
            return self.project.create("line", **values, deal=row.above.id)
        values |= {"owner": None if row.owner is None else self.people[row.owner], "secret": row.secret}
        values["helper"] = None if row.helper is None else self.people[row.helper]
        if row.object == "deal" and row.above is not None:
            values["firm"] = row.above.id
        id = self.project.create(row.object, **values)
        about = {"record": id, "field": "paper", "name": f"paper{id}.txt", "size": 1, "digest": f"{id:064x}"}
        row.paper = self.project.create("attachment", **about)
        row.comment = self.project.create("comment", record=id, text=f"about {row.word}")
        return id

    def _open(self, opened: Opened) -> None:
        today = self.project.clock().date()
        until = None if opened.until is None else today + timedelta(days=opened.until)
        values: dict[str, Any] = {"record": opened.row.id, "access": opened.access, "until": until}
        if opened.kind == "team":
            self.project.create("team_member", **values, member=self.people[opened.to])
        elif opened.kind == "user":
            self.project.create("share", **values, with_user=self.people[opened.to])
        elif opened.kind == "role":
            self.project.create("share", **values, with_role=opened.to)
        else:
            values["below"] = opened.kind == "below"
            self.project.create("share", **values, with_department=self.departments[opened.to])

    def _leave(self, absence: Absence) -> None:
        now = self.project.clock()
        self.project.create(
            "absence",
            owner=self.people[absence.owner],
            agent=self.people[absence.agent],
            starts_at=now + timedelta(hours=absence.starts),
            ends_at=now + timedelta(hours=absence.ends),
            delegates_access=absence.delegates,
            objects=None if absence.objects is None else list(absence.objects),
        )
