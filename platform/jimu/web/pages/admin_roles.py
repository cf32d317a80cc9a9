"""What roles allow, worked out by the very rules that judge reading and writing: for one role, for one person.

A cell is what ``access`` answers for an actor with that role alone, so what is shown cannot differ from what holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from jimu.access.actor import Actor
from jimu.access.fields import EDIT, MASK, NONE, READ, field_access
from jimu.access.organisation import Department, Organisation, Person
from jimu.access.rights import RIGHTS
from jimu.access.rules import ACTIONS, action_allowed, record_filter
from jimu.access.scopes import SCOPES, Question, scope_filter
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef, ObjectDef, RoleDef
from jimu.definitions.reader import key_place, read
from jimu.diagnostics import Place
from jimu.messages import Message
from jimu.storage.query import EVERYTHING, NOTHING, AnyOf

ALL, OWN, SOME, NO = "all", "own", "some", "none"

ACTION_LABELS: Mapping[str, Message] = {
    "create": Message("Create"),
    "read": Message("Read"),
    "update": Message("Change"),
    "delete": Message("Delete"),
    "purge": Message("Remove for good"),
    "export": Message("Export"),
    "share": Message("Share records"),
}
LEVEL_LABELS: Mapping[str, Message] = {
    ALL: Message("all"),
    OWN: Message("own"),
    "subordinates": Message("subordinates"),
    "department": Message("department"),
    "department_and_below": Message("department and below"),
    "company": Message("company"),
    SOME: Message("some"),
    NO: Message("none"),
    EDIT: Message("edit"),
    READ: Message("read"),
    MASK: Message("in part"),
}
RIGHT_LABELS: Mapping[str, Message] = {
    "configure": Message("read and apply configuration, see revisions and jobs"),
    "users": Message("create users, give roles, set passwords, end sessions"),
    "view_all": Message("read every record of every object"),
    "modify_all": Message("do everything to every record, see and edit every field"),
    "audit": Message("read the audit and take it out"),
    "erase": Message("hand out and erase what is known of a person"),
    "view_as": Message("see what another person sees"),
}
_REACHES = tuple(reversed([name for name in SCOPES if name not in (ALL, NO)]))  # the widest first
_LEVELS = (ALL, *_REACHES[:-1], SOME, OWN, NO)
# Who acts in the matrix of a role: nobody real, in an organisation in which no two scopes reach the same people.
SOMEBODY = 1
_SOMEWHERE = Organisation(
    -1,
    {1: Department(1, "", is_company=True), 2: Department(2, "", above=1), 3: Department(3, "", above=2)},
    {
        SOMEBODY: Person(SOMEBODY, "", departments=(2,)),
        2: Person(2, "", manager=SOMEBODY),
        3: Person(3, "", departments=(2,)),
        4: Person(4, "", departments=(3,)),
        5: Person(5, "", departments=(1,)),
    },
)


@dataclass(frozen=True, slots=True)
class Cell:
    """``level``: all, own, some or none. ``by``: the names of the roles from which it comes."""

    level: str
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class ObjectRow:
    """``hidden`` and ``locked``: how many fields may not be read, or be read but not edited. ``is_named``: the role
    names the object itself, at ``place``.
    """

    object: ObjectDef
    cells: tuple[Cell, ...]
    hidden: int = 0
    locked: int = 0
    is_named: bool = False
    place: Place = field(default_factory=Place)


@dataclass(frozen=True)
class FieldRow:
    field: FieldDef
    level: str
    by: tuple[str, ...] = ()


def level_of(actor: Actor, manifest: Manifest, object: str, action: str) -> str:
    """How far ``actor`` reaches with ``action``: the widest scope, whatever else opens single records."""
    found = record_filter(actor, manifest, object, action)
    if found == EVERYTHING:
        return ALL
    if found == NOTHING:
        return NO
    question = Question(actor, manifest, manifest.objects[object], action)
    parts = {found, *(found.filters if isinstance(found, AnyOf) else ())}
    return next((name for name in _REACHES if scope_filter(name, question) in parts), SOME)


def role_rows(manifest: Manifest, role: RoleDef) -> list[ObjectRow]:
    """The matrix of one role, the objects that it names first."""
    actor = Actor(SOMEBODY, roles=frozenset({role.name}), organisation=_SOMEWHERE)
    places = _places(manifest, role)
    rows = []
    for object in _objects(manifest):
        levels = _levels(actor, manifest, object)
        named = object.name in role.objects
        rows.append(
            ObjectRow(
                object,
                tuple(Cell(level_of(actor, manifest, object.name, action)) for action in ACTIONS),
                sum(level == NONE for level in levels.values()),
                sum(level == READ for level in levels.values()),
                named,
                places.get(object.name if named else "*", Place()),
            )
        )
    return sorted(rows, key=lambda row: not row.is_named)


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What one role may do with one object: a level per action that it allows at all."""

    role: str
    allowed: tuple[tuple[str, str], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class MatrixRow:
    object: ObjectDef
    cells: tuple[MatrixCell, ...]


def role_matrix(manifest: Manifest, roles: Iterable[RoleDef]) -> list[MatrixRow]:
    """Every object of the workspace against every role."""
    found: dict[str, list[MatrixCell]] = {}
    objects: dict[str, ObjectDef] = {}
    for role in roles:
        for row in role_rows(manifest, role):
            if not row.object.system:
                levels = ((action, cell.level) for action, cell in zip(ACTIONS, row.cells, strict=True))
                allowed = tuple((action, level) for action, level in levels if level != NO)
                objects[row.object.name] = row.object
                found.setdefault(row.object.name, []).append(MatrixCell(role.name, allowed, row.place))
    return [MatrixRow(objects[name], tuple(cells)) for name, cells in found.items()]


def role_fields(manifest: Manifest, role: RoleDef, object: str) -> list[FieldRow]:
    actor = Actor(SOMEBODY, roles=frozenset({role.name}), organisation=_SOMEWHERE)
    levels = _levels(actor, manifest, manifest.object(object))
    return [FieldRow(manifest.objects[object].fields[name], level) for name, level in levels.items()]


def person_rows(manifest: Manifest, actor: Actor) -> list[ObjectRow]:
    """What ``actor`` may do, and which of the roles give it; by none of them: what everybody may."""
    singles = _singles(actor)
    return [
        ObjectRow(object, tuple(_cell(manifest, actor, singles, object.name, action) for action in ACTIONS))
        for object in _objects(manifest)
    ]


def person_fields(manifest: Manifest, actor: Actor, object: str) -> list[FieldRow]:
    """The level of each field, and the roles that give as much alone."""
    target = manifest.object(object)
    singles = {name: _levels(single, manifest, target) for name, single in _singles(actor).items()}
    return [
        FieldRow(target.fields[name], level, tuple(r for r, levels in singles.items() if levels.get(name) == level))
        for name, level in _levels(actor, manifest, target).items()
    ]


def rights_by_role(manifest: Manifest, roles: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Every system right that ``roles`` bring, with the roles that do; the engine's own first."""
    known = [manifest.roles[name] for name in sorted(roles) if name in manifest.roles]
    given = {right for role in known for right in role.system}
    order = [*(r for r in RIGHTS if r in given), *sorted(given - set(RIGHTS))]
    return [(right, [role.name for role in known if right in role.system]) for right in order]


def _cell(manifest: Manifest, actor: Actor, singles: Mapping[str, Actor], object: str, action: str) -> Cell:
    level = level_of(actor, manifest, object, action)
    if level == NO:
        return Cell(NO)
    alone = {name: level_of(single, manifest, object, action) for name, single in singles.items()}
    best = min((_LEVELS.index(found) for found in alone.values()), default=len(_LEVELS) - 1)
    by = tuple(name for name, found in alone.items() if found != NO and _LEVELS.index(found) == best)
    return Cell(level, by)


def _singles(actor: Actor) -> dict[str, Actor]:
    return {name: replace(actor, roles=frozenset({name})) for name in sorted(actor.roles)}


def _levels(actor: Actor, manifest: Manifest, object: ObjectDef) -> dict[str, str]:
    """The levels of the fields that people define; parts go with what they belong to."""
    levels = levels_of(actor, manifest, object)
    return {f.name: levels[f.name] for f in object.active_fields if not f.system and f.part_of is None}


def levels_of(actor: Actor, manifest: Manifest, object: ObjectDef) -> Mapping[str, str]:
    """The level of every field; nothing is edited where no record may be changed or made."""
    levels = field_access(actor, manifest, object.name)
    if any(action_allowed(actor, manifest, object.name, action) for action in ("create", "update")):
        return levels
    return {name: READ if level == EDIT else level for name, level in levels.items()}


def _objects(manifest: Manifest) -> list[ObjectDef]:
    living = [o for o in manifest.objects.values() if not o.retired]
    return sorted(living, key=lambda o: (o.system, o.module, o.name))


def _places(manifest: Manifest, role: RoleDef) -> dict[str, Place]:
    """Where the role's file says something of each object."""
    text = manifest.files.get(role.source.file)
    data, _ = read(text, role.source.file) if text else (None, [])
    return {name: key_place(data, "objects", name) for name in role.objects} if data is not None else {}
