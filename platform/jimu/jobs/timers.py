"""Timers: jobs that come round by a cron line. Each slot is given out once, whoever looks and however clocks jump.

A timer's next slot waits in the queue as a job of the kind ``TIMER_JOB``. Which slots were given out and which have
fired is written down slot by slot, in the transaction that writes the job: two workers or a job that runs twice cannot
fire a slot again, and a clock that ran ahead and was set back loses none of those between. Slots missed while nothing
ran fire once, not once each.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from croniter import croniter

TIMER_JOB = "jobs.timer"


# Timers keep time: their jobs go before all others (``storage.URGENT``).
_URGENT = 0
# Slots are remembered for so long; no clock is expected to be set back by more.
_REMEMBERED = timedelta(days=7)


class TimerTransaction(Protocol):
    """The part of the store's transaction that timers need."""

    def take_slot(self, timer: str, slot: int) -> bool: ...
    def forget_slots(self, before: int) -> int: ...
    def add_job(
        self, kind: str, payload: Mapping[str, Any], run_at: datetime | None = None, key: str | None = None,
        priority: int = ...,
    ) -> bool: ...


@dataclass(frozen=True, slots=True)
class Timer:
    """Queues a job of ``kind`` with ``payload`` (and the timer's name and slot in it) whenever ``cron`` says so in the
    IANA time zone ``zone``: five fields, minute first.
    """

    name: str
    cron: str
    kind: str
    zone: str = "UTC"
    payload: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def spec(self) -> str:
        return f"{self.cron} {self.zone}"

    def next_slot(self, after: datetime) -> datetime:
        """The first slot later than ``after``, in UTC. An hour that comes twice when clocks are put back counts once
        for a line that names its hours, and twice for one that comes every hour.
        """
        zone = ZoneInfo(self.zone)
        slots = croniter(self.cron, after.astimezone(zone))
        found: datetime = slots.get_next(datetime).astimezone(UTC)
        while found.astimezone(zone).fold and not self.cron.split()[1].startswith("*"):
            found = slots.get_next(datetime).astimezone(UTC)
        return found


def plan_timers(transaction: TimerTransaction, timers: Iterable[Timer], now: datetime) -> datetime | None:
    """Queue the next slot of each timer that has none ahead; returns the earliest slot ahead (None: no timers)."""
    slots = [_plan(transaction, timer, now) for timer in timers]
    transaction.forget_slots(int((now - _REMEMBERED).timestamp()))
    return min(slots, default=None)


def _plan(transaction: TimerTransaction, timer: Timer, now: datetime) -> datetime:
    key, slot = f"timer:{timer.name}:{zlib.crc32(timer.spec.encode())}", timer.next_slot(now)
    seconds = int(slot.timestamp())
    if transaction.take_slot(key, seconds):
        payload = {"timer": timer.name, "spec": timer.spec, "slot": slot.isoformat()}
        transaction.add_job(TIMER_JOB, payload, slot, f"{key}:{seconds}", _URGENT)
    return slot


def fire(transaction: TimerTransaction, timers: Iterable[Timer], payload: Mapping[str, Any]) -> bool:
    """Queue the job that a due slot stands for; False if the slot has fired before or the timer is no longer so."""
    timer = next((t for t in timers if t.name == payload["timer"] and t.spec == payload["spec"]), None)
    if timer is None:
        return False
    slot = datetime.fromisoformat(payload["slot"])
    if not transaction.take_slot(f"fired:{timer.name}", int(slot.timestamp())):
        return False
    given = {**timer.payload, "timer": timer.name, "slot": payload["slot"]}
    transaction.add_job(timer.kind, given, priority=_URGENT)
    return True
