"""The record page: head with highlights and actions, tabs of sections, related lists, and what is fetched later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from jimu.access.rules import action_allowed
from jimu.definitions.model import FieldDef, ListLayoutDef, ObjectDef, RelatedList
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.requests import ListRequest
from jimu.web.pages.conditions import Judge, judge_for
from jimu.web.pages.display import presenter_for
from jimu.web.pages.fieldviews import shown_view
from jimu.web.pages.listing import list_shape, rows_of
from jimu.web.pages.model import Action, Column, FieldShape, FieldView, RelatedView, SectionView, TabView
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.shapes import PageShape, SectionShape, page_shape


@dataclass
class RecordPage:
    object: ObjectDef
    record: Record
    title: str
    href: str
    kind: str
    actions: list[Action]
    highlights: list[FieldView]
    tabs: list[TabView]
    has_history: bool
    has_comments: bool
    has_attachments: bool
    variant: str = ""
    is_deleted: bool = False
    notes: list[str] = field(default_factory=list)


def build_record_page(object: str, id: int, reader: Reader) -> RecordPage:
    """The page of one record. Raises NotFound where there is none or it may not be read."""
    record = read.get(object, id, reader.context)
    definition = reader.manifest.object(object)
    record_type = record.values.get("record_type")
    shape = page_shape(object, reader, record_type)
    judge = judge_for(object, record.values, reader)
    variant = definition.record_types.get(record_type or "")
    return RecordPage(
        definition,
        record,
        record.title or reader.label(definition.label),
        record_url(object, id),
        reader.label(definition.label),
        _actions(definition, record, reader),
        _shown(shape.highlights, record, judge),
        [_tab(tab, record, judge, reader) for tab in shape.tabs],
        "history" in definition.features,
        "comments" in definition.features,
        "attachments" in definition.features,
        reader.label(variant.label) if variant else "",
    )


def _actions(definition: ObjectDef, record: Record, reader: Reader) -> list[Action]:
    href = record_url(definition.name, record.id)
    found = []
    if action_allowed(reader.actor, reader.manifest, definition.name, "update"):
        found.append(Action(reader.render(Message("Edit")), f"{href}/edit", "pencil", "primary"))
    if action_allowed(reader.actor, reader.manifest, definition.name, "create"):
        found.append(
            Action(reader.render(Message("Copy")), f"/o/{definition.name}/new?copy={encode_id(record.id)}", "copy")
        )
    if action_allowed(reader.actor, reader.manifest, definition.name, "delete"):
        found.append(Action(reader.render(Message("Delete")), f"{href}/delete", "trash", "danger"))
    return found


def _tab(tab: Any, record: Record, judge: Judge, reader: Reader) -> TabView:
    sections = [_section(s, record, judge) for s in tab.sections if judge(s.section.visible_when)]
    related = [related_place(r, record, number, reader) for number, r in enumerate(tab.related)]
    return TabView(tab.key, tab.label, [s for s in sections if s.fields], related)


def _section(section: SectionShape, record: Record, judge: Judge) -> SectionView:
    return SectionView(
        section.key,
        section.label,
        section.help,
        section.columns,
        section.collapsed,
        _shown(section.fields, record, judge),
    )


def _shown(shapes: tuple[FieldShape, ...], record: Record, judge: Judge) -> list[FieldView]:
    return [shown_view(shape, record.values, record.titles) for shape in shapes if is_visible(shape, judge)]


def is_visible(shape: FieldShape, judge: Judge) -> bool:
    """By the field's own condition and by the layout's."""
    layout = shape.layout.visible_when if shape.layout else None
    return judge(shape.field.visible_when) and judge(layout)


def related_place(related: RelatedList, record: Record, number: int, reader: Reader) -> RelatedView:
    """Where a related list stands; its rows are fetched when it is seen."""
    target = reader.manifest.object(related.object)
    href = f"{record_url(record.object, record.id)}/related/{related.object}/{related.field}"
    new = ""
    if action_allowed(reader.actor, reader.manifest, related.object, "create"):
        new = f"/o/{related.object}/new?" + urlencode(
            {related.field: encode_id(record.id), "back": record_url(record.object, record.id)}
        )
    return RelatedView(
        f"{related.object}-{related.field}-{number}",
        reader.label(related.label) or reader.label(target.plural),
        [],
        [],
        href,
        new,
        target.icon,
    )


def find_related(shape: PageShape, object: str, field: str) -> RelatedList | None:
    """The related list of the layout that an address names."""
    return next((r for tab in shape.tabs for r in tab.related if (r.object, r.field) == (object, field)), None)


def build_related(related: RelatedList, object: str, id: int, reader: Reader, after: str | None = None) -> RelatedView:
    """The rows of a related list."""
    layout = ListLayoutDef(f"{related.object}:{related.field}", related.object, related.label, related.columns)
    shape = list_shape(layout, reader)
    request = ListRequest(
        related.object, order=related.sort, fields=shape.fields, expand=shape.expand, limit=related.limit, after=after
    )
    found = read.related(object, id, related.object, related.field, request, reader.context)
    columns = [
        Column(".".join(c.path), c.label, "cell-title" if at == 0 else c.css) for at, c in enumerate(shape.columns)
    ]
    more = (
        f"{record_url(object, id)}/related/{related.object}/{related.field}?{urlencode({'after': found.next})}"
        if found.next
        else ""
    )
    return RelatedView("", reader.label(related.label), columns, rows_of(found.records, shape.columns), more)


@dataclass
class Change:
    label: str
    before: Any
    after: Any


@dataclass
class HistoryEntry:
    who: str
    when: Any
    what: str
    through: str
    changes: list[Change]


_ACTIONS: Mapping[str, Message] = {
    "create": Message("created the record"),
    "update": Message("changed the record"),
    "delete": Message("put it into the recycle bin"),
    "restore": Message("took it out of the recycle bin"),
}
_WAYS: Mapping[str, Message] = {
    "api": Message("through the API"),
    "import": Message("by an import"),
    "seed": Message("with the demo data"),
    "job": Message("in the background"),
    "cli": Message("on the command line"),
    "system": Message("by itself"),
}


def build_history(
    object: str, id: int, reader: Reader, before: int | None = None
) -> tuple[list[HistoryEntry], int | None]:
    """What was changed when by whom, the latest first, and where the next page begins."""
    page = read.history(object, id, reader.context, limit=30, before=before)
    definition = reader.manifest.object(object)
    moment = _moment_presenter(definition, reader)
    entries = []
    for item in page.items:
        changes = [
            _change(definition.fields[c.field], c.before, c.after, page.titles, reader)
            for c in item.changes
            if c.field in definition.fields
        ]
        who = page.titles.get(item.actor or 0) or reader.render(Message("The system"))
        way = reader.render(_WAYS[item.via]) if item.via in _WAYS else ""
        what = reader.render(_ACTIONS[item.action]) if item.action in _ACTIONS else item.action
        entries.append(
            HistoryEntry(
                who, moment(item.at), what, " ".join(x for x in (way, item.reason and f"({item.reason})") if x), changes
            )
        )
    return entries, page.before


def _moment_presenter(definition: ObjectDef, reader: Reader) -> Any:
    present = presenter_for(definition.fields["updated_at"], reader)
    return lambda at: present(at, {}, {})


def _change(field: FieldDef, before: Any, after: Any, titles: Mapping[int, str], reader: Reader) -> Change:
    present = presenter_for(field, reader)
    return Change(reader.label(field.label) or field.name, present(before, {}, titles), present(after, {}, titles))
