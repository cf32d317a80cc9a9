"""From rows to ``Record``: only readable fields, composites put together from their parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jimu.access.actor import Actor
from jimu.access.fields import MASK, NONE, field_access
from jimu.access.per_manifest import PerManifest
from jimu.access.rights import rights_of
from jimu.definitions.manifest import Manifest
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.masking import HIDDEN, Masked
from jimu.records.object_plan import ObjectPlan, plan_of


def _whole(parts: Mapping[str, Any]) -> Any:
    """A composite of its parts; masked if a part is."""
    if any(isinstance(value, Masked) for value in parts.values()):
        return HIDDEN
    return parts if any(value is not None for value in parts.values()) else None


@dataclass(frozen=True, slots=True, eq=False)
class ReadPlan:
    """What one set of roles reads of one object. ``names``: readable fields in definition order, composites included;
    masked ones are among them (``records.masking`` masks the values).

    ``columns``: what the store is asked for: system columns, readable fields, parts of readable composites.
    ``composites``: name -> ((suffix, part field), …). ``references``: fields whose titles a page wants to show.
    ``is_whole``: a row of the store is the values as it is.
    """

    plan: ObjectPlan
    readable: frozenset[str]
    names: tuple[str, ...]
    columns: tuple[str, ...]
    composites: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    references: tuple[str, ...]
    is_whole: bool

    def values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The readable values of ``row`` by field name; a composite is a dict of its parts, or None."""
        values = {name: row.get(name) for name in self.names}
        for name, parts in self.composites:
            found = {suffix: row.get(part) for suffix, part in parts}
            values[name] = _whole(found)
        return values

    def narrowed(self, names: Iterable[str]) -> ReadPlan:
        """The same for some of the fields."""
        wanted = frozenset(names)
        parts = {part for name, found in self.composites if name in wanted for _, part in found}
        names = tuple(n for n in self.names if n in wanted)
        columns = tuple(c for c in self.columns if c in wanted or c in parts or c in ENGINE_COLUMNS)
        return ReadPlan(
            self.plan,
            self.readable,
            names,
            columns,
            tuple(c for c in self.composites if c[0] in wanted),
            tuple(r for r in self.references if r in wanted),
            _are_same(names, columns),
        )


# Always read, whatever was asked for: they make up a Record, and access rules look at them.
ENGINE_COLUMNS = frozenset({"id", "title", "owner", "created_by", "version", "deleted_at"})

_Key = tuple[bool, frozenset[str], frozenset[str], frozenset[str] | None, str, tuple[str, ...] | None]
_known: PerManifest[dict[_Key, ReadPlan]] = PerManifest(lambda manifest: {})
_MOST_PLANS = 5_000


def read_plan(actor: Actor, manifest: Manifest, object: str, fields: tuple[str, ...] | None = None) -> ReadPlan:
    """The plan of ``actor`` for ``object``, narrowed to ``fields`` (which must be readable) if given."""
    known = _known.get(manifest)
    key = (actor.is_system, actor.roles, rights_of(actor, manifest), actor.scopes, object, fields)
    found = known.get(key)
    if found is None:
        if len(known) >= _MOST_PLANS:
            known.clear()
        found = _build(actor, manifest, object)
        found = known[key] = found.narrowed(fields) if fields is not None else found
    return found


def _build(actor: Actor, manifest: Manifest, object: str) -> ReadPlan:
    plan = plan_of(manifest, object)
    levels = field_access(actor, manifest, object)
    readable = frozenset(name for name, level in levels.items() if level != NONE)
    names = tuple(name for name in plan.fields if name in readable)
    composites = tuple(
        (f.name, tuple((part.removeprefix(f"{f.name}_"), part) for part in f.parts))
        for f in plan.composites
        if f.name in readable
    )
    parts = {part for _, found in composites for _, part in found}
    columns = tuple(
        name
        for name, f in plan.fields.items()
        if f.kind is not Kind.COMPOSITE and (name in readable or name in parts or name in ENGINE_COLUMNS)
    )
    references = tuple(
        name
        for name in names
        if plan.fields[name].kind in (Kind.REFERENCE, Kind.REFERENCES) and name != "id" and levels[name] != MASK
    )
    return ReadPlan(plan, readable, names, columns, composites, references, _are_same(names, columns))


def _are_same(names: tuple[str, ...], columns: tuple[str, ...]) -> bool:
    """Whether the store answers with what may be told and nothing else; id and version always come."""
    return {*columns, "id", "version"} == set(names)
