"""The timeline of a record: changes, comments, files and activities in one stream, the newest first.

One bounded question per kind and page: each kind is read on from where the page before stopped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from jimu.access.likely import is_likely
from jimu.access.rules import action_allowed
from jimu.definitions.model import ObjectDef
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.mentions import COMMENT
from jimu.records.requests import ListRequest
from jimu.records.stored_files import ATTACHMENT
from jimu.web.pages.display import Shown, presenter_for
from jimu.web.pages.moments import When, day_of, when_of
from jimu.web.pages.people import Person, person_of
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.record import ACTIVITY, has_activities
from jimu.web.pages.record_comments import comment_view
from jimu.web.pages.record_files import file_view
from jimu.web.pages.record_history import PAGE_SIZE, build_history
from jimu.web.pages.shapes import PageShape

# How far back the kinds are read on; what lies further has its own tab.
MOST = 2000
OPEN = "open"
DONE = "done"


@dataclass
class ActivityView:
    """``is_late``: it should have been done before today."""

    id: str
    href: str
    subject: str
    kind: Shown
    icon: str
    due: str
    is_late: bool
    is_open: bool
    can_change: bool
    notes: str
    version: int


@dataclass
class TimelineItem:
    """``kind``: history, comment, file or activity; ``of``: the view of it."""

    kind: str
    at: dt.datetime
    who: Person
    when: When
    of: Any


@dataclass
class TimelineView:
    """``planned``: activities still to be done, on the first page. ``more``: the address of the next page."""

    items: list[TimelineItem]
    kinds: list[tuple[str, str]]
    planned: list[ActivityView] = field(default_factory=list)
    more: str = ""
    may_plan: bool = False


Place = Mapping[str, int]
_ICONS = {"call": "phone-call", "meeting": "users", "email": "mail", "visit": "map-pin", "task": "checkbox"}


class Timeline:
    """Reads the kinds of one record for one reader. ``place``: per kind, how much was shown already."""

    def __init__(self, shape: PageShape, id: int, reader: Reader) -> None:
        self.shape = shape
        self.object: ObjectDef = shape.object
        self.id = id
        self.reader = reader

    def kinds(self) -> dict[str, str]:
        """The kinds that there are here: name -> label."""
        features, render = self.object.features, self.reader.render
        found = {}
        if has_activities(self.reader):
            found["activity"] = render(Message("Activities"))
        if "comments" in features:
            found["comment"] = render(Message("Comments"))
        if "attachments" in features:
            found["file"] = render(Message("Files"))
        if "history" in features:
            found["history"] = render(Message("Changes"))
        return found

    def page(self, kind: str, place: Place) -> TimelineView:
        """A page of all kinds, or of one."""
        kinds = self.kinds()
        wanted = [kind] if kind in kinds else list(kinds)
        sources: Mapping[str, Callable[[int], list[TimelineItem]]] = {
            "history": self._history,
            "comment": self._comments,
            "file": self._files,
            "activity": self._activities,
        }
        found = [item for name in wanted for item in sources[name](place.get(name, 0))]
        found.sort(key=lambda item: item.at, reverse=True)
        shown = found[:PAGE_SIZE]
        more = ""
        if len(found) > PAGE_SIZE:
            more = self._address(kind, self._onward(shown, place))
        view = TimelineView(shown, list(kinds.items()), more=more)
        if not any(place.values()) and "activity" in wanted:
            view.planned = self._planned()
        view.may_plan = "activity" in kinds and action_allowed(
            self.reader.actor, self.reader.manifest, ACTIVITY, "create"
        )
        return view

    def _onward(self, shown: list[TimelineItem], place: Place) -> dict[str, int]:
        onward = dict(place)
        for item in shown:
            onward[item.kind] = item.of.number if item.kind == "history" else onward.get(item.kind, 0) + 1
        return onward

    def _address(self, kind: str, place: Place) -> str:
        asked = {name: str(value) for name, value in place.items() if value}
        if kind:
            asked["kind"] = kind
        return f"{record_url(self.object.name, self.id)}/timeline?{urlencode(asked)}"

    def _history(self, before: int) -> list[TimelineItem]:
        view = build_history(self.shape, self.id, self.reader, before=before or None, limit=PAGE_SIZE + 1)
        return [TimelineItem("history", entry.at, entry.who, entry.when, entry) for entry in view.entries]

    def _comments(self, skip: int) -> list[TimelineItem]:
        return [
            self._item("comment", r, comment_view(r, self.reader))
            for r in self._related(COMMENT, skip, order="-created_at")
        ]

    def _files(self, skip: int) -> list[TimelineItem]:
        found = self._related(ATTACHMENT, skip, also=("is_blank(field)",))
        return [self._item("file", r, file_view(r, self.reader)) for r in found]

    def _activities(self, skip: int) -> list[TimelineItem]:
        found = self._related(ACTIVITY, skip, also=(f"status != '{OPEN}'",), order="-updated_at")
        return [self._item("activity", r, self.activity(r), "updated_at") for r in found]

    def _planned(self) -> list[ActivityView]:
        found = self._related(ACTIVITY, 0, also=(f"status == '{OPEN}'",), order="due_on")
        return [self.activity(r) for r in found]

    def _related(
        self, source: str, skip: int, *, also: tuple[str, ...] = (), order: str = "-created_at"
    ) -> list[Record]:
        if skip > MOST:
            return []
        request = ListRequest(source, also=also, order=(order,), limit=PAGE_SIZE + 1, offset=skip)
        return read.related(self.object.name, self.id, source, "record", request, self.reader.context).records

    def _item(self, kind: str, record: Record, of: Any, moment: str = "created_at") -> TimelineItem:
        at: dt.datetime = record.values[moment]
        by = record.values.get("updated_by" if moment == "updated_at" else "created_by")
        who = person_of(by, record.titles, self.reader)
        return TimelineItem(kind, at, who, when_of(at, self.reader), of)

    def activity(self, record: Record) -> ActivityView:
        """One activity as it stands in the stream."""
        values, reader = record.values, self.reader
        fields = reader.manifest.object(ACTIVITY).fields
        due: dt.date | None = values.get("due_on")
        starts: dt.datetime | None = values.get("starts_at")
        is_open = values.get("status") == OPEN
        today = reader.context.clock().astimezone(reader.time_zone).date()
        shown = when_of(starts, reader).full if starts else day_of(due, reader) if due else ""
        return ActivityView(
            encode_id(record.id),
            record_url(ACTIVITY, record.id),
            str(values.get("subject") or ""),
            presenter_for(fields["kind"], reader)(values.get("kind"), values, record.titles),
            _ICONS.get(str(values.get("kind")), "calendar-event"),
            shown,
            bool(is_open and due and due < today),
            is_open,
            is_likely(reader.actor, reader.manifest, ACTIVITY, "update", {"id": record.id, **values}),
            str(values.get("notes") or ""),
            record.version,
        )
