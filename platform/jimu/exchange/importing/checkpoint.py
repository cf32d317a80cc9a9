"""Where an import stands, so that one that was killed goes on without doubling or losing a row.

The counters after each batch are written into the database, in the same transaction as the batch's records: either
both are there or neither. A small state file beside them says which run an unfinished import of this file was. It is
removed when the import ends; importing the same file once more is then a new run.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jimu.storage.entries import IdempotentAnswer
from jimu.storage.transaction import Transaction

CHUNK = 1 << 20


@dataclass(slots=True)
class Counters:
    """``row``: number of the last row done; ``read`` counts rows that the step did not leave out. ``unit``: by which
    the import can be taken back (0: none yet).
    """

    row: int = 1
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    unit: int = 0


class Checkpoint:
    """The place of one run. ``files`` None: nothing is kept (dry runs)."""

    def __init__(self, folder: Path | None, fingerprint: str) -> None:
        self._folder = folder
        self._state = folder / f"{fingerprint}.json" if folder else None
        self._batch = 0
        self.run = ""
        self.resumed = False
        self.abandoned = 0  # the unit of an unfinished run that is not gone on with

    @property
    def later_path(self) -> Path | None:
        """The file that keeps references to be resolved at the end."""
        return self._folder / f"{self.run}.later" if self._folder else None

    def open(self, transaction: Transaction, *, restart: bool) -> Counters:
        """The counters to go on from: those of an unfinished run of the same import, else zeros."""
        found = self._read_state()
        if found:
            self.run = found
            counters = self._last(transaction)
            if counters is not None and not restart:
                self.resumed = True
                return counters
            self.abandoned = counters.unit if counters is not None else 0
        self.run = uuid.uuid4().hex
        self._batch = 0
        if self._state is not None:
            self._state.parent.mkdir(parents=True, exist_ok=True)
            self._state.write_text(json.dumps({"run": self.run}), encoding="utf-8")
        return Counters()

    def save(self, transaction: Transaction, counters: Counters, now: datetime) -> None:
        """Part of the batch's own transaction."""
        if self._state is not None:
            answer = IdempotentAnswer(self.run, 200, json.dumps(asdict(counters)), now)
            transaction.put_answer(f"import:{self.run}", str(self._batch), answer)
        self._batch += 1

    def close(self) -> None:
        """The import has ended: the next one of the same file begins anew."""
        for path in (self._state, self.later_path):
            if path is not None:
                path.unlink(missing_ok=True)

    def _read_state(self) -> str:
        if self._state is None or not self._state.exists():
            return ""
        try:
            run = json.loads(self._state.read_text(encoding="utf-8"))["run"]
        except (ValueError, KeyError, TypeError):
            return ""
        return run if isinstance(run, str) and run.isalnum() else ""

    def _last(self, transaction: Transaction) -> Counters | None:
        counters = None
        while (answer := transaction.get_answer(f"import:{self.run}", str(self._batch))) is not None:
            counters = Counters(**json.loads(answer.body))
            self._batch += 1
        return counters


@dataclass(frozen=True, slots=True)
class FileFacts:
    """``digest`` is the SHA-256 of the content; ``lines`` about how many records there are, for progress."""

    digest: str
    lines: int


def read_facts(path: Path) -> FileFacts:
    digest = hashlib.sha256()
    feeds = returns = 0
    for chunk in _chunks(path):
        digest.update(chunk)
        feeds += chunk.count(b"\n")
        returns += chunk.count(b"\r")
    return FileFacts(digest.hexdigest(), max(feeds, returns))


def fingerprint(*parts: Any) -> str:
    """What makes two imports the same import: content, mapping, object, actor."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
