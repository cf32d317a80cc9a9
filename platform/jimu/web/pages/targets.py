"""What a reference field may point at, for one reader: its objects, and the kinds to choose from."""

from __future__ import annotations

from jimu.access.rules import action_allowed
from jimu.definitions.model import FieldDef
from jimu.fieldtypes.kinds import Kind
from jimu.web.pages.reader import Reader

Kinds = tuple[tuple[str, str, str], ...]  # object, its label, where one is made on the spot


def allowed_targets(field: FieldDef, reader: Reader, only: str = "") -> list[str]:
    """The objects whose records the field may point at and the reader may read."""
    targets = field.target or [
        name for name, target in reader.manifest.objects.items() if not target.retired and not target.system
    ]
    return [t for t in targets if (not only or t == only) and action_allowed(reader.actor, reader.manifest, t, "read")]


def kinds_of(field: FieldDef, reader: Reader) -> Kinds:
    """The kinds of record to choose from, by label; () where there is but one."""
    if field.kind not in (Kind.REFERENCE, Kind.REFERENCES) or len(field.target) == 1 or field.type in _FILES:
        return ()
    objects = reader.manifest.objects
    found = [(t, reader.label(objects[t].label) or t, quick_address(t, reader)) for t in allowed_targets(field, reader)]
    return tuple(sorted(found, key=lambda kind: kind[1].casefold())) if len(found) > 1 else ()


def quick_address(target: str, reader: Reader) -> str:
    """Where a record of ``target`` is made on the spot; '' for who may not make one."""
    definition = reader.manifest.objects.get(target)
    if definition is None or definition.retired or definition.system:
        return ""
    return f"/o/{target}/quick" if action_allowed(reader.actor, reader.manifest, target, "create") else ""


_FILES = frozenset({"attachment", "image"})
