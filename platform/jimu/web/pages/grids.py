"""Grids: the records that hang on a record, edited as rows of a table in its form; what every record shares of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jimu.access.fields import field_access
from jimu.access.per_manifest import PerManifest
from jimu.access.rules import action_allowed
from jimu.definitions.model import LayoutField, ObjectDef, RelatedList
from jimu.web.pages.model import FieldShape
from jimu.web.pages.reader import Reader
from jimu.web.pages.shapes import PageShape, ShapeBuilder, in_one_line, page_shape

# More rows than a person edits at once; further ones are for the list.
MOST_ROWS = 300
# Widgets that fit a cell; values of others are read there and changed in the record's own form.
_EDITED = frozenset(
    {
        "text",
        "textarea",
        "number",
        "currency",
        "percent",
        "duration",
        "email",
        "phone",
        "url",
        "select",
        "checkbox",
        "date",
        "datetime",
        "time",
        "lookup",
        "user",
        "rating",
    }
)


@dataclass(frozen=True, slots=True)
class GridShape:
    """``tab``: where it stands on the page. ``columns``: what is shown. ``page``: the fields that may be changed, as a
    form has them.
    """

    key: str
    tab: str
    related: RelatedList
    label: str
    object: ObjectDef
    columns: tuple[FieldShape, ...]
    page: PageShape
    totals: tuple[str, ...]
    position: str
    may_create: bool
    may_update: bool
    may_delete: bool

    @property
    def may_edit(self) -> bool:
        return self.may_create or self.may_update or self.may_delete


_grids: PerManifest[dict[Any, tuple[GridShape, ...]]] = PerManifest(lambda manifest: {})
_MOST_KEPT = 5000


def is_edited(shape: FieldShape) -> bool:
    return shape.state == "edit" and shape.widget in _EDITED


def grids_of(object: str, reader: Reader, record_type: str | None = None) -> tuple[GridShape, ...]:
    """The grids of a record page that the reader may see, in order; from the cache or built now."""
    known = _grids.get(reader.manifest)
    key = (object, record_type, *reader.key)
    found = known.get(key)
    if found is None:
        if len(known) >= _MOST_KEPT:
            known.clear()
        found = known[key] = _build(object, reader, record_type)
    return found


def _build(object: str, reader: Reader, record_type: str | None) -> tuple[GridShape, ...]:
    shape = page_shape(object, reader, record_type)
    return tuple(
        _grid(shape.object, tab.key, related, reader)
        for tab in shape.tabs
        for related in tab.related
        if related.is_grid and action_allowed(reader.actor, reader.manifest, related.object, "read")
    )


def _grid(parent: ObjectDef, tab: str, related: RelatedList, reader: Reader) -> GridShape:
    child = reader.manifest.object(related.object)
    access = field_access(reader.actor, reader.manifest, child.name)
    build = ShapeBuilder(child, reader, access)
    names = [name for name in related.columns if "." not in name and name not in (related.position, related.field)]
    columns = tuple(in_one_line(shape) for shape in build.all([LayoutField(name) for name in names], 1))
    may = {
        action: action_allowed(reader.actor, reader.manifest, child.name, action)
        for action in ("create", "update", "delete")
    }
    position = build.all([LayoutField(related.position)], 1) if related.position else ()
    fields: Mapping[str, FieldShape] = {shape.name: shape for shape in (*columns, *position) if is_edited(shape)}
    return GridShape(
        f"{child.name}.{related.field}",
        tab,
        related,
        reader.label(related.label),
        child,
        columns,
        PageShape(child, (), (), fields),
        tuple(name for name in related.totals or _added_up(parent, related) if name in {c.name for c in columns}),
        position[0].name if position and is_edited(position[0]) else "",
        may["create"] and access.get(related.field) == "edit",
        may["update"],
        may["delete"],
    )


def _added_up(parent: ObjectDef, related: RelatedList) -> list[str]:
    """The columns that roll-ups of the record add up anyway."""
    return [
        field.rollup.field
        for field in parent.active_fields
        if field.rollup is not None
        and field.rollup.function == "sum"
        and field.rollup.field
        and (field.rollup.object, field.rollup.lookup) == (related.object, related.field)
    ]
