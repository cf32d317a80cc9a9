"""Field permissions, compiled once per manifest and set of roles.

A role says none, mask, read or edit per field; several roles add up to the most. Computed and read-only fields are at
most read; a field with ``requires`` needs that system right to be edited. A formula or roll-up is readable only if all
that it reads is, unless a role names it: otherwise it would tell what its sources may not. A masked field is shown in
part (``138****1234``); no condition, sort or search can use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jimu.access.actor import Actor
from jimu.access.masks import made_of
from jimu.access.per_manifest import PerManifest
from jimu.access.permissions import permissions_for
from jimu.access.rights import rights_of
from jimu.access.rules import action_allowed
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.fieldtypes.kinds import Kind

NONE, MASK, READ, EDIT = "none", "mask", "read", "edit"
_ORDER = {NONE: 0, MASK: 1, READ: 2, EDIT: 3}
_KNOWN = frozenset({READ, EDIT})

TITLE = "title"
# System fields that a person may set; all others are the engine's.
_SETTABLE_SYSTEM_FIELDS = frozenset({"owner", "record_type"})
# A path in a formula that starts here starts at the actor, not at the record.
_ACTOR_PATH = "user"

_Key = tuple[bool, frozenset[str], frozenset[str], frozenset[str] | None]


def _is_kept_by_engine(object: ObjectDef, field: FieldDef) -> bool:
    """Hidden JSON of the engine's own records: it may hold values of any field, also of those that a reader of the
    record may not read.
    """
    return object.system and field.hidden and field.kind is Kind.JSON and field.requires == "engine"


@dataclass
class _Access:
    """The levels of all objects for one set of roles, filled as they are asked for."""

    actor: Actor
    manifest: Manifest
    rights: frozenset[str]
    levels: dict[str, Mapping[str, str]] = field(default_factory=dict)
    readable: dict[str, frozenset[str]] = field(default_factory=dict)
    judged: dict[tuple[str, str], bool] = field(default_factory=dict)

    def of(self, object: str) -> Mapping[str, str]:
        found = self.levels.get(object)
        if found is None:
            target = self.manifest.object(object)
            found = {f.name: self._level(target, f) for f in target.active_fields}
            if TITLE in found and any(level == MASK for level in found.values()):
                masked = made_of(target, (name for name, level in found.items() if level == MASK))
                found[TITLE] = MASK if TITLE in masked else found[TITLE]
            self.levels[object] = found
            self.readable[object] = frozenset(name for name, level in found.items() if level in _KNOWN)
        return found

    def _level(self, object: ObjectDef, field: FieldDef) -> str:
        level = self.granted(object, field)
        if level == NONE or not self._may_know(object, field):
            return NONE
        if level == MASK:
            return MASK
        return level if self._is_editable(field) else READ

    def granted(self, object: ObjectDef, field: FieldDef) -> str:
        """What the roles give, before what the field itself forbids."""
        if _is_kept_by_engine(object, field) and not self.actor.is_system:
            return NONE
        if self.actor.is_system or "modify_all" in self.rights:
            return EDIT
        if not action_allowed(self.actor, self.manifest, object.name, "read"):
            # Who may create but not read sees the fields of the form and nothing of records.
            return EDIT if action_allowed(self.actor, self.manifest, object.name, "create") else NONE
        given = permissions_for(self.actor, self.manifest, object)
        if field.system:
            # What every record has is there to be read; a role may keep owner and record type from being changed.
            named = [p.fields.get(field.name, EDIT) for p in given.given]
            return _most(READ if level in (NONE, MASK) else level for level in named) if named else EDIT
        if not given.given:
            return READ if "view_all" in self.rights and not self._follows_parent(object) else EDIT
        return _most(p.fields.get(field.part_of or field.name, p.default_field) for p in given.given)

    @staticmethod
    def _follows_parent(object: ObjectDef) -> bool:
        return object.owner == "parent" or object.system

    def _is_editable(self, field: FieldDef) -> bool:
        if field.is_computed:
            return False
        if self.actor.is_system:
            return not field.system or field.name in _SETTABLE_SYSTEM_FIELDS
        if field.system and field.name not in _SETTABLE_SYSTEM_FIELDS:
            return False
        return not field.read_only and (field.requires is None or field.requires in self.rights)

    def _may_know(self, object: ObjectDef, field: FieldDef) -> bool:
        """Whether all that a computed field is made of may be read."""
        if not field.is_computed or self.actor.is_system or "modify_all" in self.rights:
            return True
        key = (object.name, field.name)
        if key not in self.judged:
            self.judged[key] = True  # a formula cannot read itself; this ends the search if it did
            self.judged[key] = self._names_it(object, field) or all(
                self._readable(owner, name) for owner, name in self._sources(object, field)
            )
        return self.judged[key]

    def _names_it(self, object: ObjectDef, field: FieldDef) -> bool:
        return any(field.name in p.fields for p in permissions_for(self.actor, self.manifest, object).given)

    def _readable(self, object: str, name: str) -> bool:
        target = self.manifest.objects.get(object)
        found = target.fields.get(name) if target else None
        if target is None or found is None:
            return False
        return self.granted(target, found) in _KNOWN and self._may_know(target, found)

    def _sources(self, object: ObjectDef, field: FieldDef) -> Iterable[tuple[str, str]]:
        if field.formula is not None:
            yield from paths_read(self.manifest, object.name, field.formula.paths)
        if field.rollup is not None:
            child = field.rollup.object
            yield child, field.rollup.lookup
            if field.rollup.field:
                yield child, field.rollup.field
            if field.rollup.where is not None:
                yield from paths_read(self.manifest, child, field.rollup.where.paths)


def paths_read(manifest: Manifest, object: str, paths: Iterable[tuple[str, ...]]) -> Iterable[tuple[str, str]]:
    """Every (object, field) that ``paths`` from ``object`` pass through or end at; the actor's own fields are left
    out.
    """
    for path in paths:
        if path[0] == _ACTOR_PATH and _ACTOR_PATH not in manifest.objects[object].fields:
            continue
        here: str | None = object
        for name in path:
            if here is None:
                break
            yield here, name
            target = manifest.objects[here].fields.get(name)
            here = target.target[0] if target is not None and len(target.target) == 1 else None


def _most(levels: Iterable[str]) -> str:
    return max(levels, key=lambda level: _ORDER[level], default=NONE)


_known: PerManifest[dict[_Key, _Access]] = PerManifest(lambda manifest: {})


def _access(actor: Actor, manifest: Manifest) -> _Access:
    known = _known.get(manifest)
    key = (actor.is_system, actor.roles, rights_of(actor, manifest), actor.scopes)
    found = known.get(key)
    if found is None:
        found = known[key] = _Access(actor, manifest, rights_of(actor, manifest))
    return found


def hidden_references(actor: Actor, manifest: Manifest, object: str, target: str) -> frozenset[str]:
    """The fields of ``object`` that point at records of ``target`` and that ``actor`` may not read."""
    access, owner = _access(actor, manifest), manifest.object(object)
    pointing = (f for f in owner.active_fields if target in f.target)
    return frozenset(f.name for f in pointing if access.granted(owner, f) not in _KNOWN)


def field_access(actor: Actor, manifest: Manifest, object: str) -> Mapping[str, str]:
    """Every active field of ``object`` -> "none", "mask", "read" or "edit"."""
    return _access(actor, manifest).of(object)


def readable_fields(actor: Actor, manifest: Manifest, object: str) -> frozenset[str]:
    """The fields of ``object`` that ``actor`` may read whole."""
    access = _access(actor, manifest)
    access.of(object)
    return access.readable[object]
