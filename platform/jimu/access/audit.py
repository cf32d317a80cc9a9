"""Writing and checking the audit: who came in, who saw, exported, changed what people may do.

``record_audit`` is for everybody: the entry is kept by the very commit of what it tells of, or with it not at all.
The order and the hashes are given at the commit (``storage.audit``). Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jimu.access.actor import SYSTEM, Actor
from jimu.access.audit_kinds import KINDS
from jimu.storage import Transaction
from jimu.storage.audit import START, AuditHead, AuditRow, chained, is_signed

_MOST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What ``actor`` did at ``at``. ``kind``: one of ``KINDS``. ``object`` and ``record``: of what; ``subject``: the
    user whom it concerns, where that is not the actor. ``text`` and ``details`` are searched: ids, counts, filters and
    names of fields, never secrets and no more of people's values than it takes.
    """

    kind: str
    actor: Actor
    at: datetime
    object: str = ""
    record: int | None = None
    subject: int | None = None
    text: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def record_audit(transaction: Transaction, entry: AuditEntry) -> None:
    """Keep ``entry`` with the commit of ``transaction``. Raises KeyError for a kind that there is none of."""
    actor = entry.actor
    transaction.add_audit(AuditRow(
        at=entry.at,
        kind=KINDS[entry.kind].name,
        actor=actor.id,
        via=actor.via if actor.id is not None or actor.address else "",
        address=actor.address,
        object=entry.object,
        record=entry.record,
        subject=entry.subject,
        behind=actor.viewed_by,
        text=entry.text[:_MOST_TEXT],
        details=entry.details,
    ))


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """``place``: the first entry that is not what it was (None: all are). ``reason``: a code, '' when whole:
    ``gap``, ``changed``, ``cut`` (the end is missing), ``foreign_head`` (the head was not signed by this
    installation), ``not_noted`` (an earlier head that was noted elsewhere is not in the chain).
    """

    checked: int
    head: AuditHead
    place: int | None = None
    reason: str = ""

    @property
    def is_whole(self) -> bool:
        return not self.reason


def verify_audit(transaction: Transaction, key: bytes, noted: tuple[int, str] | None = None) -> AuditVerdict:
    """Whether every entry is there and as it was written. ``noted``: a number and hash kept elsewhere earlier."""
    head = transaction.audit_head()
    broken = _first_broken(transaction, head, noted)
    if broken is not None:
        return AuditVerdict(broken[0] - head.anchor - 1, head, *broken)
    checked = head.count - head.anchor
    if head.count and not is_signed(key, head):
        return AuditVerdict(checked, head, head.count, "foreign_head")
    return AuditVerdict(checked, head)


def _first_broken(transaction: Transaction, head: AuditHead, noted: tuple[int, str] | None) -> tuple[int, str] | None:
    last, number = head.anchor_hash if head.anchor else START, head.anchor
    if noted is not None and (noted[0] > head.count or (noted[0] == number and noted[1] != last)):
        return min(noted[0], head.count + 1), "not_noted"
    for row in transaction.each_audit(after=head.anchor, until=head.count):
        number += 1
        if row.id != number:
            return number, "gap"
        if chained(last, row) != row.hash:
            return number, "changed"
        last = row.hash
        if noted is not None and noted[0] == number and noted[1] != last:
            return number, "not_noted"
    if number != head.count or last != head.hash:
        return number + (number != head.count), "cut" if number != head.count else "changed"
    return None


@dataclass(frozen=True, slots=True)
class By:
    """Who does something to an account, and when: what every such function asks for, so that it leaves a trace."""

    actor: Actor
    at: datetime

    def note(self, transaction: Transaction, kind: str, **what: Any) -> None:
        """Keep an entry of it; ``what``: see ``AuditEntry``."""
        record_audit(transaction, AuditEntry(kind, self.actor, self.at, **what))


def by_system(at: datetime) -> By:
    """The engine itself does it: commands, seeds."""
    return By(SYSTEM, at)
