"""What ``records.read`` can be asked, and what it answers.

Names and formulas are the outside's; reading checks them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from jimu.records.commands import Record
from jimu.storage.query import Count, CountMode

Deleted = Literal["alive", "deleted", "any"]


@dataclass(frozen=True)
class ListRequest:
    """``where``: formula text or a checked Formula (a layout's). ``order``: field paths, "-" before = descending.

    ``fields``: what to return (None: all readable). ``expand``: lookups whose records come along. ``also``: more
    conditions that must hold too (a list's own ``where`` beside the user's filter); each text or Formula.
    ``search``: words for the object's full-text index. ``deleted``: the recycle bin. ``titles``: resolve the titles of
    all references on the page (one more query); programs that show nothing leave it off. ``action``: only records to
    which the actor may also do this (``export``). ``ids``: at most these.
    """

    object: str
    where: Any = None
    also: Sequence[Any] = ()
    order: Sequence[str] = ()
    fields: Sequence[str] | None = None
    expand: Sequence[str] = ()
    limit: int = 50
    after: str | None = None
    offset: int = 0
    count: CountMode = "none"
    search: str = ""
    deleted: Deleted = "alive"
    titles: bool = True
    action: str = "read"
    ids: Sequence[int] | None = None


@dataclass(frozen=True)
class RecordPage:
    records: list[Record]
    next: str | None
    count: Count | None = None


@dataclass(frozen=True)
class AggregateRequest:
    """``measures``: ``sum(amount)``, ``count()``, ``avg(amount) as mean``. ``groups``: ``stage``, ``month(close_on)``,
    ``account.industry``. ``order``: measures or groups, by name or as they are written, "-" before = descending.
    ``search``: words for the object's full-text index, as in lists.
    """

    object: str
    measures: Sequence[str] = ("count()",)
    groups: Sequence[str] = ()
    where: Any = None
    also: Sequence[Any] = ()
    order: Sequence[str] = ()
    limit: int = 1000
    search: str = ""


@dataclass(frozen=True)
class AggregateResult:
    """``rows``: one mapping per group, keyed by the names in ``groups`` and ``measures``. ``titles``: of referenced
    records.

    ``references``: those of ``groups`` whose values are record ids. ``per_currency``: of measures of money, by name,
    for each row the figure per currency; in the row itself it is None where there are several.
    """

    groups: list[str]
    measures: list[str]
    rows: list[dict[str, Any]]
    titles: Mapping[int, str] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    per_currency: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchResult:
    object: str
    id: int
    title: str
    score: float


@dataclass(frozen=True, slots=True)
class FieldChange:
    """``before``/``after`` are Python values as in ``Record.values``."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class HistoryItem:
    """One write of one record. ``of``: the title of a record that was merged into this one, whose write it was.

    ``action``: create update delete restore. ``via``: web, api, import, seed, job, cli, system.
    """

    id: int
    at: datetime
    actor: int | None
    action: str
    via: str
    reason: str
    version: int
    changes: tuple[FieldChange, ...] = ()
    of: str = ""


@dataclass(frozen=True)
class HistoryPage:
    """``titles``: of the actors and of the records named in the changes.

    ``before``: id to hand in for the page before; None: no more.
    """

    items: list[HistoryItem]
    titles: Mapping[int, str]
    before: int | None
