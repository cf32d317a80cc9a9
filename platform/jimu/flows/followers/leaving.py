"""Who can no longer log in follows nothing any more."""

from __future__ import annotations

from typing import Any

from jimu.access.scopes import USER_OBJECT
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.records import Context, Delete, write
from jimu.records.commands import Command
from jimu.records.followed import FOLLOWER
from jimu.records.wave import Wave
from jimu.storage.entries import JobRow
from jimu.storage.query import Compare, Query

FORGET_JOB = "followers.forget"
_AT_ONCE = 500


def follow_leavers(wave: Wave) -> None:
    """Queue the forgetting for people who are active no longer, or removed."""
    if wave.object != USER_OBJECT or wave.action not in ("update", "delete", "purge"):
        return
    left = [d for d in wave.open if wave.action != "update" or _has_left(d.before or {}, d.values)]
    wave.transaction.emit([JobRow(FORGET_JOB, {"person": encode_id(d.id)}) for d in left])


def _has_left(before: Any, values: Any) -> bool:
    return bool(before.get("active")) and not values.get("active")


def forget_leaver(job: Any, context: Context) -> None:
    """The handler: a portion at a time, for good. Somebody who is back by then keeps what they follow."""
    person = decode_id(job.payload["person"])
    while True:
        with write.unit_of_work(context) as inside:
            user = inside.transaction.fetch(USER_OBJECT, [person], ("active", "deleted_at")).get(person)
            if user is not None and user["active"] and user["deleted_at"] is None:
                return
            query = Query(FOLLOWER, Compare("owner", "eq", person), fields=(), limit=_AT_ONCE, deleted="any")
            rows = inside.transaction.select(query).rows
            commands: list[Command] = [Delete(FOLLOWER, row["id"], purge=True) for row in rows]
            if not commands:
                return
            write.write_many(commands, inside, values=False)
