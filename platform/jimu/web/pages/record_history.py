"""History of a record as people read it: who, what, when, through what, from which value to which."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jimu.access.rules import action_allowed
from jimu.definitions.model import FieldDef
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import read
from jimu.records.requests import FieldChange, HistoryItem
from jimu.web.pages.display import Shown, presenter_for
from jimu.web.pages.moments import When, when_of
from jimu.web.pages.people import Person, person_of
from jimu.web.pages.reader import Reader
from jimu.web.pages.shapes import PageShape

PAGE_SIZE = 20
# Entries looked through for one page while only the changes of one field are shown.
MOST_LOOKED_AT = 400

_ACTIONS: Mapping[str, Message] = {
    "create": Message("created the record"),
    "update": Message("changed the record"),
    "delete": Message("put it into the recycle bin"),
    "restore": Message("took it out of the recycle bin"),
    "reveal": Message("looked at a secret"),
}
_WAYS: Mapping[str, Message] = {
    "api": Message("through the API"),
    "import": Message("by an import"),
    "seed": Message("with the demo data"),
    "job": Message("in the background"),
    "cli": Message("on the command line"),
    "email": Message("by e-mail link"),
    "system": Message("by itself"),
}


@dataclass
class Change:
    """``can_restore``: the reader may put the value before back."""

    field: str
    label: str
    before: Shown
    after: Shown
    can_restore: bool = False


@dataclass
class HistoryEntry:
    id: str
    who: Person
    when: When
    what: str
    through: str
    changes: list[Change]
    at: dt.datetime
    number: int


@dataclass
class HistoryView:
    """``before``: where the next page begins (None: no more). ``fields``: those that can be filtered by."""

    entries: list[HistoryEntry]
    before: int | None = None


def build_history(
    shape: PageShape, id: int, reader: Reader, *, before: int | None = None, field: str = "", limit: int = PAGE_SIZE
) -> HistoryView:
    """What was changed when by whom, the latest first; with ``field`` only the changes of that one."""
    entries: list[HistoryEntry] = []
    looked_at = 0
    while True:
        size = limit if not field else 100
        page = read.history(shape.object.name, id, reader.context, limit=size, before=before)
        for item in page.items:
            entry = entry_of(item, page.titles, shape, reader)
            if field:
                entry.changes = [c for c in entry.changes if c.field == field]
            if not field or entry.changes:
                entries.append(entry)
                if field and len(entries) == limit:
                    return HistoryView(entries, item.id)
        before = page.before
        looked_at += size
        if before is None or not field or looked_at >= MOST_LOOKED_AT:
            return HistoryView(entries, before)


def entry_of(item: HistoryItem, titles: Mapping[int, str], shape: PageShape, reader: Reader) -> HistoryEntry:
    """One entry in words."""
    fields = shape.object.fields
    places = {name: at for at, name in enumerate(shape.fields)}
    told = [c for c in item.changes if c.field in fields]
    told.sort(key=lambda c: (fields[c.field].is_computed, places.get(c.field, len(places))))
    changes = [change_of(shape, c, titles, reader) for c in told]
    way = reader.render(_WAYS[item.via]) if item.via in _WAYS else ""
    what = reader.render(_ACTIONS[item.action]) if item.action in _ACTIONS else item.action
    if item.of:
        what = f"{what} · {reader.render(Message('of {title}, merged into this one', {'title': item.of}))}"
    through = " ".join(x for x in (way, item.reason not in ("", item.via) and f"({item.reason})") if x)
    return HistoryEntry(
        encode_id(item.id),
        person_of(item.actor, titles, reader),
        when_of(item.at, reader),
        what,
        through,
        changes,
        item.at,
        item.id,
    )


def change_of(shape: PageShape, change: FieldChange, titles: Mapping[int, str], reader: Reader) -> Change:
    field = shape.object.fields[change.field]
    present = presenter_for(field, reader)
    return Change(
        field.name,
        reader.label(field.label) or field.name,
        present(change.before, {}, titles),
        present(change.after, {}, titles),
        can_restore(field, shape, reader),
    )


def can_restore(field: FieldDef, shape: PageShape, reader: Reader) -> bool:
    """Whether an old value of ``field`` can be put back by an ordinary write of this reader."""
    found = shape.fields.get(field.name)
    if found is None or found.state != "edit" or field.type == "secret" or field.kind is Kind.COMPOSITE:
        return False
    return action_allowed(reader.actor, reader.manifest, shape.object.name, "update")


def old_value(object: str, id: int, entry: int, field: str, reader: Reader) -> Any:
    """The value of ``field`` before the entry ``entry``; raises LookupError where history has none that the reader may
    see.
    """
    page = read.history(object, id, reader.context, limit=1, before=entry + 1)
    for item in page.items:
        if item.id == entry:
            for change in item.changes:
                if change.field == field:
                    return change.before
    raise LookupError(field)
