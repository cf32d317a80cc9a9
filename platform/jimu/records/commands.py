"""Commands: what ``records.write`` can be asked to do.

Values are the outside's (JSON-like) or Python values; both coerce.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class Loaded(dict[str, Any]):
    """Values of a command that a face has loaded by their field types already; the write path does not load them again.

    Only for fields that the actor may edit; others are handed on as they came and are refused as ever.
    """


@dataclass(frozen=True, slots=True)
class Create:
    object: str
    values: Mapping[str, Any]
    id: int | None = None  # given only by import and seed re-runs; else made by the store


@dataclass(frozen=True, slots=True)
class OwnerNote:
    """Why a record changes hands, for its ownership history (system object ``claim``). ``action``: claimed, assigned,
    returned, auto_returned or taken_back; ``rule``: by which rule, ``why``: what spoke for the person; ``run``: the run
    of the pools that did it; ``accept_by``: until when the person has to take it up.
    """

    action: str
    pool: str = ""
    rule: str = ""
    reason: str = ""
    note: str = ""
    why: str = ""
    run: int | None = None
    accept_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """``version`` given: refuse if the record has moved on. None: last writer wins (bulk tools only). ``note``: kept
    with the change of the owner, where there is one; ``owner_since``: since when the owner who comes back had it.
    """

    object: str
    id: int
    values: Mapping[str, Any]
    version: int | None = None
    note: OwnerNote | None = None
    owner_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Into the recycle bin; ``purge`` (a right of its own) removes for good."""

    object: str
    id: int
    version: int | None = None
    purge: bool = False


@dataclass(frozen=True, slots=True)
class Restore:
    object: str
    id: int


@dataclass(frozen=True, slots=True)
class Upsert:
    """Update the one record whose ``key`` fields have these values, else create it."""

    object: str
    key: tuple[str, ...]
    values: Mapping[str, Any]


Command = Create | Update | Delete | Restore | Upsert


@dataclass(slots=True)
class Record:
    """A record as its reader may see it. ``values``: field name -> Python value, only readable fields.

    For looking at only; not frozen, since a list makes one for each row and a frozen one takes four times as long.
    ``expanded``: lookup name -> Record, for the paths asked to be expanded. ``titles``: id -> title of every record
    that a reference in ``values`` points at and the actor may know of.
    """

    object: str
    id: int
    version: int
    title: str
    values: Mapping[str, Any]
    expanded: Mapping[str, Record | list[Record]] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)
    created: bool = False  # set by a write
    changed: tuple[str, ...] = ()  # set by a write: fields that changed
    duplicates: tuple[Any, ...] = ()  # set by a write: duplicates.Told, of which a rule warns
    waits: bool = False  # set by a write: for an approval, the record or what was to be changed of it


@dataclass(frozen=True, slots=True)
class RowResult:
    """The fate of one command of a batch: ``record`` or ``error`` is set.

    ``status``: created updated unchanged deleted purged restored failed. ``before``: the stored ``version``,
    ``updated_at`` and values of the fields that were changed, whoever may read them: for the engine, never for a face.
    """

    row: int
    status: str
    record: Record | None = None
    error: Any = None  # JimuError
    before: Mapping[str, Any] | None = None


@dataclass(slots=True)
class BatchResult:
    rows: list[RowResult] = field(default_factory=list)
    committed: bool = True

    @property
    def failed(self) -> list[RowResult]:
        return [r for r in self.rows if r.status == "failed"]
