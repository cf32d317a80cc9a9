"""Renames taken back: a name that returns while the name that replaced it goes is the same field, with its values.

Without this a rollback over a rename (or a git revert of one) would hide the values with the newer name and begin the
older one blank, since the older files cannot know what comes after them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jimu.definitions import Manifest
from jimu.definitions.model import FieldDef, ObjectDef


def with_renames_back(running: Manifest | None, manifest: Manifest) -> Manifest:
    """``manifest`` with ``was`` completed from the names in ``running``; its content hash and files stay."""
    if running is None:
        return manifest
    successors = _successors(running.objects, manifest.objects)
    objects: dict[str, ObjectDef] = {}
    for name, object in manifest.objects.items():
        later = successors.get(name)
        before = running.objects.get(later or name)
        fields = _fields(before.fields, object.fields) if before else object.fields
        if later or fields is not object.fields:
            object = replace(object, fields=fields, was=(*object.was, later) if later else object.was)
        objects[name] = object
    return replace(manifest, objects=objects)


def _fields(before: Mapping[str, FieldDef], after: Mapping[str, FieldDef]) -> Mapping[str, FieldDef]:
    successors = _successors(before, after)
    if not successors:
        return after
    return {
        name: replace(field, was=(*field.was, successors[name])) if name in successors else field
        for name, field in after.items()
    }


def _successors(
    before: Mapping[str, FieldDef] | Mapping[str, ObjectDef], after: Mapping[str, FieldDef] | Mapping[str, ObjectDef]
) -> dict[str, str]:
    """Name that returns -> name that it has now. A chain of renames is followed by all earlier names being listed."""
    found: dict[str, str] = {}
    for now, definition in before.items():
        if now in after:
            continue
        for earlier in definition.was:
            if earlier in after and earlier not in before:
                found[earlier] = now
    return found
