"""From notifications to deliveries, from deliveries to channels; and the day's digest.

Three kinds of job: ``PLAN_JOB`` decides for new notifications who hears of them how and writes the deliveries;
``SEND_JOB`` sends one; ``DIGEST_JOB`` (a timer) gathers what waits for the day's digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from jimu.errors import Conflict
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.notices.channels import Channel, Envelope, channels_of
from jimu.flows.notices.file_channel import FileChannel
from jimu.flows.notices.letters import digest_letter, letter
from jimu.flows.notices.settings import AT_ONCE, DIGEST, NEVER, choice_for, choices_of, quiet_until
from jimu.flows.notices.timing import send_after
from jimu.jobs import GiveUp
from jimu.records import Context, write
from jimu.records.commands import Create, Update
from jimu.records.environment import build_environment
from jimu.records.mentions import active_actors
from jimu.records.notices import hide_lost
from jimu.records.wave import Wave
from jimu.storage.entries import JobRow
from jimu.storage.query import AllOf, Compare, Query

NOTIFICATION, DELIVERY = "notification", "delivery"
PLAN_JOB, SEND_JOB, DIGEST_JOB = "notices.plan", "notices.send", "notices.digest"
_MOST_IN_DIGEST = 100
LOST = "The person may no longer know what it says."
NO_ADDRESS = "The person has no address for this channel."
_USER = ("name", "email", "phone", "language", "time_zone", "quiet_from", "quiet_until", "active")


def follow_notifications(wave: Wave) -> None:
    """Queue the sending of what was just written to people."""
    if wave.object == NOTIFICATION and wave.action == "create":
        waits: dict[datetime | None, list[str]] = {}
        for draft in wave.open:
            waits.setdefault(send_after(draft.values.get("reason"), wave.unit.now), []).append(encode_id(draft.id))
        if DELIVERY in wave.context.manifest.objects:
            for at, ids in waits.items():
                parts = [ids[i : i + 100] for i in range(0, len(ids), 100)]
                wave.transaction.emit([JobRow(PLAN_JOB, {"ids": part}, at) for part in parts])


def plan_deliveries(job: Any, context: Context) -> None:
    """Write a delivery, and the job that sends it, for each channel by which a person wants to hear at once."""
    channels = channels_of(context)
    with write.unit_of_work(context) as inside:
        notices = inside.transaction.fetch(NOTIFICATION, [decode_id(text) for text in job.payload["ids"]])
        if not channels and not any(_named(n) for n in notices.values()):
            return
        people = inside.transaction.fetch("user", {n["owner"] for n in notices.values()}, _USER)
        chosen = choices_of(inside.transaction, people)
        for id in still_told(notices, inside):
            notice, person = notices[id], people[notices[id]["owner"]]
            if notice.get("read_at") is not None:
                continue
            for channel in channels.values():
                if is_told_at_once(notice, channel.name, chosen[person["id"]]):
                    key = f"{encode_id(id)}/{channel.name}"
                    _deliver(letter(notice, person, key, inside), channel, person, inside, id)
            for name in sorted(_named(notice) - set(channels)):
                _note_missing(name, notice, person, inside)


def _named(notice: Mapping[str, Any]) -> frozenset[str]:
    """The channels by which the notice is to be told, whatever people chose for its kind."""
    return frozenset((notice.get("channels") or "").split(",")) - {""}


def is_told_at_once(notice: Mapping[str, Any], channel: str, choices: Mapping[tuple[str, str], str]) -> bool:
    """By the channels that the notice names, unless the person never wants to hear by them; without any by those that
    the person chose. What goes out by any channel is written to the file of development, too.
    """
    choice, named = choice_for(notice.get("reason") or "", channel, choices), _named(notice)
    if not named:
        return choice == AT_ONCE
    return choice != NEVER and (channel in named or channel == FileChannel.name)


def _note_missing(name: str, notice: Mapping[str, Any], person: Mapping[str, Any], context: Context) -> None:
    """A channel that is named and not there is told among the deliveries, where it can be sent anew later."""
    key = f"{encode_id(notice['id'])}/{name}"
    if is_written(key, context):
        return
    values = {
        "key": key,
        "channel": name,
        "recipient": person["name"],
        "subject": notice["subject"][:255],
        "state": "failed",
        "attempts": 0,
        "error": f"There is no channel {name} here.",
        "notification": notice["id"],
        "content": {"text": notice.get("text") or ""},
    }
    write.write(Create(DELIVERY, values), context)


def still_told(notices: Mapping[int, Mapping[str, Any]], context: Context) -> list[int]:
    """Those whose owners can log in and may know what they say now, as when they were written."""
    found: list[int] = []
    for actor in active_actors(context.transaction, {n["owner"] for n in notices.values()}, context):
        own = context.as_actor(actor)
        mine = [n for n in notices.values() if n["owner"] == actor.id]
        seen = hide_lost(context.transaction, mine, own, build_environment(own))
        found += [notice["id"] for notice, shown in zip(mine, seen, strict=True) if shown is notice]
    return found


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
        lost = row is not None and _is_lost(row, replace(context, transaction=transaction))
    if row is None or row["state"] == "sent":
        return
    if lost:
        _note(id, context, state="failed", error=LOST, attempts=job.attempts)
        return
    channel = channels_of(context).get(row["channel"])
    if channel is None:
        error = f"There is no channel {row['channel']} any more."
        _note(id, context, state="failed", error=error, attempts=job.attempts)
        raise GiveUp(f"no channel {row['channel']}")
    envelope = _envelope(row, channel, context)
    if not envelope.to:
        _note(id, context, state="failed", error=NO_ADDRESS, attempts=job.attempts)
        raise GiveUp("no address")
    try:
        channel.send(envelope)
    except Exception as error:  # whatever a channel raises is noted, and the queue tries again
        last = job.attempts >= job.max_attempts
        text = f"{type(error).__name__}: {error}"[:5000]
        _note(id, context, state="failed" if last else "waiting", error=text, attempts=job.attempts)
        raise
    _note(id, context, state="sent", error=None, attempts=job.attempts, sent_at=context.clock())


def _envelope(row: Mapping[str, Any], channel: Channel, context: Context) -> Envelope:
    """The message as it was written; of one for which there was no channel then, to the address that it has now."""
    content = row["content"] or {}
    if "url" in content or not row.get("notification"):
        return Envelope(row["key"], row["recipient"], row["subject"], **content)
    with write.unit_of_work(context) as inside:
        notice = inside.transaction.fetch(NOTIFICATION, [row["notification"]])[row["notification"]]
        person = inside.transaction.fetch("user", [notice["owner"]], _USER)[notice["owner"]]
        found = replace(letter(notice, person, row["key"], inside), to=channel.address_of(person))
        if found.to:
            told = {"text": found.text, "url": found.url, "html": found.html}
            values = {"recipient": found.to, "subject": found.subject[:255], "content": told}
            write.write(Update(DELIVERY, row["id"], values), inside)
    return found


def _is_lost(row: Mapping[str, Any], context: Context) -> bool:
    """Whether the person may no longer know what the delivery says: it may have waited for the end of quiet hours."""
    notice = row.get("notification")
    found = context.transaction.fetch(NOTIFICATION, [notice]) if notice else {}
    return bool(found) and not still_told(found, context)


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
        told = set(still_told({n["id"]: n for several in notices.values() for n in several}, inside))
        for id, person in people.items():
            for channel in channels.values():
                mine = [n for n in notices[id] if n["id"] in told and _goes_with_digest(n, channel, chosen[id])]
                if mine and person["active"]:
                    key = f"digest/{encode_id(id)}/{int(slot.timestamp())}/{channel.name}"
                    _deliver(digest_letter(mine, person, key, inside), channel, person, inside, None)


def _goes_with_digest(notice: Mapping[str, Any], channel: Channel, choices: Mapping[tuple[str, str], str]) -> bool:
    return not _named(notice) and choice_for(notice.get("reason") or "", channel.name, choices) == DIGEST


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
    fields = ("owner", "subject", "text", "reason", "record", "source", "channels")
    while True:
        page = context.transaction.select(Query(NOTIFICATION, filter, fields=fields, limit=1000, after=after))
        for row in page.rows:
            mine = found.setdefault(row["owner"], [])
            if len(mine) < _MOST_IN_DIGEST:
                mine.append(row)
        if page.next is None:
            return {owner: list(reversed(mine)) for owner, mine in found.items()}
        after = page.next
