"""Notifications for people whom a comment mentions: written in the same transaction as the comment, or not at all."""

from __future__ import annotations

from jimu.access.actor import Actor
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records.commands import Create
from jimu.records.draft import Draft
from jimu.records.mentions import COMMENT, MENTIONS, NOTIFICATION, RECORD, TEXT, readers
from jimu.records.wave import Wave
from jimu.translation import translator

_SUBJECT = Message("{name} mentioned you: {title}")
_MOST_SUBJECT, _MOST_TEXT = 255, 1000


def notify_mentioned(wave: Wave) -> None:
    """For each person newly mentioned who may read the record, a notification is to be written after the wave."""
    if wave.object != COMMENT or not _is_known(wave):
        return
    for draft in wave.judged:
        record, people = draft.values.get(RECORD), _new_mentions(draft, wave.context.actor)
        if record and people:
            title = wave.transaction.titles([record])[record].title
            for reader in readers(wave.transaction, record, people, wave.context):
                wave.unit.follow_ups.append(_notification(draft, reader, title, wave.context.actor))


def _is_known(wave: Wave) -> bool:
    found = wave.context.manifest.objects.get(NOTIFICATION)
    mentions = wave.plan.fields.get(MENTIONS)
    return bool(found and not found.retired and mentions and mentions.kind is Kind.REFERENCES)


def _new_mentions(draft: Draft, actor: Actor) -> list[int]:
    before = set((draft.before or {}).get(MENTIONS) or ())
    return [id for id in draft.values.get(MENTIONS) or () if id not in before and id != actor.id]


def _notification(draft: Draft, reader: Actor, title: str, actor: Actor) -> Create:
    message = Message(_SUBJECT.template, {"name": actor.name or actor.email, "title": title})
    values = {
        "owner": reader.id,
        "subject": message.render(translator(reader.locale))[:_MOST_SUBJECT],
        "text": str(draft.values.get(TEXT) or "")[:_MOST_TEXT],
        "reason": "mention",
        "record": draft.values.get(RECORD),
    }
    return Create(NOTIFICATION, values)
