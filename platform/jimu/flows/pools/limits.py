"""How much somebody may claim still: today, and at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from jimu.access import Actor
from jimu.access.people import of_user
from jimu.definitions.kinds.pool import PoolDef
from jimu.definitions.model import Formula
from jimu.messages import Message
from jimu.records import Context
from jimu.records.environment import zone_of
from jimu.records.ownership import entries_of, held

CLAIMED = "claimed"


@dataclass(frozen=True, slots=True)
class Usage:
    """``per_day`` and ``most``: the limits (None: none); ``today`` and ``held``: what is used of them."""

    today: int
    per_day: int | None
    held: int
    most: int | None

    def refusal(self, more: int = 0) -> tuple[str, Message] | None:
        """Why nothing more may be claimed once ``more`` were claimed on top; None while it may."""
        if self.per_day is not None and self.today + more >= self.per_day:
            template = "You have claimed {count} today; more than {limit} a day are not allowed."
            return "claims_per_day", Message(template, {"count": self.today + more, "limit": self.per_day})
        if self.most is not None and self.held + more >= self.most:
            template = "You hold {count} already; more than {limit} are not allowed."
            return "claims_held", Message(template, {"count": self.held + more, "limit": self.most})
        return None

    @property
    def left(self) -> int | None:
        """How many more may be claimed now; None: any number."""
        open = [
            limit - used for used, limit in ((self.today, self.per_day), (self.held, self.most)) if limit is not None
        ]
        return max(0, min(open)) if open else None


def usage_of(pool: PoolDef, context: Context) -> Usage:
    """What the actor has used of the pool's limits; within the context's transaction."""
    actor, rules = context.actor, pool.claim
    person = actor.id or 0
    per_day = limit_for(rules.per_day, actor.record, context)
    most = limit_for(rules.most, actor.record, context)
    today = entries_of([person], CLAIMED, day_began(actor, context.clock()), context, pool=pool.name).get(person, 0)
    return Usage(today, per_day, held(pool.object, [person], rules.counts, context).get(person, 0), most)


def limit_for(limit: int | Formula | None, user: Any, context: Context) -> int | None:
    """A limit as a number for one person; a formula that gives blank sets none."""
    if limit is None or isinstance(limit, int):
        return limit
    value = of_user(limit, user, context.clock())
    return None if value is None else int(value)


def day_began(actor: Actor, now: datetime) -> datetime:
    """The moment at which the actor's calendar day began."""
    zone = zone_of(actor)
    return datetime.combine(now.astimezone(zone).date(), time(0), zone).astimezone(ZoneInfo("UTC"))
