"""The audit as files: an export for people and other programs, and the archive into which old entries go.

An export (CSV, JSON lines) names people and records by their ids as everywhere outside. The archive keeps entries just
as they are chained, so that it can be checked years later, against itself and against the chain that goes on.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal

import orjson

from jimu.access.audit import By
from jimu.access.audit_kinds import KINDS
from jimu.exchange.spreadsheet_safety import protect
from jimu.fieldtypes.ids import encode_id
from jimu.storage import Database, Store, Transaction
from jimu.storage.audit import START, AuditHead, AuditRow, AuditSearch, chained
from jimu.translation import Catalogue

AuditFormat = Literal["csv", "jsonl"]
COLUMNS = (
    "number", "at", "kind", "event", "actor", "actor_name", "behind", "via", "address", "object", "record", "subject",
    "subject_name", "text", "details", "hash",
)  # fmt: skip
_NAMES_AT_A_TIME = 500


def dump_entry(row: AuditRow, names: Mapping[int, str], say: Catalogue) -> dict[str, Any]:
    """An entry for outside: ids in their readable form, people with their names, the kind in words too."""
    kind = KINDS.get(row.kind)
    return {
        "number": row.id,
        "at": row.at.isoformat().replace("+00:00", "Z"),
        "kind": row.kind,
        "event": kind.label.render(say) if kind else row.kind,
        "actor": _id(row.actor),
        "actor_name": name_of(row.actor, names),
        "behind": _id(row.behind),
        "via": row.via,
        "address": row.address,
        "object": row.object,
        "record": _id(row.record),
        "subject": _id(row.subject),
        "subject_name": name_of(row.subject, names),
        "text": row.text,
        "details": dict(row.details),
        "hash": row.hash,
    }


def name_of(user: int | None, names: Mapping[int, str]) -> str:
    """'' for nobody; the engine itself is called System."""
    if user is None:
        return ""
    return "System" if user == 0 else names.get(user, "")


def people_in(rows: Iterable[AuditRow]) -> set[int]:
    return {id for row in rows for id in (row.actor, row.subject, row.behind) if id}


def names_of(transaction: Transaction, ids: Iterable[int]) -> dict[int, str]:
    """What users are called, those too who are gone: the audit is theirs to be named in."""
    return {id: title.title or "" for id, title in transaction.titles(ids).items()}


def _id(value: int | None) -> str | None:
    return encode_id(value) if value else None


@dataclass(frozen=True)
class AuditExport:
    search: AuditSearch
    format: AuditFormat
    say: Catalogue


def export_audit(file: IO[bytes], wanted: AuditExport, store: Store, by: By) -> int:
    """Write all entries that match, oldest first; returns how many. That it was done is an entry itself."""
    with store.read() as transaction:
        rows = _dumped(transaction, wanted)
        count = _write_csv(file, rows) if wanted.format == "csv" else _write_lines(file, rows)
    with store.write() as transaction:
        by.note(transaction, "export.audit", details={"count": count, "format": wanted.format})
    return count


def _dumped(transaction: Transaction, wanted: AuditExport) -> Iterator[dict[str, Any]]:
    held: list[AuditRow] = []
    last = transaction.audit_head().count
    for row in transaction.each_audit(wanted.search, until=last):
        held.append(row)
        if len(held) == _NAMES_AT_A_TIME:
            yield from _with_names(transaction, held, wanted.say)
            held = []
    yield from _with_names(transaction, held, wanted.say)


def _with_names(transaction: Transaction, rows: list[AuditRow], say: Catalogue) -> Iterator[dict[str, Any]]:
    names = names_of(transaction, people_in(rows))
    return (dump_entry(row, names, say) for row in rows)


def _write_csv(file: IO[bytes], rows: Iterable[dict[str, Any]]) -> int:
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    writer, count = csv.writer(text), 0
    writer.writerow(COLUMNS)
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the answer
        details = orjson.dumps(row["details"]).decode() if row["details"] else ""
        cells = {**row, "details": details}
        writer.writerow([protect(str(cells[name])) if cells[name] is not None else "" for name in COLUMNS])
    text.detach()
    return count


def _write_lines(file: IO[bytes], rows: Iterable[dict[str, Any]]) -> int:
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the answer
        file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    return count


# --- the archive ------------------------------------------------------------------------------------------------------


def archive_audit(database: Database | Store, folder: Path, before: datetime, by: By) -> tuple[Path, int] | None:
    """Move the entries older than ``before`` into a new file in ``folder``; None: there are none. The chain then
    begins behind them. The file is whole and on disk before anything is forgotten.
    """
    with database.write() as transaction:
        head = transaction.audit_head(lock=True)
        last = transaction.last_audit_before(before)
        if not last:
            return None
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"audit-{head.anchor + 1:012d}-{last:012d}.jsonl.gz"
        row, count = _write_archive(path, transaction, head, last)
        transaction.drop_archived(row)
        by.note(transaction, "audit.archived", text=path.name, details={"count": count, "hash": row.hash})
    return path, count


def _write_archive(path: Path, transaction: Transaction, head: AuditHead, last: int) -> tuple[AuditRow, int]:
    temporary, row, count = path.with_suffix(".part"), None, 0
    with temporary.open("wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb") as file:
            file.write(orjson.dumps({"before": head.anchor_hash}, option=orjson.OPT_APPEND_NEWLINE))
            for row in transaction.each_audit(after=head.anchor, until=last):
                count += 1
                file.write(orjson.dumps(_plain(row), option=orjson.OPT_APPEND_NEWLINE))
        raw.flush()
        os.fsync(raw.fileno())
    os.replace(temporary, path)
    assert row is not None
    return row, count


def _plain(row: AuditRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in AuditRow.__slots__}


def verify_archive(path: Path) -> tuple[int, str, int | None]:
    """The number and hash of the last entry of an archive, and the first that is not what it was (None: all are)."""
    with gzip.open(path, "rb") as file:
        last, number = orjson.loads(file.readline())["before"], 0
        for line in file:
            data = orjson.loads(line)
            row = AuditRow(**{**data, "at": datetime.fromisoformat(data["at"])})
            if (number and row.id != number + 1) or chained(last, replace(row)) != row.hash:
                return number, last, number + 1
            last, number = row.hash, row.id
    return number, last or START, None
