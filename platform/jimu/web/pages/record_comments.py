"""Comments on a record: threads one level deep, the newest thread first."""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup

from jimu.access.likely import is_likely
from jimu.access.rules import action_allowed
from jimu.fieldtypes.ids import encode_id
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.mentions import COMMENT, MENTIONS, TEXT, who_may_read
from jimu.records.requests import ListRequest
from jimu.web.pages.markdown import to_html
from jimu.web.pages.moments import When, when_of
from jimu.web.pages.people import Person, person_of
from jimu.web.pages.reader import Reader

PAGE_SIZE = 50
MOST_OFFERED = 8


@dataclass
class CommentView:
    """``typed``: the text as it was written; ``mentioned``: (id, name) of those whom it names."""

    id: str
    who: Person
    when: When
    html: Markup
    typed: str
    mentioned: list[tuple[str, str]]
    is_edited: bool
    can_edit: bool
    can_delete: bool
    replies: list[CommentView] = field(default_factory=list)


@dataclass
class CommentsView:
    threads: list[CommentView]
    next: str = ""


def build_comments(object: str, id: int, reader: Reader, after: str | None = None) -> CommentsView:
    """A page of threads. Replies to what is not on the page stand for themselves."""
    request = ListRequest(COMMENT, order=("-created_at",), limit=PAGE_SIZE, after=after)
    page = read.related(object, id, COMMENT, "record", request, reader.context)
    views = {r.id: comment_view(r, reader) for r in page.records}
    threads = []
    for record in page.records:
        above = views.get(record.values.get("reply_to") or 0)
        if above is None or above is views[record.id]:
            threads.append(views[record.id])
        else:
            above.replies.insert(0, views[record.id])
    return CommentsView(threads, page.next or "")


def comment_view(record: Record, reader: Reader) -> CommentView:
    values, author = record.values, record.values.get("created_by")
    row = {"id": record.id, **values}
    names = {i: record.titles[i] for i in values.get(MENTIONS) or () if i in record.titles}
    text = str(values.get(TEXT) or "")
    is_own = author is not None and author == reader.actor.id
    return CommentView(
        encode_id(record.id),
        person_of(author, record.titles, reader),
        when_of(values["created_at"], reader),
        to_html(text, names),
        text,
        [(encode_id(i), name) for i, name in names.items()],
        record.version > 1,
        is_own and is_likely(reader.actor, reader.manifest, COMMENT, "update", row),
        is_likely(reader.actor, reader.manifest, COMMENT, "delete", row),
    )


def may_comment(reader: Reader) -> bool:
    return action_allowed(reader.actor, reader.manifest, COMMENT, "create")


def people_to_mention(id: int, text: str, reader: Reader) -> list[tuple[str, str]]:
    """(id, name) of users whose names fit ``text`` and who may read the record ``id``."""
    if not action_allowed(reader.actor, reader.manifest, "user", "read"):
        return []
    request = ListRequest(
        "user",
        also=("active",),
        order=() if text else ("title",),
        fields=("title",),
        search=text,
        limit=3 * MOST_OFFERED,
    )
    found = {r.id: r.title for r in read.list_records(request, reader.context).records}
    allowed = who_may_read(id, found, reader.context)
    return [(encode_id(a.id), found[a.id]) for a in allowed if a.id is not None][:MOST_OFFERED]
