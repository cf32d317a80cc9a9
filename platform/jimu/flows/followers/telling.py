"""The job that tells followers what happened: who may hear of it is judged now, with the rights of now.

A burst of changes of a record makes one notice: what comes within ``BURST`` is added to the one that is not read yet.
What happened to many records at once is told as a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jimu.access.actor import Actor
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.followers.audience import Audience, Told, audience_of
from jimu.flows.followers.following import COMMENTED as HAS_COMMENTED
from jimu.flows.followers.following import MENTIONED, commands_to_follow
from jimu.flows.followers.happenings import COMMENTED, DELETED, Happening
from jimu.flows.followers.words import MANY, NEWS, told
from jimu.flows.notices.settings import FOLLOWED
from jimu.flows.notices.timing import BURST
from jimu.messages import Message
from jimu.records import Context, write
from jimu.records.commands import Command, Create, Update
from jimu.records.followed import FOLLOWER
from jimu.records.mentions import COMMENT, MENTIONS, NOTIFICATION
from jimu.storage.query import AllOf, Compare, Query
from jimu.translation import translator

TELL_JOB = "followers.tell"
MORE = f"{FOLLOWED}.more"
MANY_AT_ONCE = f"{FOLLOWED}.many"
MOST_SINGLE = 3
"""Of more records in one go a person is told as a number."""

_MOST_SUBJECT, _MOST_TEXT = 255, 5000


def tell_followers(job: Any, context: Context) -> None:
    """The handler: ``payload`` has the happenings of one wave and who did it."""
    payload = job.payload
    by = decode_id(payload["by"]) if payload.get("by") else None
    happenings = [Happening.load(one) for one in payload["happenings"]]
    with write.unit_of_work(context) as inside:
        write.write_many(_to_follow(happenings, inside), inside, values=False)
        commands = notices_for(audience_of(happenings, by, inside), inside)
        write.write_many(commands, inside, values=False)


def _to_follow(happenings: Sequence[Happening], context: Context) -> list[Command]:
    """Who speaks of a record, and whom a comment mentions, follows it from now on."""
    said = {decode_id(h.data["comment"]): h.record for h in happenings if h.kind == COMMENTED}
    if not said or FOLLOWER not in context.manifest.objects:
        return []
    rows = context.transaction.fetch(COMMENT, said, ("created_by", MENTIONS, "deleted_at"))
    wanted: list[tuple[int, int, str]] = []
    for id, row in rows.items():
        if row["deleted_at"] is None:
            wanted += [(said[id], person, MENTIONED) for person in row[MENTIONS] or ()]
            wanted += [(said[id], row["created_by"], HAS_COMMENTED)] if row["created_by"] else []
    living = {id for id, t in context.transaction.titles({r for r, _, _ in wanted}).items() if not t.deleted}
    return commands_to_follow([w for w in wanted if w[0] in living], context.transaction)


def notices_for(audience: Audience, context: Context) -> list[Create | Update]:
    """The notices to write: one for each person and record, or one for all records where there are many."""
    commands: list[Create | Update] = []
    recent = _recent(audience, context)
    for actor, records in audience.told():
        if len(records) > MOST_SINGLE:
            commands.append(many_notice(actor, Counter(r.view.definition.name for r in records), context))
            continue
        for one in records:
            lines = [line for h in one.happenings for line in told(h, one.view)]
            if lines:
                commands += _notice(actor, one, lines, recent.get((actor.id or 0, one.record)))
    return commands


def many_notice(actor: Actor, counts: Mapping[str, int], context: Context) -> Create:
    """Told of many records, by object -> how many."""
    say, objects = translator(actor.locale), context.manifest.objects
    subject = Message(MANY.template, {"count": sum(counts.values())}).render(say)
    lines = [f"{objects[name].plural.get(actor.locale)}: {count}" for name, count in sorted(counts.items())]
    values = {"owner": actor.id, "subject": subject, "text": "\n".join(lines), "reason": MANY_AT_ONCE}
    return Create(NOTIFICATION, values)


def _notice(actor: Actor, one: Told, lines: Sequence[str], recent: _Recent | None) -> Iterable[Create | Update]:
    if any(h.kind == DELETED for h in one.happenings):
        gone = f"{one.view.definition.name}/{encode_id(one.record)}"
        yield Create(NOTIFICATION, _values(actor, lines, FOLLOWED) | {"gone": gone})
    elif recent is None:
        yield Create(NOTIFICATION, _values(actor, lines, FOLLOWED) | {"record": one.record})
    else:
        before = recent.lines
        new = [line for line in lines if line not in before]
        if new:
            subject = Message(NEWS.template, {"title": one.view.title}).render(one.view.say)
            text = "\n".join([*before, *new])
            yield Update(NOTIFICATION, recent.id, {"subject": subject[:_MOST_SUBJECT], "text": text[-_MOST_TEXT:],
                                                   "reason": MORE})  # fmt: skip


def _values(actor: Actor, lines: Sequence[str], reason: str) -> dict[str, Any]:
    first, *rest = lines
    text = "\n".join(rest)[:_MOST_TEXT] or None
    return {"owner": actor.id, "subject": first[:_MOST_SUBJECT], "text": text, "reason": reason}


@dataclass(frozen=True, slots=True)
class _Recent:
    """A notice of the burst that is going on: its lines so far."""

    id: int
    lines: list[str]


def _recent(audience: Audience, context: Context) -> dict[tuple[int, int], _Recent]:
    """(Person, record) -> the unread notice of the burst that goes on."""
    people, records = audience.people, audience.records
    if not people or not records:
        return {}
    filter = AllOf(
        (
            Compare("owner", "in", tuple(people)),
            Compare("record", "in", tuple(records)),
            Compare("read_at", "blank"),
            Compare("reason", "in", (FOLLOWED, MORE)),
            Compare("created_at", "gt", context.clock() - BURST),
        )
    )
    fields = ("owner", "record", "subject", "text", "reason")
    found = {}
    for row in context.transaction.select(Query(NOTIFICATION, filter, fields=fields, limit=1_000)).rows:
        lines = (row["text"] or "").splitlines()
        lines = lines if row["reason"] == MORE else [row["subject"], *lines]
        found[row["owner"], row["record"]] = _Recent(row["id"], lines)
    return found
