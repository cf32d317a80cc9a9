"""Choosing records: what tells one from another, and which may be chosen at all."""

from __future__ import annotations

from typing import Any

from jimu.access.fields import field_access
from jimu.access.per_manifest import PerManifest
from jimu.definitions.default_layouts import default_list
from jimu.definitions.model import FieldDef, LayoutField
from jimu.records.commands import Record
from jimu.web.pages.form import text_of
from jimu.web.pages.model import FieldShape
from jimu.web.pages.reader import Reader
from jimu.web.pages.shapes import ShapeBuilder

_MOST_HINTS = 3
_MOST_COLUMNS = 6
_hints: PerManifest[dict[Any, tuple[FieldShape, ...]]] = PerManifest(lambda manifest: {})
# A user is told by where they are to be found; the others by the columns of their list.
_TELLING = {"user": ("email", "position", "department")}


def conditions_of(target: str, field: FieldDef) -> list[Any]:
    """What a record of ``target`` must fulfil to be offered for ``field``: its filter; people are still here."""
    found: list[Any] = [field.filter] if field.filter is not None and field.filter.object == target else []
    return [*found, "active"] if target == "user" else found


def hint_fields(target: str, reader: Reader) -> tuple[FieldShape, ...]:
    """The fields that tell records of ``target`` apart, for the line under their titles."""
    return telling_fields(target, reader)[:_MOST_HINTS]


def telling_fields(target: str, reader: Reader) -> tuple[FieldShape, ...]:
    """The columns of a list to choose from: those of the object's own list that stand in the record itself."""
    known = _hints.get(reader.manifest)
    key = (target, *reader.key)
    if key not in known:
        known[key] = _build(target, reader)
    return known[key]


def _build(target: str, reader: Reader) -> tuple[FieldShape, ...]:
    definition = reader.manifest.object(target)
    build = ShapeBuilder(definition, reader, field_access(reader.actor, reader.manifest, target))
    in_title = {path[0] for path in definition.title.paths}
    names = _TELLING.get(target) or default_list(reader.manifest, target).columns
    plain = [name for name in names if "." not in name and name != "title" and name not in in_title]
    return build.all([LayoutField(name) for name in plain], 1)[:_MOST_COLUMNS]


def hint_of(target: str, record: Record, reader: Reader) -> str:
    """The line under a record's title."""
    texts = (text_of(shape, record.values, record.titles) for shape in hint_fields(target, reader))
    return " · ".join(text for text in texts if text)
