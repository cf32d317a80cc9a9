"""The audit's rows: a chain in which each entry holds the hash of the one before. There is no statement that changes
one, and only ``drop_archived`` removes some, from the beginning and with an anchor in their place.

Entries are gathered by their transaction and chained as the last thing before it commits, so the lock under which the
chain grows is held for a millisecond, and by nobody who writes nothing to be audited. Ids are dense: a gap is a loss.
The head (how many, the last hash, where the chain begins) is signed with the installation's key, so that cutting off
the end shows too.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson

from jimu.storage.connection import Connection
from jimu.storage.tables import from_instant, to_instant

START = "0" * 64  # the hash before the first entry
_COLUMNS = "id, at, kind, actor, behind, via, address, object, record_id, subject, text, details, hash"
_PAGE = 2000
FOREIGN_HEAD = "audit.foreign_head"  # the head's signature was not ours when an entry was added


@dataclass(frozen=True, slots=True)
class AuditRow:
    """``behind``: the administrator who looked with the actor's eyes. ``subject``: the user whom it concerns.

    ``id`` and ``hash`` are the chain's to give.
    """

    at: datetime
    kind: str
    actor: int | None = None
    via: str = ""
    address: str = ""
    object: str = ""
    record: int | None = None
    subject: int | None = None
    behind: int | None = None
    text: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The chain's end and beginning. ``anchor``: how many entries were archived and are here no more."""

    count: int
    hash: str
    anchor: int
    anchor_hash: str
    signature: str = ""


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """What is looked for; None and '' do not narrow. ``kinds``: one of them."""

    actor: int | None = None
    subject: int | None = None
    kinds: tuple[str, ...] = ()
    object: str = ""
    record: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Newest first. ``before``: pass it to get the next page; None: that was all."""

    rows: list[AuditRow]
    before: int | None


def canonical(row: AuditRow) -> bytes:
    """What of an entry is hashed: all that is kept of it but the hash."""
    return orjson.dumps([
        row.id, to_instant(row.at), row.kind, row.actor, row.behind, row.via, row.address, row.object, row.record,
        row.subject, row.text, orjson.dumps(row.details, option=orjson.OPT_SORT_KEYS).decode(),
    ])


def chained(before: str, row: AuditRow) -> str:
    """The hash of ``row`` after an entry with the hash ``before``."""
    return hashlib.sha256(before.encode() + b"\n" + canonical(row)).hexdigest()


def signature(key: bytes, head: AuditHead) -> str:
    """What only who has the installation's key can write beside a head."""
    text = f"{head.count}:{head.hash}:{head.anchor}:{head.anchor_hash}"
    return hmac.new(key, b"audit head " + text.encode(), hashlib.sha256).hexdigest()


def is_signed(key: bytes, head: AuditHead) -> bool:
    """Whether ``head`` was written with ``key``; without a key nothing can be told."""
    return not key or hmac.compare_digest(head.signature, signature(key, head))


class AuditRows:
    """The part of a transaction that keeps the audit."""

    connection: Connection
    gathered: list[AuditRow]
    is_writing: bool
    audit_key: Callable[[], bytes]

    def add_audit(self, row: AuditRow) -> None:
        """Keep ``row`` with this transaction's commit; what is rolled back is not kept."""
        assert self.is_writing, "a transaction that only reads keeps nothing"
        self.gathered.append(row)

    def chain_audit(self) -> None:
        """Write what was gathered at the end of the chain. Called once, right before the commit."""
        rows, self.gathered = self.gathered, []
        if not rows:
            return
        head = self.audit_head(lock=True)
        if head.count and not is_signed(self.audit_key(), head):
            # Somebody else wrote the head, or the key is another now. The chain goes on, and shows it.
            told = {"count": head.count, "hash": head.hash}
            rows.insert(0, AuditRow(rows[0].at, FOREIGN_HEAD, via="system", details=told))
        made: list[AuditRow] = []
        last, number = head.hash, head.count
        for row in rows:
            number += 1
            row = replace(row, id=number, details=_plain(row.details))
            last = chained(last, row)
            made.append(replace(row, hash=last))
        self.connection.do_many(
            f"INSERT INTO audit ({_COLUMNS}) VALUES ({', '.join('?' * 13)})",  # noqa: S608 - column names
            [_values(row) for row in made])
        self._put_head(replace(head, count=number, hash=last))

    def audit_head(self, *, lock: bool = False) -> AuditHead:
        """``lock``: nobody else adds to the chain until this transaction ends."""
        hold = " FOR UPDATE" if lock and self.connection.capabilities.skip_locked else ""
        rows = self.connection.ask(f"SELECT count, hash, anchor, anchor_hash, signature FROM audit_head{hold}")  # noqa: S608
        return AuditHead(*rows[0])

    def search_audit(self, search: AuditSearch, limit: int, before: int | None = None, *,
                     window: int | None = None) -> AuditPage:
        """Newest first, before the entry ``before``. ``window``: look through at most so many entries; what is older
        is for the next page.
        """
        top = before if before is not None else self.audit_head().count + 1
        bottom = max(top - window, 1) if window is not None else 1
        where, values = _conditions(search, self.connection)
        rows = self.connection.ask(
            f"SELECT {_COLUMNS} FROM audit WHERE id < ? AND id >= ?{where} ORDER BY id DESC LIMIT {int(limit) + 1}",  # noqa: S608
            top, bottom, *values)
        found = [_row(row) for row in rows[:limit]]
        if len(rows) > limit:
            return AuditPage(found, found[-1].id)
        return AuditPage(found, bottom if bottom > self.audit_head().anchor + 1 else None)

    def each_audit(self, search: AuditSearch | None = None, after: int = 0,
                   until: int | None = None) -> Iterator[AuditRow]:
        """All that match, oldest first, a page at a time."""
        where, values = _conditions(search or AuditSearch(), self.connection)
        while True:
            rows = self.connection.ask(
                f"SELECT {_COLUMNS} FROM audit WHERE id > ? AND id <= ?{where} ORDER BY id LIMIT {_PAGE}",  # noqa: S608
                after, until if until is not None else 2**62, *values)
            yield from (_row(row) for row in rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def last_audit_before(self, at: datetime) -> int:
        """The number of the last entry older than ``at``; 0: there is none."""
        rows = self.connection.ask("SELECT max(id) FROM audit WHERE at < ?", to_instant(at))
        return int(rows[0][0] or 0)

    def drop_archived(self, until: AuditRow) -> int:
        """Forget the entries up to ``until``, which are kept elsewhere: the chain then begins behind it."""
        head = self.audit_head(lock=True)
        self._put_head(replace(head, anchor=until.id, anchor_hash=until.hash))
        return self.connection.do("DELETE FROM audit WHERE id <= ?", until.id)

    def _put_head(self, head: AuditHead) -> None:
        key = self.audit_key()
        sign = signature(key, head) if key else ""
        self.connection.do("UPDATE audit_head SET count = ?, hash = ?, anchor = ?, anchor_hash = ?, signature = ?",
                           head.count, head.hash, head.anchor, head.anchor_hash, sign)


def _plain(details: Mapping[str, Any]) -> dict[str, Any]:
    """As it comes back from the database, so that it is hashed the same."""
    made: dict[str, Any] = orjson.loads(orjson.dumps(dict(details), default=str, option=orjson.OPT_NON_STR_KEYS))
    return made


def _values(row: AuditRow) -> tuple[Any, ...]:
    details = orjson.dumps(row.details, option=orjson.OPT_SORT_KEYS).decode()
    return (row.id, to_instant(row.at), row.kind, row.actor, row.behind, row.via, row.address, row.object, row.record,
            row.subject, row.text, details, row.hash)


def _row(values: tuple[Any, ...]) -> AuditRow:
    id, at, kind, actor, behind, via, address, object, record, subject, text, details, hash = values
    return AuditRow(from_instant(at), kind, actor, via, address, object, record, subject, behind, text,
                    _details(details), id, hash)


def _details(text: str) -> dict[str, Any]:
    """What somebody has tampered with need not be JSON any more."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"unreadable": text}
    return found if isinstance(found, dict) else {"unreadable": text}


def _conditions(search: AuditSearch, connection: Connection) -> tuple[str, list[Any]]:
    parts: list[str] = []
    values: list[Any] = []

    def add(part: str, *given: Any) -> None:
        parts.append(f" AND {part}")
        values.extend(given)

    for column, value in (("actor", search.actor), ("record_id", search.record), ("object", search.object or None)):
        if value is not None:
            add(f"{column} = ?", value)
    if search.subject is not None:
        add("(subject = ? OR actor = ?)", search.subject, search.subject)
    if search.kinds:
        add(f"kind {connection.among()}", connection.list_value(search.kinds))
    if search.since is not None:
        add("at >= ?", to_instant(search.since))
    if search.until is not None:
        add("at < ?", to_instant(search.until))
    for word in _words(search.text):
        add("(lower(text) LIKE ? ESCAPE '!' OR lower(details) LIKE ? ESCAPE '!' OR address LIKE ? ESCAPE '!')",
            word, word, word)
    return "".join(parts), values


def _words(text: str) -> Iterable[str]:
    for word in text.lower().split()[:10]:
        escaped = word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        yield f"%{escaped}%"
