"""The manifest, for looking at: objects, fields, who may read and edit them, where each is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jimu.access.actor import Actor
from jimu.access.fields import EDIT, NONE
from jimu.access.per_manifest import PerManifest
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.definitions.uses import HOW, Use, Uses, build_uses
from jimu.formulas.formula import Formula
from jimu.messages import Message
from jimu.storage import Store
from jimu.storage.query import Count
from jimu.web.pages.admin_graph import Drawing, draw
from jimu.web.pages.admin_links import href_of
from jimu.web.pages.admin_roles import SOMEBODY, levels_of
from jimu.web.pages.reader import Reader

# Records of an object are counted so far and no further: the list has one number per object.
COUNTED = 10_000

uses_of: PerManifest[Uses] = PerManifest(build_uses)

FLAGS: Mapping[str, Message] = {
    "required": Message("required"),
    "unique": Message("unique"),
    "read_only": Message("read-only"),
    "indexed": Message("indexed"),
    "search": Message("searched"),
    "hidden": Message("hidden"),
    "sparse": Message("sparse"),
    "retired": Message("retired"),
}


@dataclass(frozen=True)
class FieldLine:
    """``stored_as``: the physical column, '' for none. ``readers`` and ``editors``: roles by name, of those that there
    are ``roles`` of.
    """

    field: FieldDef
    href: str
    flags: list[Message]
    stored_as: str
    readers: list[str]
    editors: list[str]
    uses: int


@dataclass(frozen=True)
class UseGroup:
    """What one kind of use says, and who uses it so: (label, address, href, place)."""

    how: Message
    users: list[tuple[str, str, str, Use]] = field(default_factory=list)


def count_records(store: Store, objects: Iterable[ObjectDef]) -> dict[str, Count]:
    """Living records of each object, counted up to ``COUNTED``, in one query."""
    with store.read() as transaction:
        return transaction.sizes([o.name for o in objects if not o.retired], COUNTED)


def field_lines(object: ObjectDef, reader: Reader, store: Store) -> list[FieldLine]:
    """The fields that people define, parts after what they belong to; then the retired ones."""
    manifest, uses = reader.manifest, uses_of.get(reader.manifest)
    levels = role_levels(manifest, object)
    fields = sorted((f for f in object.fields.values() if not f.system), key=lambda f: f.retired)
    return [
        FieldLine(
            f,
            href_of(manifest, f.address),
            flags_of(f),
            column_of(f, store),
            [role for role, found in levels.items() if found.get(f.name, NONE) != NONE],
            [role for role, found in levels.items() if found.get(f.name) == EDIT],
            len({u.source for u in uses.of(f.address)}),
        )
        for f in fields
    ]


def role_levels(manifest: Manifest, object: ObjectDef) -> dict[str, Mapping[str, str]]:
    """Role → field → level, for who has that role alone."""
    if object.retired:
        return {}
    return {
        name: levels_of(Actor(SOMEBODY, roles=frozenset({name})), manifest, object) for name in sorted(manifest.roles)
    }


def flags_of(field: FieldDef) -> list[Message]:
    return [label for name, label in FLAGS.items() if getattr(field, name)]


def column_of(field: FieldDef, store: Store) -> str:
    """The physical column of a field; '' where it has none."""
    entry = store.columns.find(field.object, field.name)
    return entry.physical if entry and field.stored and field.kind.has_column else ""


def use_groups(address: str, reader: Reader) -> list[UseGroup]:
    """Who uses ``address``, grouped by how."""
    manifest = reader.manifest
    groups: dict[str, UseGroup] = {}
    for use in uses_of.get(manifest).of(address):
        group = groups.setdefault(use.how, UseGroup(HOW[use.how]))
        group.users.append((name_of(use.source, reader), use.source, href_of(manifest, use.source), use))
    return list(groups.values())


def name_of(address: str, reader: Reader) -> str:
    """A definition's address as people call the thing: its label, with the object's before a field's."""
    manifest = reader.manifest
    kind, colon, name = address.partition(":")
    if "#" in address:
        object, _, part = address.partition("#")
        return f"{_label(manifest.objects.get(object), reader)}: {part.partition(':')[2]}"
    if colon:
        tables = {
            "options": manifest.option_lists,
            "role": manifest.roles,
            "page": manifest.pages,
            "list": manifest.lists,
            "app": manifest.apps,
            "import_plan": manifest.import_plans,
            **manifest.others,
        }
        return _label(tables.get(kind, {}).get(name), reader) or name
    object, dot, field_name = address.partition(".")
    owner = manifest.objects.get(object)
    if not dot or owner is None:
        return _label(owner, reader) or address
    return f"{_label(owner, reader)} · {_label(owner.fields.get(field_name), reader) or field_name}"


def _label(definition: object, reader: Reader) -> str:
    label = getattr(definition, "label", None)
    return reader.label(label) if label is not None else ""


@dataclass(frozen=True)
class Graph:
    """``edges`` say the same as the drawing, as a list: (needed, needing) with labels and addresses."""

    drawing: Drawing
    hrefs: Mapping[str, str]
    labels: Mapping[str, str]
    edges: list[tuple[str, str]]


def field_graph(address: str, reader: Reader) -> Graph | None:
    """What the values of a field come from, and what comes from them; None: neither."""
    edges = uses_of.get(reader.manifest).around(address)
    return _graph(address, edges, reader) if edges else None


def object_graph(object: ObjectDef, reader: Reader) -> Graph | None:
    """The objects that this one points at, and those that point at it."""
    manifest = reader.manifest
    pointed = [(t, object.name) for f in object.active_fields if _points(f) for t in f.target if t in manifest.objects]
    fields = {(other, name): manifest.objects[other].fields[name] for other, name in object.dependents}
    pointing = [(object.name, other) for (other, _), field in fields.items() if field.target]
    edges = [(a, b) for a, b in dict.fromkeys([*pointed, *pointing]) if a != b]
    # One that is on both sides would be drawn in a circle; it is told on the left.
    left = {a for a, _ in edges if a != object.name}
    edges = [(a, b) for a, b in edges if not (a == object.name and b in left)]
    return _graph(object.name, edges, reader) if edges else None


def _points(field: FieldDef) -> bool:
    return not field.system and field.formula is None and field.rollup is None


def _graph(centre: str, edges: list[tuple[str, str]], reader: Reader) -> Graph:
    names = list(dict.fromkeys([centre, *(name for edge in edges for name in edge)]))
    labels = {name: name_of(name, reader) for name in names}
    hrefs = {name: href_of(reader.manifest, name) for name in names}
    return Graph(draw(labels, edges), hrefs, labels, edges)


def formulas_of(field: FieldDef) -> list[tuple[Message, str]]:
    """Every formula of a field, with what it is for."""
    found = [(label, getattr(field, name)) for name, label in _FORMULAS.items()]
    listed = [(label, formula.source) for label, formula in found if isinstance(formula, Formula)]
    if field.rollup is not None and isinstance(field.rollup.where, Formula):
        listed.append((Message("Condition"), field.rollup.where.source))
    return listed


_FORMULAS: Mapping[str, Message] = {
    "formula": Message("Formula"),
    "default": Message("Default"),
    "filter": Message("Choices limited to"),
    "visible_when": Message("Shown when"),
    "required_when": Message("Required when"),
    "read_only_when": Message("Locked when"),
}
