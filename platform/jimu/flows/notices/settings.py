"""How people want to hear of what: by kind and channel, with quiet hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jimu.messages import Message
from jimu.storage import Transaction
from jimu.storage.query import Compare, Query

SETTING = "notice_setting"
AT_ONCE, DIGEST, NEVER = "at_once", "digest", "never"
EVERY = "*"
FOLLOWED = "followed"

# The kinds that the engine itself makes (``notification.reason``); what is not here goes by ``*``.
NOTICE_KINDS: Mapping[str, Message] = {
    "mention": Message("Somebody mentions you"),
    FOLLOWED: Message("Something happens to a record that you follow"),
    "approval": Message("An approval waits for you, or yours goes on"),
    "automation": Message("An automation tells you something"),
    "stage": Message("A record stays in a stage too long"),
    "pool": Message("A record is about to go back to its pool"),
    "sla": Message("A deadline is near or missed"),
    "hand_over": Message("Records are handed over to you"),
}
# Of these one hears at once unless one says otherwise; of the rest once a day.
_URGENT = frozenset({"mention", "approval", "sla", "hand_over"})

Choices = Mapping[tuple[str, str], str]


def choices_of(transaction: Transaction, people: Iterable[int]) -> dict[int, dict[tuple[str, str], str]]:
    """Person -> (kind, channel) -> what they chose."""
    wanted = tuple(set(people))
    found: dict[int, dict[tuple[str, str], str]] = {person: {} for person in wanted}
    fields = ("owner", "kind", "channel", "delivery")
    query = Query(SETTING, Compare("owner", "in", wanted), fields=fields, limit=10_000)
    for row in transaction.select(query).rows:
        found[row["owner"]][row["kind"], row["channel"]] = row["delivery"]
    return found


def choice_for(kind: str, channel: str, choices: Choices) -> str:
    """What holds for a notice: chosen for its kind, else for all, else the rule of the house."""
    kind = kind_of(kind)
    found = choices.get((kind, channel)) or choices.get((EVERY, channel))
    return found or (AT_ONCE if kind in _URGENT else DIGEST)


def kind_of(reason: str | None) -> str:
    """The kind of a notification's reason: what stands before a colon or dot (``approval.asked``)."""
    return (reason or "").partition(":")[0].partition(".")[0]


def quiet_until(user: Mapping[str, Any], now: datetime, zone: str) -> datetime | None:
    """When the quiet hours of ``user`` end if they hold ``now``; None: they do not."""
    start, end = _time(user.get("quiet_from")), _time(user.get("quiet_until"))
    if start is None or end is None or start == end:
        return None
    local = now.astimezone(ZoneInfo(user.get("time_zone") or zone))
    at = local.time()
    is_quiet = start <= at < end if start < end else at >= start or at < end
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1 if at >= end else 0)
    return datetime.combine(day, end, local.tzinfo).astimezone(UTC)


def _time(text: str | None) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        return None
