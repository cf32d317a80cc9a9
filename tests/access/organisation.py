"""Organisations made at random, and what each of their people may see by a slow judgement of its own.

The judgement reads the roles as they were drawn, in plain Python, record by record; it shares no code with the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

import yaml

from tests.records.project import Project

OBJECTS = {
    "firm": """
label: Firm
title: "{name}"
features: [history, comments]
fields:
  name: {type: text, required: true, search: true}
  hint: {type: text, search: true}
  worth: {type: integer}
  rich: {type: formula, returns: boolean, formula: "worth > 5"}
""",
    "deal": """
label: Deal
title: "{name}"
features: [history, comments]
fields:
  name: {type: text, required: true, search: true}
  hint: {type: text, search: true}
  firm: {type: lookup, to: firm, on_delete: set_null}
  worth: {type: integer}
  rich: {type: formula, returns: boolean, formula: "worth > 5"}
""",
    "line": """
label: Line
title: "{name}"
owner: parent
fields:
  name: {type: text, required: true, search: true}
  hint: {type: text, search: true}
  deal: {type: parent, to: deal}
  worth: {type: integer}
  rich: {type: formula, returns: boolean, formula: "worth > 5"}
""",
}
SCOPES = ("none", "own", "own", "all")
LEVELS = ("none", "read", "edit")
GUARDED_FIELDS = ("hint", "worth")
Role = dict[str, Any]


@dataclass
class Row:
    """A record as it was made."""

    object: str
    id: int
    word: str  # stands in its name and nowhere else
    hint: str
    worth: int
    owner: int | None = None
    above: Row | None = None  # the deal of a line, the firm of a deal
    deleted: bool = False


@dataclass
class Organisation:
    roles: dict[str, Role]
    people: dict[int, list[str]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def of(self, object: str) -> list[Row]:
        return [row for row in self.rows if row.object == object]

    # --- the judgement ----------------------------------------------------------------------------------------------

    def given(self, person: int, object: str) -> list[Role]:
        """What the person's roles say of the object; what a role says of all holds where it does not name it."""
        found = []
        for name in self.people[person]:
            objects = self.roles[name]["objects"]
            if object in objects:
                found.append(objects[object])
            elif "*" in objects:
                found.append(objects["*"])
        return found

    def has(self, person: int, right: str) -> bool:
        return any(right in self.roles[name].get("system", []) for name in self.people[person])

    def may(self, person: int, action: str, row: Row) -> bool:
        if self.has(person, "modify_all") or (action == "read" and self.has(person, "view_all")):
            return True
        given = self.given(person, row.object)
        if row.object == "line":
            is_named = any("line" in self.roles[name]["objects"] for name in self.people[person])
            narrowed = is_named and all(role.get(action, "none") == "none" for role in given)
            return row.above is not None and not narrowed and self.may(person, action, row.above)
        scopes = {role.get(action, "none") for role in given}
        return "all" in scopes or ("own" in scopes and row.owner == person)

    def level(self, person: int, object: str, name: str) -> str:
        """none, read or edit, of a field of an object that the person may read."""
        if self.has(person, "modify_all"):
            return "edit"
        given = self.given(person, object)
        if not given:
            return "edit" if object == "line" else "read"
        return max((role.get("fields", {}).get(name, "edit") for role in given), key=LEVELS.index)

    def sees(self, person: int, object: str, name: str) -> bool:
        return self.level(person, object, "worth" if name == "rich" else name) != "none"


def draw_files(random: Random) -> tuple[dict[str, str], dict[str, Role]]:
    """The YAML of a workspace with roles drawn at random, and the roles."""
    roles = {f"role{number}": _draw_role(random) for number in range(5)}
    roles["viewer"] = {"system": ["view_all"], "objects": {}}
    roles["chief"] = {"system": ["modify_all"], "objects": {}}
    files = {f"objects/x/{name}.yaml": text for name, text in OBJECTS.items()}
    for name, role in roles.items():
        files[f"objects/roles/{name}.yaml"] = yaml.safe_dump({"label": name, **role})
    return files, roles


def _draw_role(random: Random) -> Role:
    objects: dict[str, Any] = {}
    for name in (*OBJECTS, "*"):
        if random.random() < (0.2 if name == "*" else 0.7):
            permission: Role = {"create": random.random() < 0.5, "export": True}
            permission["read"] = random.choice(SCOPES)
            permission["update"] = random.choice(SCOPES) if permission["read"] != "none" else "none"
            fields = {f: random.choice(LEVELS) for f in GUARDED_FIELDS if random.random() < 0.5}
            objects[name] = permission | ({"fields": fields} if fields and name != "*" else {})
    return {"objects": objects}


def populate(project: Project, roles: dict[str, Role], random: Random) -> Organisation:
    """People with some of the roles, and records of theirs."""
    made = Organisation(roles)
    for number in range(6):
        chosen = random.sample(sorted(roles), random.choice((0, 1, 1, 2, 2, 3)))
        made.people[project.user(f"person{number}", *chosen)] = chosen
    for object, count in (("firm", 6), ("deal", 10), ("line", 10)):
        for number in range(count):
            made.rows.append(_make(project, made, object, number, random))
    return made


def _make(project: Project, made: Organisation, object: str, number: int, random: Random) -> Row:
    row = Row(object, 0, f"{object}word{number}", f"{object}hint{number}", random.randrange(10))
    values: dict[str, Any] = {"name": f"The {row.word}", "hint": row.hint, "worth": row.worth}
    if object == "line":
        row.above = random.choice(made.of("deal"))
        values["deal"] = row.above.id
    else:
        row.owner = values["owner"] = random.choice(sorted(made.people))
    if object == "deal" and random.random() < 0.8:
        row.above = random.choice(made.of("firm"))
        values["firm"] = row.above.id
    row.id = project.create(object, **values)
    return row
