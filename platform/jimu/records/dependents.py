"""Who refers to a record: worked out from the manifest, and gathered from the store for records about to go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from jimu.access.per_manifest import PerManifest
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef
from jimu.fieldtypes.kinds import Kind
from jimu.records.object_plan import ENGINE_REFERENCES
from jimu.records.wave import Unit

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dependent:
    """Records of ``object`` may refer to the object in question by ``field``."""

    object: str
    field: FieldDef

    @property
    def name(self) -> str:
        return self.field.name


def dependents_of(manifest: Manifest, object: str) -> tuple[Dependent, ...]:
    """Every field of any object that may point at records of ``object``; the engine's own stamps left out."""
    known = _known.get(manifest)
    found = known.get(object)
    if found is None:
        found = known[object] = tuple(
            Dependent(other.name, f)
            for other in manifest.objects.values()
            if not other.retired
            for f in other.active_fields
            if f.kind in (Kind.REFERENCE, Kind.REFERENCES)
            and f.name not in ENGINE_REFERENCES
            and not f.is_computed
            and (not f.target or object in f.target)
        )
    return found


_known: PerManifest[dict[str, tuple[Dependent, ...]]] = PerManifest(lambda manifest: {})


@dataclass
class Removal:
    """What goes when some records go. ``rows``: all that go, by object, roots first. ``root_of``: id -> the root it
    goes with.

    ``cleared``: (object, field, id of the row, id it pointed at) of references to be blanked. ``blocked``: root -> the
    restricting references found, as (object, field, how many).
    """

    rows: dict[str, dict[int, Row]] = field(default_factory=dict)
    root_of: dict[int, int] = field(default_factory=dict)
    cleared: list[tuple[str, str, int, int]] = field(default_factory=list)
    blocked: dict[int, list[tuple[str, str, int]]] = field(default_factory=dict)

    def ids(self, object: str) -> set[int]:
        return set(self.rows.get(object, ()))


def gather(unit: Unit, object: str, roots: dict[int, Row], *, with_deleted: bool = False) -> Removal:
    """Follow cascades from ``roots``, then look for what restricts and what must be blanked. Set-wise per object and
    field.

    ``with_deleted``: rows in the recycle bin count too (for removing for good).
    """
    removal = Removal({object: dict(roots)}, {id: id for id in roots})
    waiting: list[tuple[str, set[int]]] = [(object, set(roots))]
    while waiting:
        target, ids = waiting.pop(0)
        for dependent in dependents_of(unit.context.manifest, target):
            if dependent.field.on_delete == "cascade" and dependent.field.kind is Kind.REFERENCE:
                found = _cascade(unit, removal, dependent, ids, with_deleted)
                if found:
                    waiting.append((dependent.object, found))
    for target in list(removal.rows):
        for dependent in dependents_of(unit.context.manifest, target):
            _look_around(unit, removal, dependent, removal.ids(target), with_deleted)
    return removal


def _cascade(unit: Unit, removal: Removal, dependent: Dependent, ids: set[int], with_deleted: bool) -> set[int]:
    known = removal.rows.setdefault(dependent.object, {})
    found = unit.transaction.refs(dependent.object, dependent.name, ids, deleted=with_deleted)
    fresh = [id for id in found if id not in known]
    if not fresh:
        return set()
    rows = unit.transaction.fetch(dependent.object, fresh, lock=False if unit.is_preview else "removal")
    for id, row in rows.items():
        known[id] = row
        removal.root_of[id] = removal.root_of[row[dependent.name]]
    return set(rows)


def _look_around(unit: Unit, removal: Removal, dependent: Dependent, ids: set[int], with_deleted: bool) -> None:
    """References to what goes, from records that stay."""
    restricts = dependent.field.on_delete == "restrict"
    if not ids or (dependent.field.kind is Kind.REFERENCES and not restricts):
        return
    found = unit.transaction.refs(dependent.object, dependent.name, ids, deleted=with_deleted)
    staying = [id for id in found if id not in removal.rows.get(dependent.object, ())]
    if not staying:
        return
    rows = unit.transaction.fetch(dependent.object, staying, [dependent.name])
    by_root: dict[int, int] = {}
    for id, row in rows.items():
        for pointed in _pointed_at(row[dependent.name], ids):
            if restricts:
                by_root[removal.root_of[pointed]] = by_root.get(removal.root_of[pointed], 0) + 1
            else:
                removal.cleared.append((dependent.object, dependent.name, id, pointed))
    for root, count in by_root.items():
        removal.blocked.setdefault(root, []).append((dependent.object, dependent.name, count))


def _pointed_at(value: Any, ids: set[int]) -> Iterable[int]:
    if isinstance(value, list):
        return [id for id in value if id in ids]
    return [value] if value in ids else []
