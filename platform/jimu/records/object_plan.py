"""What writing and reading records of one object need to know of it, worked out once per manifest.

Everything here is independent of who acts. The steps of the write path are loops over these short tuples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jimu.access.per_manifest import PerManifest
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import CheckDef, FieldDef, ObjectDef
from jimu.fieldtypes import registry
from jimu.fieldtypes.base import LoadContext
from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Formula, Path
from jimu.records.rollup_feeds import RollupFeed, feeds_of, value_over_nothing

Load = Callable[[Any, FieldDef, LoadContext], Any]

# References that the engine itself keeps; a write never checks them.
ENGINE_REFERENCES = frozenset({"id", "created_by", "updated_by"})


@dataclass(frozen=True, slots=True)
class Computed:
    """A formula field. ``reads``: the own fields that its value depends on."""

    name: str
    field: FieldDef
    formula: Formula
    reads: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class ObjectPlan:
    """See the module. ``formulas``: stored ones, each after those that it reads. ``virtuals``: computed when read.

    ``conditions``: fields with required_when, visible_when or read_only_when. ``far_paths``: paths over lookups that
    any rule of the object reads, as stored fields. ``needs_world``: whether some rule reads more than stored own
    fields.
    """

    object: ObjectDef
    fields: Mapping[str, FieldDef]
    loads: Mapping[str, Load]
    formulas: tuple[Computed, ...]
    virtuals: Mapping[str, Computed]
    constants: tuple[tuple[FieldDef, Any], ...]
    default_formulas: tuple[FieldDef, ...]
    autonumbers: tuple[FieldDef, ...]
    rollups: tuple[tuple[str, Any], ...]  # roll-up field, its value over no records
    references: tuple[FieldDef, ...]
    users: frozenset[str]
    picklists: tuple[FieldDef, ...]
    required: tuple[str, ...]
    conditions: tuple[FieldDef, ...]
    checks: tuple[CheckDef, ...]
    uniques: tuple[tuple[str, ...], ...]
    composites: tuple[FieldDef, ...]
    historic: frozenset[str]
    feeds: tuple[RollupFeed, ...]
    title_reads: frozenset[str]
    far_paths: frozenset[Path]
    needs_world: bool
    targets: Mapping[str, str]  # single-target references: field -> object
    tied: tuple[FieldDef, ...]  # whose parts say the same as they do
    money: tuple[tuple[str, str], ...]  # amount field, its currency field
    number_load: Load  # reads a number given by an import


def plan_of(manifest: Manifest, object: str) -> ObjectPlan:
    """The plan of ``object``; raises NotFound for unknown and retired objects."""
    plans = _plans.get(manifest)
    found = plans.get(object)
    if found is None:
        found = plans[object] = _build(manifest, manifest.object(object))
    return found


_plans: PerManifest[dict[str, ObjectPlan]] = PerManifest(lambda manifest: {})


def _build(manifest: Manifest, object: ObjectDef) -> ObjectPlan:
    active = object.active_fields
    own = [f for f in active if not f.system]
    virtuals = {f.name: _computed(f) for f in active if f.formula is not None and not f.stored}
    rules = list(_rules(object, own))
    paths = frozenset().union(*(formula.paths for formula in rules)) if rules else frozenset()
    return ObjectPlan(
        object=object,
        fields={f.name: f for f in active},
        loads={f.name: registry.get(f.type).load for f in active if not f.is_computed},
        formulas=tuple(_in_order([_computed(f) for f in own if f.formula is not None and f.stored])),
        virtuals=virtuals,
        constants=tuple((f, f.default) for f in own if f.default is not None and not isinstance(f.default, Formula)),
        default_formulas=tuple(f for f in own if isinstance(f.default, Formula)),
        autonumbers=tuple(f for f in own if f.type == "autonumber"),
        rollups=tuple((f.name, value_over_nothing(f)) for f in own if f.rollup is not None),
        references=tuple(
            f
            for f in active
            if f.kind in (Kind.REFERENCE, Kind.REFERENCES) and f.name not in ENGINE_REFERENCES and not f.is_computed
        ),
        users=frozenset(f.name for f in active if f.target == ("user",)),
        picklists=tuple(f for f in own if f.choices is not None and not f.is_computed),
        required=tuple(f.name for f in own if f.required and not f.is_computed),
        conditions=tuple(f for f in own if f.required_when or f.visible_when or f.read_only_when),
        checks=object.checks,
        uniques=tuple(dict.fromkeys([*((f.name,) for f in own if f.unique), *object.uniques])),
        composites=tuple(f for f in own if f.kind is Kind.COMPOSITE),
        historic=frozenset(
            f.name
            for f in active
            if f.history and f.kind is not Kind.COMPOSITE and (not f.system or f.name in ("owner", "record_type"))
        ),
        feeds=feeds_of(manifest, object),
        title_reads=frozenset(path[0] for path in stored_paths(manifest, object.name, object.title.paths)),
        far_paths=frozenset(p for p in stored_paths(manifest, object.name, paths) if len(p) > 1),
        needs_world=any(len(path) > 1 or path[0] in virtuals for path in paths),
        targets={f.name: f.target[0] for f in active if f.kind is Kind.REFERENCE and len(f.target) == 1},
        tied=tuple(f for f in own if registry.get(f.type).is_tied),
        money=tuple((f.name, part) for f in own if f.kind is Kind.DECIMAL for part in f.parts),
        number_load=registry.get("autonumber").load,
    )


def _computed(field: FieldDef) -> Computed:
    assert field.formula is not None
    return Computed(field.name, field, field.formula, frozenset(path[0] for path in field.formula.paths))


def _rules(object: ObjectDef, fields: Iterable[FieldDef]) -> Iterable[Formula]:
    """Every formula that a write of the object evaluates."""
    yield object.title
    for field in fields:
        candidates = (field.formula, field.default, field.required_when, field.visible_when, field.read_only_when)
        yield from (c for c in candidates if isinstance(c, Formula))
    yield from (check.check for check in object.checks)


def _in_order(formulas: list[Computed]) -> Iterable[Computed]:
    """Each formula after the formulas that it reads (there are no cycles: the definitions were checked)."""
    waiting = {f.name: f for f in formulas}
    while waiting:
        ready = [f for f in waiting.values() if not f.reads & (waiting.keys() - {f.name})]
        for formula in ready or list(waiting.values()):
            del waiting[formula.name]
            yield formula


def stored_paths(manifest: Manifest, object: str, paths: Iterable[Path]) -> frozenset[Path]:
    """``paths`` with every formula field that is computed when read replaced by what it reads."""
    found: set[Path] = set()
    for path in paths:
        owner = object_at(manifest, object, path[:-1])
        field = manifest.objects[owner].fields.get(path[-1]) if owner in manifest.objects else None
        if field is None or field.formula is None or field.stored:
            found.add(path)
            continue
        found.update(path[:-1] + inner for inner in stored_paths(manifest, owner, field.formula.paths))
    return frozenset(found)


def object_at(manifest: Manifest, object: str, lookups: Path) -> str:
    """The object that a chain of lookups leads to; "" where it leads to no single one."""
    here = object
    for name in lookups:
        owner = manifest.objects.get(here)
        field = owner.fields.get(name) if owner else None
        if field is None or len(field.target) != 1:
            return ""
        here = field.target[0]
    return here
