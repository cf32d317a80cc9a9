"""Who would see or change more or fewer records, when roles, sharing, restrictions or pools change.

Both rules, the one in force and the one to come, are asked of the data for some people: one of each set of roles first,
then others, up to as many as asked for. Counts go up to ``MOST_COUNTED`` per person and object. A finding says how many
people were looked at, of how many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from jimu.access import record_filter
from jimu.access.actor import Actor, user_values
from jimu.access.loading import load_actor
from jimu.access.scopes import USER_OBJECT
from jimu.definitions import Change, Manifest
from jimu.formulas import Environment
from jimu.messages import Message
from jimu.revisions.findings import Finding, Severity
from jimu.storage.errors import UnknownColumn
from jimu.storage.query import NOTHING, Compare, Filter, Not, Query

if TYPE_CHECKING:
    from jimu.storage import Transaction

MOST_COUNTED = 1_000
_MOST_USERS = 100_000
_MOST_TOLD = 5
_PARTS = frozenset({"role", "sharing", "restriction", "pool"})
_KEYS = frozenset({"inherits", "owner", "features"})


@dataclass(frozen=True, slots=True)
class Reader:
    """The same person under both configurations."""

    name: str
    before: Actor
    after: Actor


@dataclass(frozen=True, slots=True)
class Compared:
    """The data under both configurations at the moment ``now``; ``looked_at``: how many people are (0: all)."""

    old: Transaction
    new: Transaction
    now: datetime
    looked_at: int = 20


@dataclass(frozen=True, slots=True)
class Readers:
    """``all``: how many people there are that have a role."""

    asked: tuple[Reader, ...]
    all: int


def reach_findings(
    running: Manifest, manifest: Manifest, compared: Compared, changes: Sequence[Change]
) -> list[Finding]:
    """What the changes do to what people reach; [] where none of them can."""
    if not any(_may_matter(change) for change in changes):
        return []
    people, new, now = _people(running, manifest, compared), compared.new, compared.now
    found: list[Finding] = []
    for name, object in manifest.objects.items():
        before = running.objects.get(name)
        if object.system or object.retired or object.owner == "parent" or before is None or before.retired:
            continue
        for action in ("read", "update"):
            found += _of_action(running, manifest, new, people, (name, action, now))
    return [*found, *_left_out(people)]


def _left_out(people: Readers) -> Iterator[Finding]:
    """That there are people who were not looked at."""
    if len(people.asked) < people.all:
        words = {"asked": len(people.asked), "all": people.all}
        yield Finding("access_sampled", Severity.SAFE, "workspace", Message(_SAMPLED.template, words))


_SAMPLED = Message(
    "{asked} of {all} people were asked what they would see, one of each set of roles first; --people 0 asks all."
)


def _may_matter(change: Change) -> bool:
    return change.part in _PARTS or (change.part == "object" and change.key in _KEYS)


def _people(running: Manifest, manifest: Manifest, compared: Compared) -> Readers:
    """Some people: one of each set of roles first."""
    active, old = Compare("active", "eq", True), compared.old
    rows = old.select(Query(USER_OBJECT, active, fields=("name", "roles"), limit=_MOST_USERS)).rows
    by_roles: dict[frozenset[str], list[int]] = {}
    for row in rows:
        by_roles.setdefault(frozenset(row["roles"] or ()), []).append(row["id"])
    first = [ids[0] for roles, ids in sorted(by_roles.items(), key=lambda pair: -len(pair[1])) if roles]
    rest = [row["id"] for row in rows if row["roles"] and row["id"] not in set(first)]
    everybody = [*first, *rest]
    found = []
    for id in everybody[: compared.looked_at or None]:
        before = load_actor(old, running, id, at=compared.now)
        if before is not None:
            roles = frozenset(before.record.get("roles") or ()) & frozenset(manifest.roles)
            found.append(Reader(before.name or before.email, before, replace(before, roles=roles)))
    return Readers(tuple(found), len(everybody))


def _of_action(
    running: Manifest, manifest: Manifest, new: Transaction, people: Readers, of: tuple[str, str, datetime]
) -> Iterator[Finding]:
    object, action, now = of
    gained: list[tuple[int, str]] = []
    lost: list[tuple[int, str]] = []
    asked = len(people.asked)
    for reader in people.asked:
        before = record_filter(reader.before, running, object, action)
        after = record_filter(reader.after, manifest, object, action)
        if before == after:
            continue
        environment = Environment(now=now, user=user_values(reader.after))
        for told, more, less in ((gained, after, before), (lost, before, after)):
            count = _count(new, object, more, less, environment)
            if count:
                told.append((count, reader.name))
    for code, told, sentence in (("access_gained", gained, _GAINED[action]), ("access_lost", lost, _LOST[action])):
        if told:
            words = {"n": len(told), "asked": asked, "object": manifest.objects[object].label}
            message = Message(sentence.template, words)
            most = sorted(told, key=lambda pair: (-pair[0], pair[1]))[:_MOST_TOLD]
            shown = tuple(f"{name}: {n}{'+' if n >= MOST_COUNTED else ''}" for n, name in most)
            yield Finding(code, Severity.WARNING, object, message, len(told), asked, shown)


_GAINED = {
    "read": Message("Of {asked} people looked at, {n} would read more records of {object}."),
    "update": Message("Of {asked} people looked at, {n} could change more records of {object}."),
}
_LOST = {
    "read": Message("Of {asked} people looked at, {n} would no longer read some records of {object}."),
    "update": Message("Of {asked} people looked at, {n} could no longer change some records of {object}."),
}


def _count(transaction: Transaction, object: str, filter: Filter, less: Filter, environment: Environment) -> int:
    """How many records match ``filter`` and not ``less``. A rule over columns that will be gone counts for nothing."""
    if filter == NOTHING:
        return 0
    try:
        return transaction.count(object, filter & Not(less), environment, MOST_COUNTED).value
    except UnknownColumn:
        return 0
