"""The notice centre: what the reader was told, the latest first, by kind, and several of one record together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals.mail_links import pages_for
from jimu.flows.notices.settings import FOLLOWED, kind_of
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Record, Update
from jimu.records.reading import reading
from jimu.records.requests import ListRequest
from jimu.web.pages.moments import When, when_of
from jimu.web.pages.own_records import is_known
from jimu.web.pages.reader import Reader, record_url

NOTIFICATION = "notification"
HREF = "/notifications"
PAGE_SIZE = 30
MOST_COUNTED = 99
_AT_ONCE = 500
_MOST_READ = 20_000
_FIELDS = ("subject", "text", "reason", "record", "source", "read_at", "created_at")
_UNREAD = "owner == user.id and is_blank(read_at)"

OTHER = "other"
# The kinds by which one can narrow, in few words; what is none of them is another one.
KINDS: Mapping[str, Message] = {
    "mention": Message("Mentions"),
    FOLLOWED: Message("Followed records"),
    "approval": Message("Approvals"),
    "automation": Message("Automations"),
    "stage": Message("Stages"),
    "pool": Message("Pools"),
    "sla": Message("Deadlines"),
    "hand_over": Message("Hand-overs"),
    OTHER: Message("Others"),
}


@dataclass(frozen=True)
class Notice:
    id: str
    subject: str
    text: str
    href: str
    when: When
    is_read: bool
    kind: str = ""


@dataclass
class NoticeGroup:
    """The latest notice about a record, and the ``earlier`` ones of the same page."""

    latest: Notice
    earlier: list[Notice] = field(default_factory=list)

    @property
    def unread(self) -> list[str]:
        return [n.id for n in (self.latest, *self.earlier) if not n.is_read]


@dataclass
class NoticePage:
    """``kinds``: (label, address, whether it is chosen); ``unread``: how many are not read, whatever is chosen."""

    groups: list[NoticeGroup]
    unread: int
    kinds: list[tuple[str, str, bool]] = field(default_factory=list)
    unread_only: tuple[str, bool] = ("", False)
    older: str = ""
    here: str = HREF
    is_filtered: bool = False


def notice_page(reader: Reader, kind: str = "", unread: bool = False, after: str = "") -> NoticePage:
    """A page of the reader's notifications. An unknown ``kind`` is none."""
    kind = kind if kind in KINDS else ""
    page = NoticePage([], count_unread(reader), is_filtered=bool(kind or unread))
    page.kinds = [(reader.render(Message("All")), _address("", unread), not kind)]
    page.kinds += [(reader.render(label), _address(name, unread), name == kind) for name, label in KINDS.items()]
    page.unread_only = (_address(kind, not unread), unread)
    page.here = _address(kind, unread, after)
    if is_known(NOTIFICATION, reader):
        where = " and ".join(["owner == user.id", *(["is_blank(read_at)"] if unread else []), *_of_kind(kind)])
        request = ListRequest(NOTIFICATION, where=where, order=("-created_at",), fields=_FIELDS, limit=PAGE_SIZE,
                              after=after or None, titles=False)  # fmt: skip
        found = read.list_records(request, reader.context)
        page.groups = _groups(found.records, reader)
        page.older = _address(kind, unread, found.next) if found.next else ""
    return page


def _address(kind: str, unread: bool, after: str = "") -> str:
    pairs = [(name, value) for name, value in (("kind", kind), ("unread", "1" if unread else ""), ("after", after))]
    query = urlencode([(name, value) for name, value in pairs if value])
    return f"{HREF}?{query}" if query else HREF


def _of_kind(kind: str) -> list[str]:
    if not kind:
        return []
    if kind != OTHER:
        return [f"({_is(kind)})"]
    return [f"not ({' or '.join(_is(name) for name in KINDS if name != OTHER)})"]


def _is(kind: str) -> str:
    return f"reason == '{kind}' or starts_with(reason, '{kind}.') or starts_with(reason, '{kind}:')"


def _groups(records: Sequence[Record], reader: Reader) -> list[NoticeGroup]:
    """Those of one record stand together, where the latest of them stands."""
    found = read.resolve([r.values["record"] for r in records if r.values.get("record")], reader.context)
    with reading(reader.context) as transaction:
        approvals = pages_for([{"id": r.id, **r.values} for r in records], transaction)
    groups: list[NoticeGroup] = []
    by_record: dict[int, NoticeGroup] = {}
    for record in records:
        about = record.values.get("record")
        notice = _notice(record, found.get(about or 0), approvals.get(record.id, ""), reader)
        if about in by_record:
            by_record[about].earlier.append(notice)
            continue
        groups.append(NoticeGroup(notice))
        if about:
            by_record[about] = groups[-1]
    return groups


def _notice(record: Record, target: Any, approval: str, reader: Reader) -> Notice:
    values = record.values
    kind = kind_of(values.get("reason"))
    return Notice(
        encode_id(record.id),
        values.get("subject") or "",
        values.get("text") or "",
        approval or (record_url(target.object, values["record"]) if target else ""),
        when_of(values["created_at"], reader),
        values.get("read_at") is not None,
        reader.render(KINDS[kind if kind in KINDS else OTHER]),
    )


def count_unread(reader: Reader) -> int:
    """How many notifications the reader has not read yet, counted up to ``MOST_COUNTED`` + 1."""
    if not is_known(NOTIFICATION, reader):
        return 0
    request = ListRequest(NOTIFICATION, where=_UNREAD, fields=("id",), limit=MOST_COUNTED + 1, titles=False)
    return len(read.list_records(request, reader.context).records)


def read_notices(ids: Sequence[int] | None, reader: Reader) -> None:
    """Marks the reader's notifications as read: those named, or (None) all that came until now."""
    if not is_known(NOTIFICATION, reader):
        return
    now = reader.context.clock()
    for _ in range(_MOST_READ // _AT_ONCE):
        request = ListRequest(NOTIFICATION, where=_UNREAD, fields=("read_at",), limit=_AT_ONCE, ids=ids, titles=False)
        unread = read.list_records(request, reader.context).records
        commands = [Update(NOTIFICATION, record.id, {"read_at": now}) for record in unread]
        if commands:
            write.write_many(commands, reader.context, values=False)
        if len(commands) < _AT_ONCE:
            return
