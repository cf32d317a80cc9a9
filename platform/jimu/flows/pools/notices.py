"""Notices to owners: one for all of a person's records at once, in the person's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jimu.access import SYSTEM
from jimu.definitions.kinds.assignment import AssignmentDef
from jimu.definitions.kinds.pool import PoolDef
from jimu.messages import Message
from jimu.records import Context, Create, write
from jimu.translation import translator

NOTIFICATION, USER = "notification", "user"
_MOST_TITLES = 20
_MOST_SUBJECT, _MOST_TEXT = 255, 5000


@dataclass(frozen=True, slots=True)
class Notice:
    """``several`` and ``one``: what it says of ``records`` (rows), with {count}, {pool} and {title}. ``lines``: what is
    said of each record, where it is more than its title; ``text``: said below."""

    person: int
    several: Message
    one: Message
    pool: PoolDef | AssignmentDef
    records: tuple[Mapping[str, Any], ...]
    text: str = ""
    lines: tuple[Message, ...] = ()


def send(notices: Sequence[Notice], context: Context) -> None:
    """Write the notices within the context's transaction, as the engine. People who are gone get none."""
    known = context.transaction.fetch(USER, {n.person for n in notices}, ("active", "language", "deleted_at"))
    commands = []
    for notice in notices:
        user = known.get(notice.person)
        if user is not None and user.get("active") and user.get("deleted_at") is None and notice.records:
            commands.append(Create(NOTIFICATION, _values(notice, user, context)))
    if commands:
        write.write_many(commands, context.as_actor(SYSTEM), values=False)


def _values(notice: Notice, user: Mapping[str, Any], context: Context) -> dict[str, Any]:
    locale = user.get("language") or context.manifest.workspace.locale
    is_one = len(notice.records) == 1
    params = {
        "count": len(notice.records),
        "pool": notice.pool.label,
        "title": notice.records[0].get("title") or "",
    }
    say = translator(locale)
    subject = Message((notice.one if is_one else notice.several).template, params).render(say)
    lines = [line.render(say) for line in notice.lines[:_MOST_TITLES]] or [
        str(r.get("title") or "") for r in notice.records[:_MOST_TITLES]
    ]
    if len(notice.records) > _MOST_TITLES:
        lines.append("…")
    text = "\n".join([*([] if is_one and not notice.lines else lines), *([notice.text] if notice.text else [])])
    return {
        "owner": notice.person,
        "subject": subject[:_MOST_SUBJECT],
        "text": text[:_MOST_TEXT],
        "reason": "pool",
        "record": notice.records[0]["id"] if is_one else None,
    }
