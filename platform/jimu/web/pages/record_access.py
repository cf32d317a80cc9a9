"""Who works on a record and with whom it is shared: the lists on its page, and what the reader may do about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from jimu.access.likely import is_likely
from jimu.access.rights import has_right
from jimu.access.teams import SHARE, TEAM, has_team, is_shared_by_hand
from jimu.clock import day_in
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.explaining import ABOUT_OTHERS
from jimu.records.requests import ListRequest
from jimu.web.pages.display import Shown, presenter_for
from jimu.web.pages.model import Option
from jimu.web.pages.people import Person, person_of
from jimu.web.pages.reader import Reader, record_url

MOST = 200


@dataclass(frozen=True)
class Opened:
    """Somebody, or some people, who see a record by name. ``is_over``: the last day has passed."""

    id: str
    who: Person | None
    name: str
    icon: str
    note: str
    access: str
    access_label: str
    until: str
    until_text: str
    is_over: bool


@dataclass(frozen=True)
class RecordAccess:
    """``may_share``: the reader may add and remove people. ``levels``: what can be given."""

    record: Record
    title: str
    href: str
    team: list[Opened] = field(default_factory=list)
    shares: list[Opened] = field(default_factory=list)
    has_team: bool = False
    has_shares: bool = False
    may_share: bool = False
    may_ask: bool = False
    levels: list[Option] = field(default_factory=list)
    roles: list[Option] = field(default_factory=list)


def can_be_opened(object: str, reader: Reader) -> bool:
    """Whether records of ``object`` are opened one by one at all."""
    target = reader.manifest.objects[object]
    return has_team(target) or is_shared_by_hand(target)


def build_record_access(object: str, id: int, reader: Reader) -> RecordAccess:
    """Raises NotFound for a record that the reader may not read."""
    record = read.get(object, id, reader.context)
    target = reader.manifest.object(object)
    row = {**record.values, "id": record.id}
    may_share = reader.actor.viewed_by is None and is_likely(reader.actor, reader.manifest, object, "share", row)
    return RecordAccess(
        record,
        record.title,
        record_url(object, record.id),
        list(_opened(TEAM, object, record.id, reader)) if has_team(target) else [],
        list(_opened(SHARE, object, record.id, reader)) if is_shared_by_hand(target) else [],
        has_team(target),
        is_shared_by_hand(target),
        may_share,
        any(has_right(reader.actor, reader.manifest, right) for right in ABOUT_OTHERS),
        [Option(c.value, reader.label(c.label)) for c in reader.manifest.objects[TEAM].fields["access"].choices or ()],
        [Option(name, reader.label(role.label)) for name, role in sorted(reader.manifest.roles.items())],
    )


def _opened(kind: str, object: str, id: int, reader: Reader) -> Iterable[Opened]:
    request = ListRequest(kind, order=("created_at",), limit=MOST)
    found = read.related(object, id, kind, "record", request, reader.context)
    fields = reader.manifest.objects[kind].fields
    show_until = presenter_for(fields["until"], reader)
    today = day_in(reader.context.clock(), reader.actor.time_zone)
    for record in found.records:
        values = record.values
        who, name, icon = _whom(kind, record, reader)
        until, access = values.get("until"), fields["access"].choice(values.get("access") or "read")
        shown: Shown = show_until(until, values, record.titles)
        yield Opened(
            encode_id(record.id),
            who,
            name,
            icon,
            values.get("team_role") or values.get("reason") or "",
            values.get("access") or "read",
            reader.label(access.label) if access else "",
            until.isoformat() if until else "",
            shown.text if until else "",
            until is not None and until < today,
        )


def _whom(kind: str, record: Record, reader: Reader) -> tuple[Person | None, str, str]:
    values: dict[str, Any] = dict(record.values)
    person = values.get("member" if kind == TEAM else "with_user")
    if person is not None:
        who = person_of(person, record.titles, reader)
        return who, who.name, "user"
    department = values.get("with_department")
    if department is not None:
        name = record.titles.get(department, "")
        return None, reader.render(Message(BELOW_TOO, {"name": name})) if values.get("below") else name, "sitemap"
    role = reader.manifest.roles.get(values.get("with_role") or "")
    everyone = reader.render(Message(EVERYONE, {"role": role.label})) if role else "–"
    return None, everyone, "user-shield"


BELOW_TOO = "{name} and below"
EVERYONE = "Everyone with the role {role}"
