"""The record page: head with highlights and actions, tabs of sections and related lists, and the panel at the side.

What is not seen at once (related lists, timeline, comments, files, history) is only given its place here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from jimu.access.rules import action_allowed
from jimu.access.scopes import USER_OBJECT
from jimu.care.cloning import child_kinds
from jimu.care.converting import can_convert, conversions_of
from jimu.definitions.model import ObjectDef
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals.versions import flows_of
from jimu.messages import Message
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.pools import keeps_owner
from jimu.web.pages.conditions import judge_for
from jimu.web.pages.model import Action
from jimu.web.pages.moments import When, when_of
from jimu.web.pages.ownership import owner_actions
from jimu.web.pages.people import Person, person_of
from jimu.web.pages.person_actions import person_actions
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.record_access import can_be_opened
from jimu.web.pages.record_clocks import ShownClock, record_clocks
from jimu.web.pages.record_fields import FieldShower, ShownField, ShownSection, may
from jimu.web.pages.record_related import RelatedPage, related_place
from jimu.web.pages.record_stages import StageBar, stage_bar
from jimu.web.pages.shapes import PageShape, TabShape, page_shape

ACTIVITY = "activity"


@dataclass
class Panel:
    """One tab at the side; its content is fetched when it is seen."""

    key: str
    label: str
    icon: str


@dataclass
class RecordTab:
    key: str
    label: str
    sections: list[ShownSection] = field(default_factory=list)
    related: list[RelatedPage] = field(default_factory=list)


@dataclass
class RecordPage:
    object: ObjectDef
    record: Record
    title: str
    href: str
    kind: str
    variant: str
    actions: list[Action]
    highlights: list[ShownField]
    tabs: list[RecordTab]
    panels: list[Panel]
    editable: frozenset[str]  # fields that can be edited where they are shown
    may_update: bool
    owner: Person | None = None
    changed_at: When | None = None
    changed_by: Person | None = None
    owner_actions: list[Action] = field(default_factory=list)
    stages: StageBar | None = None
    clocks: list[ShownClock] = field(default_factory=list)


def build_record_page(object: str, id: int, reader: Reader) -> RecordPage:
    """The page of one record. Raises NotFound where there is none or it may not be read."""
    record = read.get(object, id, reader.context)
    shape = page_shape(object, reader, record.values.get("record_type"))
    return page_of(record, shape, reader)


def page_of(record: Record, shape: PageShape, reader: Reader) -> RecordPage:
    """The page of a record that was read."""
    definition = shape.object
    show = FieldShower(record, judge_for(definition.name, record.values, reader), reader)
    variant = definition.record_types.get(record.values.get("record_type") or "")
    return RecordPage(
        definition,
        record,
        record.title or reader.label(definition.label),
        record_url(definition.name, record.id),
        reader.label(definition.label),
        reader.label(variant.label) if variant else "",
        _actions(definition, record, reader),
        show.all(shape.highlights),
        [_tab(tab, record, show, reader) for tab in shape.tabs],
        _panels(definition, reader),
        frozenset(name for name, field in shape.fields.items() if field.state == "edit"),
        show.may_update,
        _person("owner", record, reader),
        when_of(record.values["updated_at"], reader) if record.values.get("updated_at") else None,
        _person("updated_by", record, reader),
        owner_actions(record, reader),
        stage_bar(record, reader),
        record_clocks(record, reader),
    )


def _actions(definition: ObjectDef, record: Record, reader: Reader) -> list[Action]:
    href = record_url(definition.name, record.id)
    found = []
    if may(record, "update", reader):
        found.append(Action(reader.render(Message("Edit")), f"{href}/edit", "pencil", "primary"))
    if action_allowed(reader.actor, reader.manifest, definition.name, "create"):
        found.append(
            Action(reader.render(Message("Copy")), f"/o/{definition.name}/new?copy={encode_id(record.id)}", "copy")
        )
        if child_kinds(definition.name, reader.context):
            found.append(Action(reader.render(Message("Clone with children")), f"{href}/clone", "copy-plus"))
    found += _conversions(definition, record, reader)
    if definition.name == USER_OBJECT:
        found += person_actions(record.id, reader)
    if can_be_opened(definition.name, reader) and may(record, "share", reader):
        found.append(Action(reader.render(Message("Share the record")), f"{href}/sharing", "share"))
    if may(record, "delete", reader):
        found.append(Action(reader.render(Message("Delete")), f"{href}/delete", "trash", "danger"))
    return found


def _conversions(definition: ObjectDef, record: Record, reader: Reader) -> list[Action]:
    """Those that the reader could carry out on this record just now."""
    href = record_url(definition.name, record.id)
    return [
        Action(reader.label(one.label), f"{href}/convert/{one.name}", "transform", "primary")
        for one in conversions_of(definition.name, reader.context)
        if may(record, "update", reader) and can_convert(one, record.id, reader.context)
    ]


def _tab(tab: TabShape, record: Record, show: FieldShower, reader: Reader) -> RecordTab:
    sections = [show.section(s) for s in tab.sections if show.judge(s.section.visible_when)]
    related = [related_place(r, record, reader) for r in tab.related]
    return RecordTab(
        tab.key, tab.label or reader.render(Message("Details")), [s for s in sections if s.fields], related
    )


def _panels(definition: ObjectDef, reader: Reader) -> list[Panel]:
    """The tabs at the side: the timeline where there is more than one kind of thing to put into it."""
    features = definition.features
    found = []
    if "comments" in features:
        found.append(Panel("comments", reader.render(Message("Comments")), "message-2"))
    if "attachments" in features:
        found.append(Panel("attachments", reader.render(Message("Files")), "paperclip"))
    if can_be_opened(definition.name, reader):
        found.append(Panel("team", reader.render(Message("People")), "users"))
    if "history" in features:
        found.append(Panel("history", reader.render(Message("History")), "history"))
    if flows_of(reader.manifest, definition.name):
        found.append(Panel("approvals", reader.render(Message("Approvals")), "checklist"))
    if keeps_owner(reader.manifest, definition.name):
        found.append(Panel("ownership", reader.render(Message("Ownership")), "hand-grab"))
    if len(found) > 1 or (found and has_activities(reader)):
        found.insert(0, Panel("timeline", reader.render(Message("Timeline")), "timeline-event"))
    return found


def has_activities(reader: Reader) -> bool:
    """Whether calls, tasks and meetings about records are for this reader."""
    found = reader.manifest.objects.get(ACTIVITY)
    return bool(found and not found.retired and action_allowed(reader.actor, reader.manifest, ACTIVITY, "read"))


def _person(name: str, record: Record, reader: Reader) -> Person | None:
    id = record.values.get(name)
    return person_of(id, record.titles, reader) if id in record.titles else None
