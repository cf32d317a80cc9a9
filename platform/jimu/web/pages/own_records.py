"""What a person has at hand everywhere: favourites, recently viewed records, open activities.

All are records of system objects that belong to the reader; only titles of records that may be read are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from jimu.access.rules import action_allowed
from jimu.errors import Conflict, Invalid, NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Create, Delete, Record, Update
from jimu.records.requests import ListRequest
from jimu.web.pages.display import Shown, presenter_for
from jimu.web.pages.moments import day_of
from jimu.web.pages.reader import Reader, record_url

FAVOURITE, RECENT, ACTIVITY = "favourite", "recent_view", "activity"
MOST_FAVOURITES = 50
MOST_RECENT = 50
SHOWN_RECENT = 12
MOST_ACTIVITIES = 10
QUIET = timedelta(minutes=5)
"""A record opened again within this time is not noted again."""


@dataclass(frozen=True)
class Item:
    """A record that is shown as a link. ``id``: of what keeps it (the favourite), for forms that change that."""

    id: str
    title: str
    href: str
    icon: str
    kind: str
    record: str


@dataclass(frozen=True)
class Due:
    """An open activity. ``due``: the day in words, '' for none; ``about``: the record it belongs to, '' for none."""

    href: str
    subject: str
    kind: Shown
    due: str
    about: str
    is_late: bool


def is_known(object: str, reader: Reader) -> bool:
    """Whether the reader keeps records of ``object``: nobody does before a newer engine's revision is applied."""
    definition = reader.manifest.objects.get(object)
    usable = definition is not None and not definition.retired and reader.actor.id is not None
    return usable and action_allowed(reader.actor, reader.manifest, object, "read")


def favourites(reader: Reader) -> list[Item]:
    return items_of(_own_favourites(reader), reader)


def recently_viewed(reader: Reader) -> list[Item]:
    return items_of(_own_views(reader), reader)[:SHOWN_RECENT]


def at_hand(reader: Reader) -> tuple[list[Item], list[Item]]:
    """Favourites, and what was viewed last; their records are looked up together."""
    kept, viewed = _own_favourites(reader), _own_views(reader)
    items = {item.id: item for item in items_of([*kept, *viewed], reader)}
    found, seen = ([items[id] for r in own if (id := encode_id(r.id)) in items] for own in (kept, viewed))
    return found, seen[:SHOWN_RECENT]


def _own_favourites(reader: Reader) -> list[Record]:
    return _own(FAVOURITE, ("record",), ("position", "created_at"), MOST_FAVOURITES, reader)


def _own_views(reader: Reader) -> list[Record]:
    """More than are shown: some may be deleted by now, or no longer to be read."""
    return _own(RECENT, ("record",), ("-viewed_at",), MOST_RECENT, reader)


def _own(object: str, fields: Sequence[str], order: Sequence[str], limit: int, reader: Reader) -> list[Record]:
    if not is_known(object, reader):
        return []
    request = ListRequest(
        object, where="owner == user.id", order=tuple(order), fields=tuple(fields), limit=limit, titles=False
    )
    return read.list_records(request, reader.context).records


def items_of(kept: Sequence[Record], reader: Reader) -> list[Item]:
    """The records that ``kept`` name, as far as the reader may read them."""
    found = read.resolve([r.values["record"] for r in kept if r.values.get("record")], reader.context)
    items = []
    for record in kept:
        target = found.get(record.values.get("record") or 0)
        if target is None:
            continue
        definition = reader.manifest.objects[target.object]
        id = record.values["record"]
        kind = reader.label(definition.label)
        title = target.title or kind
        items.append(
            Item(encode_id(record.id), title, record_url(target.object, id), definition.icon, kind, encode_id(id))
        )
    return items


def note_view(id: int, reader: Reader) -> None:
    """Notes that the reader opened record ``id``; the oldest entry of a full list is used again for it."""
    if not is_known(RECENT, reader) or id not in read.resolve([id], reader.context):
        return
    now = reader.context.clock()
    kept = _own(RECENT, ("record", "viewed_at"), ("-viewed_at",), MOST_RECENT, reader)
    same = next((r for r in kept if r.values["record"] == id), None)
    if same is not None and now - same.values["viewed_at"] < QUIET:
        return
    values = {"record": id, "viewed_at": now}
    used = same or (kept[-1] if len(kept) >= MOST_RECENT else None)
    try:
        write.write(Update(RECENT, used.id, values) if used else Create(RECENT, values), reader.context)
    except (Invalid, Conflict):
        return  # another window noted the same record at this moment


def find_favourite(id: int, reader: Reader) -> Record | None:
    """The reader's favourite that keeps record ``id``."""
    if not is_known(FAVOURITE, reader):
        return None
    request = ListRequest(
        FAVOURITE, where=f"owner == user.id and record == '{encode_id(id)}'", fields=("record",), limit=1, titles=False
    )
    return next(iter(read.list_records(request, reader.context).records), None)


def switch_favourite(id: int, reader: Reader) -> bool:
    """Keeps record ``id`` as a favourite, or no longer; whether it is one now. NotFound where it may not be read."""
    target = read.resolve([id], reader.context).get(id)
    if target is None:
        raise NotFound(Message("There is no such record."))
    kept = find_favourite(id, reader)
    if kept is not None:
        write.write(Delete(FAVOURITE, kept.id), reader.context)
        return False
    write.write(Create(FAVOURITE, {"record": id, "label": target.title[:255] or None}), reader.context)
    return True


def open_activities(reader: Reader) -> list[Due]:
    """What the reader has still to do, the most urgent first."""
    if not is_known(ACTIVITY, reader):
        return []
    request = ListRequest(
        ACTIVITY,
        where="owner == user.id and status == 'open'",
        order=("due_on", "-created_at"),
        fields=("subject", "kind", "due_on", "record"),
        limit=MOST_ACTIVITIES,
    )
    fields = reader.manifest.object(ACTIVITY).fields
    kind = presenter_for(fields["kind"], reader)
    today = reader.context.clock().astimezone(reader.time_zone).date()
    return [
        Due(
            record_url(ACTIVITY, r.id),
            r.values.get("subject") or "",
            kind(r.values.get("kind"), r.values, r.titles),
            day_of(r.values["due_on"], reader) if r.values.get("due_on") else "",
            r.titles.get(r.values.get("record") or 0, ""),
            bool(r.values.get("due_on") and r.values["due_on"] < today),
        )
        for r in read.list_records(request, reader.context).records
    ]
