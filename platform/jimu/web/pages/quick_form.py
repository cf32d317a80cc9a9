"""The short form of a related list: its own columns and what a new record needs, in the order of the page."""

from __future__ import annotations

from dataclasses import replace

from jimu.definitions import default_page
from jimu.definitions.model import RelatedList
from jimu.records import read, write
from jimu.records.commands import Create
from jimu.web.pages.fieldviews import form_view
from jimu.web.pages.model import FieldShape, FieldView
from jimu.web.pages.reader import Reader
from jimu.web.pages.sent import Typed
from jimu.web.pages.shapes import PageShape, page_shape

MOST = 10
_NOT_HERE = frozenset({"file", "image", "rich_text", "json"})


def quick_shape(related: RelatedList, reader: Reader) -> PageShape:
    """The page of the related object, narrowed to what the short form asks for."""
    definition = reader.manifest.object(related.object)
    kinds = [t.name for t in definition.record_types.values() if not t.retired]
    shape = page_shape(related.object, reader, kinds[0] if len(kinds) == 1 else None)
    layout = default_page(reader.manifest, related.object)
    names = layout.quick or [name for name in related.columns if "." not in name]
    wanted = {name: shape.fields[name] for name in names if name in shape.fields}
    wanted |= {name: field for name, field in shape.fields.items() if field.required and not field.field.system}
    asked = {n: f for n, f in wanted.items() if _is_asked(f) and n != related.field}
    return replace(shape, fields=dict(list(asked.items())[:MOST]), tabs=())


def _is_asked(field: FieldShape) -> bool:
    return field.state == "edit" and field.widget not in _NOT_HERE


def quick_fields(related: RelatedList, id: int, reader: Reader, typed: Typed | None = None) -> list[FieldView]:
    """The controls, filled with what was typed, else with the defaults of a new record."""
    shape = quick_shape(related, reader)
    values = dict(write.preview(Create(related.object, {related.field: id}), reader.context).values)
    ids = {v for name in shape.fields for v in [values.get(name)] if isinstance(v, int) and not isinstance(v, bool)}
    titles = read.resolve_titles(ids, reader.context)
    place = f"q-{related.object}"
    views = [form_view(field, values, titles, reader, typed, place) for field in shape.fields.values()]
    for view in views:
        view.required = view.shape.required
    return views


# What is asked of an activity in the timeline, by its kind; less of one that is done already.
ACTIVITY_KINDS = {
    "task": ("subject", "due_on", "owner", "notes"),
    "meeting": ("subject", "starts_at", "ends_at", "owner", "notes"),
    "visit": ("subject", "starts_at", "ends_at", "owner", "notes"),
    "call": ("subject", "due_on", "owner", "notes"),
    "email": ("subject", "due_on", "owner", "notes"),
}
_DONE = ("subject", "notes")


def activity_shape(reader: Reader, kind: str, is_done: bool) -> PageShape:
    """The page of activities, narrowed to what is asked of one of this ``kind``."""
    names = _DONE if is_done else ACTIVITY_KINDS[kind]
    shape = page_shape("activity", reader)
    return replace(
        shape, fields={n: shape.fields[n] for n in names if n in shape.fields and _is_asked(shape.fields[n])}, tabs=()
    )


def activity_fields(reader: Reader, kind: str, is_done: bool, typed: Typed | None = None) -> list[FieldView]:
    """The controls of a new activity of this ``kind``."""
    shape, me = activity_shape(reader, kind, is_done), reader.actor
    values = {"owner": me.id}
    titles = {me.id: me.name} if me.id is not None else {}
    views = [form_view(field, values, titles, reader, typed, "a") for field in shape.fields.values()]
    for view in views:
        view.required = view.shape.required
    return views
