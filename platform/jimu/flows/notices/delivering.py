"""From notifications to deliveries, from deliveries to channels; and the day's digest.

Three kinds of job: ``PLAN_JOB`` decides for new notifications who hears of them how and writes the deliveries;
``SEND_JOB`` sends one; ``DIGEST_JOB`` (a timer) gathers what waits for the day's digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from jimu.errors import Conflict
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.notices.channels import Channel, Envelope, channels_of
from jimu.flows.notices.letters import digest_letter, letter
from jimu.flows.notices.settings import AT_ONCE, DIGEST, choice_for, choices_of, quiet_until
from jimu.jobs import GiveUp
from jimu.records import Context, write
from jimu.records.commands import Create, Update
from jimu.records.wave import Wave
from jimu.storage.entries import JobRow
from jimu.storage.query import AllOf, Compare, Query

NOTIFICATION, DELIVERY = "notification", "delivery"
PLAN_JOB, SEND_JOB, DIGEST_JOB = "notices.plan", "notices.send", "notices.digest"
_MOST_IN_DIGEST = 100
_USER = ("name", "email", "phone", "language", "time_zone", "quiet_from", "quiet_until", "active")


def follow_notifications(wave: Wave) -> None:
    """Queue the sending of what was just written to people."""
    if wave.object == NOTIFICATION and wave.action == "create":
        ids = [encode_id(d.id) for d in wave.open]
        if ids and DELIVERY in wave.context.manifest.objects:
            wave.transaction.emit([JobRow(PLAN_JOB, {"ids": ids[i : i + 100]}) for i in range(0, len(ids), 100)])


def plan_deliveries(job: Any, context: Context) -> None:
    """Write a delivery, and the job that sends it, for each channel by which a person wants to hear at once."""
    channels = channels_of(context)
    if not channels:
        return
    with write.unit_of_work(context) as inside:
        notices = inside.transaction.fetch(NOTIFICATION, [decode_id(text) for text in job.payload["ids"]])
        people = inside.transaction.fetch("user", {n["owner"] for n in notices.values()}, _USER)
        chosen = choices_of(inside.transaction, people)
        for id, notice in notices.items():
            person = people.get(notice["owner"])
            if person is None or not person["active"] or notice.get("read_at") is not None:
                continue
            for channel in channels.values():
                if choice_for(notice.get("reason") or "", channel.name, chosen[person["id"]]) == AT_ONCE:
                    key = f"{encode_id(id)}/{channel.name}"
                    _deliver(letter(notice, person, key, inside), channel, person, inside, id)


def _deliver(
    envelope: Envelope, channel: Channel, person: Mapping[str, Any], context: Context, notification: int | None
) -> None:
    """Write the delivery, unless it is there, and queue its sending: after the quiet hours if they hold."""
    address = channel.address_of(person)
    if not address or is_written(envelope.id, context):
        return
    values = {
        "key": envelope.id,
        "channel": channel.name,
        "recipient": address,
        "subject": envelope.subject[:255],
        "state": "waiting",
        "attempts": 0,
        "notification": notification,
        "content": {"text": envelope.text, "url": envelope.url, "html": envelope.html},
    }
    made = write.write(Create(DELIVERY, values), context)
    now = context.clock()
    at = quiet_until(person, now, context.manifest.workspace.time_zone)
    context.transaction.add_job(SEND_JOB, {"id": encode_id(made.id)}, at)


def is_written(key: str, context: Context) -> bool:
    """Whether there is a delivery with this key."""
    return bool(context.transaction.select(Query(DELIVERY, Compare("key", "eq", key), fields=(), limit=1)).rows)


def send_delivery(job: Any, context: Context) -> None:
    """Send one delivery. What fails is tried again by the queue; the record tells how often and why."""
    id = decode_id(job.payload["id"])
    with context.store.read() as transaction:
        row = transaction.fetch(DELIVERY, [id]).get(id)
    if row is None or row["state"] == "sent":
        return
    channel = channels_of(context).get(row["channel"])
    if channel is None:
        error = f"There is no channel {row['channel']} any more."
        _note(id, context, state="failed", error=error, attempts=job.attempts)
        raise GiveUp(f"no channel {row['channel']}")
    content = row["content"] or {}
    envelope = Envelope(row["key"], row["recipient"], row["subject"], **content)
    try:
        channel.send(envelope)
    except Exception as error:  # whatever a channel raises is noted, and the queue tries again
        last = job.attempts >= job.max_attempts
        text = f"{type(error).__name__}: {error}"[:5000]
        _note(id, context, state="failed" if last else "waiting", error=text, attempts=job.attempts)
        raise
    _note(id, context, state="sent", error=None, attempts=job.attempts, sent_at=context.clock())


def _note(id: int, context: Context, **values: Any) -> None:
    try:
        write.write(Update(DELIVERY, id, values), context)
    except Conflict:  # somebody else is at it; the next try tells
        return


def send_digests(job: Any, context: Context) -> None:
    """One message for each person and channel with what they chose to hear of once a day and have not read."""
    channels = channels_of(context)
    if not channels:
        return
    slot = datetime.fromisoformat(job.payload["slot"])
    with write.unit_of_work(context) as inside:
        notices = _of_the_day(slot, inside)
        people = inside.transaction.fetch("user", set(notices), _USER)
        chosen = choices_of(inside.transaction, people)
        for id, person in people.items():
            for channel in channels.values():
                mine = [n for n in notices[id] if _goes_with_digest(n, channel, chosen[id])]
                if mine and person["active"]:
                    key = f"digest/{encode_id(id)}/{int(slot.timestamp())}/{channel.name}"
                    _deliver(digest_letter(mine, person, key, inside), channel, person, inside, None)


def _goes_with_digest(notice: Mapping[str, Any], channel: Channel, choices: Mapping[tuple[str, str], str]) -> bool:
    return choice_for(notice.get("reason") or "", channel.name, choices) == DIGEST


def _of_the_day(slot: datetime, context: Context) -> dict[int, Sequence[Mapping[str, Any]]]:
    """Owner -> unread notifications of the day before ``slot``, the newest first, a bounded number each."""
    filter = AllOf(
        (
            Compare("created_at", "gt", slot - timedelta(days=1)),
            Compare("created_at", "le", slot),
            Compare("read_at", "blank"),
        )
    )
    found: dict[int, list[Mapping[str, Any]]] = {}
    after: str | None = None
    fields = ("owner", "subject", "text", "reason", "record", "source")
    while True:
        page = context.transaction.select(Query(NOTIFICATION, filter, fields=fields, limit=1000, after=after))
        for row in page.rows:
            mine = found.setdefault(row["owner"], [])
            if len(mine) < _MOST_IN_DIGEST:
                mine.append(row)
        if page.next is None:
            return {owner: list(reversed(mine)) for owner, mine in found.items()}
        after = page.next
