"""Who follows a record: kept by people themselves, and by the engine for those who have to do with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jimu.access import SYSTEM
from jimu.access.scopes import USER_OBJECT
from jimu.errors import NotFound, Unauthenticated
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import Context, Create, ListRequest, read, write
from jimu.records.commands import Command, Upsert
from jimu.records.followed import FOLLOWER, MUTED, REASON, RECORD, can_be_followed
from jimu.records.reading import reading
from jimu.records.requests import Deleted
from jimu.records.wave import Wave
from jimu.storage.query import AllOf, Compare, Query

ASKED, CREATED, COMMENTED, MENTIONED, OWNED = "asked", "created", "commented", "mentioned", "owned"
NOT_BY_ITSELF = "follows_not"
"""The field of people that says by which of these they do not come to follow a record."""

NO_RECORD = Message("There is no such record.")
NOT_FOLLOWED = Message("Records of this object cannot be followed.")
_KEY = ("owner", RECORD)
# Who makes so many records at once by hand does not mean to follow each.
_MOST_CREATED = 10
_BY_PEOPLE = ("web", "api")


@dataclass(frozen=True, slots=True)
class Follower:
    """``reason``: asked, created, commented, mentioned, or owned for the owner, who hears of the record anyway."""

    person: int
    name: str
    reason: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Followers:
    followers: list[Follower]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Following:
    """Whether the one who acts hears of a record, and ``reason``: '' if they do not. ``count``: of those who follow."""

    is_on: bool
    reason: str
    count: int


def follow(record: int, context: Context) -> None:
    """Whoever acts follows the record from now on. Raises NotFound where they may not read it, or it cannot be."""
    _keep(record, context, muted=False)


def unfollow(record: int, context: Context) -> None:
    """Whoever acts hears of the record no longer, also where they would without asking."""
    _keep(record, context, muted=True)


def _keep(record: int, context: Context, *, muted: bool) -> None:
    require_followable(record, context)
    if context.actor.id is None:
        raise Unauthenticated(Message("Log in first"))
    values = {"owner": context.actor.id, RECORD: record, REASON: ASKED, MUTED: muted}
    write.write(Upsert(FOLLOWER, _KEY, values), context)


def require_followable(record: int, context: Context) -> str:
    """The object of a record that the actor may read and follow. Raises NotFound."""
    target = read.resolve([record], context).get(record)
    if target is None:
        raise NotFound(NO_RECORD)
    if not can_be_followed(context.manifest, target.object):
        raise NotFound(NOT_FOLLOWED)
    return target.object


def following_state(record: int, context: Context) -> Following:
    """Whether the one who acts follows the record, and how many do. Raises NotFound as ``follow`` does."""
    object = require_followable(record, context)
    engine = context.as_actor(SYSTEM)
    with reading(engine) as transaction:
        rows = transaction.find_ids(FOLLOWER, _KEY, [(context.actor.id, record)])
        own = transaction.fetch(FOLLOWER, [id for ids in rows.values() for id in ids], (MUTED, REASON))
        count = transaction.count(FOLLOWER, AllOf((Compare(RECORD, "eq", record), Compare(MUTED, "eq", False))))
        owner = transaction.fetch(object, [record], ("owner",)).get(record, {}).get("owner")
    row = next(iter(own.values()), None)
    if row is not None:
        return Following(not row[MUTED], "" if row[MUTED] else row[REASON], count.value)
    is_owner = owner is not None and owner == context.actor.id and OWNED not in not_by_itself(context.actor.record)
    return Following(is_owner, OWNED if is_owner else "", count.value)


def followers_of_record(record: int, context: Context, limit: int = 50, after: str | None = None) -> Followers:
    """Who follows the record, the latest first: for whoever may read it, and only people whom they may know. The owner
    comes first if they hear of it as such.
    """
    object = require_followable(record, context)
    where = f"record == '{encode_id(record)}' and not muted"
    order, fields = ("-created_at",), ("owner", REASON, "created_at")
    request = ListRequest(FOLLOWER, where=where, order=order, fields=fields, limit=limit, after=after, titles=False)
    page = read.list_records(request, context.as_actor(SYSTEM))
    found = [Follower(r.values["owner"], "", r.values[REASON], r.values["created_at"]) for r in page.records]
    if after is None:
        found = [*_owner(object, record, context), *found]
    names = read.resolve_titles({f.person for f in found}, context)
    known = [Follower(f.person, names[f.person], f.reason, f.since) for f in found if f.person in names]
    return Followers(known, page.next)


def _owner(object: str, record: int, context: Context) -> Iterable[Follower]:
    with reading(context) as transaction:
        owners = owners_told(object, [record], transaction)
        kept = transaction.find_ids(FOLLOWER, _KEY, [(owner, record) for owner in owners.values()])
    return [Follower(owner, "", OWNED) for owner in owners.values() if (owner, record) not in kept]


def owners_told(object: str, records: Iterable[int], transaction: Any) -> dict[int, int]:
    """Record -> its owner, where that is somebody who wants to hear of what is theirs."""
    rows = transaction.fetch(object, list(records), ("owner",))
    owners = {id: row["owner"] for id, row in rows.items() if row.get("owner")}
    people = transaction.fetch(USER_OBJECT, set(owners.values()), (NOT_BY_ITSELF,))
    return {id: p for id, p in owners.items() if p in people and OWNED not in not_by_itself(people[p])}


def not_by_itself(user: Mapping[str, Any]) -> frozenset[str]:
    """By what somebody (values of the user record) does not come to follow a record."""
    return frozenset(user.get(NOT_BY_ITSELF) or ())


def follow_creations(wave: Wave) -> None:
    """Who makes a few records by hand follows them."""
    actor, context = wave.context.actor, wave.context
    if wave.action != "create" or not actor.id or actor.via not in _BY_PEOPLE or context.unit is not None:
        return
    made = wave.judged
    if not made or len(made) > _MOST_CREATED or not can_be_followed(context.manifest, wave.object):
        return
    if FOLLOWER in context.manifest.objects and CREATED not in not_by_itself(actor.record):
        wave.unit.follow_ups += [_following(d.id, actor.id, CREATED) for d in made]


def commands_to_follow(wanted: Iterable[tuple[int, int, str]], transaction: Any) -> list[Command]:
    """What makes people follow records (record, person, reason), but for those who do or have said that they do not."""
    asked = {(person, record): reason for record, person, reason in wanted}
    people = transaction.fetch(USER_OBJECT, {person for person, _ in asked}, (NOT_BY_ITSELF,))
    kept = transaction.find_ids(FOLLOWER, _KEY, list(asked)) if asked else {}
    return [
        _following(record, person, reason)
        for (person, record), reason in asked.items()
        if (person, record) not in kept and person in people and reason not in not_by_itself(people[person])
    ]


def _following(record: int, person: int, reason: str) -> Create:
    return Create(FOLLOWER, {"owner": person, RECORD: record, REASON: reason, MUTED: False})


def listeners_of(records: Iterable[int], transaction: Any, *, deleted: bool = False) -> dict[int, dict[int, bool]]:
    """Record -> person -> whether they follow it (False: they said that they do not); ``deleted``: as it was before."""
    found: dict[int, dict[int, bool]] = {}
    filter = Compare(RECORD, "in", tuple(records))
    state: Deleted = "any" if deleted else "alive"
    after: str | None = None
    while True:
        query = Query(FOLLOWER, filter, fields=("owner", RECORD, MUTED), limit=5_000, after=after, deleted=state)
        page = transaction.select(query)
        for row in page.rows:
            found.setdefault(row[RECORD], {})[row["owner"]] = not row[MUTED]
        if page.next is None:
            return found
        after = page.next
