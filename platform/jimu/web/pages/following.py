"""What the reader follows, over all objects, and who follows a record."""

from __future__ import annotations

from dataclasses import dataclass

from jimu.flows.followers import Follower, followers_of_record
from jimu.messages import Message
from jimu.records import read
from jimu.records.followed import FOLLOWER, RECORD
from jimu.records.requests import ListRequest
from jimu.web.pages.moments import When, when_of
from jimu.web.pages.own_records import Item, is_known, items_of
from jimu.web.pages.people import Person, person_of
from jimu.web.pages.reader import Reader

PAGE_SIZE = 50
WHY = {
    "asked": Message("follows it"),
    "created": Message("created it"),
    "commented": Message("commented on it"),
    "mentioned": Message("was mentioned"),
    "owned": Message("owns it"),
}


@dataclass(frozen=True)
class FollowerView:
    who: Person
    why: str
    since: When | None


def followers(record: int, reader: Reader) -> tuple[list[FollowerView], bool]:
    """The first who follow the record, and whether there are more."""
    found = followers_of_record(record, reader.context, PAGE_SIZE)
    return [_view(one, reader) for one in found.followers], found.next is not None


def _view(one: Follower, reader: Reader) -> FollowerView:
    since = when_of(one.since, reader) if one.since is not None else None
    return FollowerView(person_of(one.person, {one.person: one.name}, reader), reader.render(WHY[one.reason]), since)


def followed(reader: Reader, after: str | None) -> tuple[list[Item], str]:
    """A page of the records that the reader follows, the latest first, and the cursor of the next one."""
    if not is_known(FOLLOWER, reader):
        return [], ""
    request = ListRequest(
        FOLLOWER, where="owner == user.id and not muted", order=("-created_at",), fields=(RECORD,), limit=PAGE_SIZE,
        after=after, titles=False,
    )  # fmt: skip
    page = read.list_records(request, reader.context)
    return items_of(page.records, reader), page.next or ""
