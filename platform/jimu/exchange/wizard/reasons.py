"""Why rows of a check fail or need a look, in groups: what is said, of which column, how often, in which rows first.

Sentences that differ only in a name or a number are one group (5,000 rows that may be duplicates are one line, not
5,000); the commonest of what differs is told with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import orjson

from jimu.messages import Message, kept_message

MOST_REASONS = 60
FIRST_ROWS = 5
_TEXTS = 5
_HELD = 5_000
"""So many different texts of one group are counted; what comes after only adds to the number of rows."""
ANY = "…"


@dataclass(frozen=True)
class Reason:
    """``kind`` names the group (see ``kind_of``). ``first``: its first rows. ``texts``: what differs, how often, the
    commonest first; ``more``: how many further ones there are.
    """

    kind: str
    code: str
    header: str
    message: Message
    count: int
    first: Sequence[int] = ()
    texts: Sequence[tuple[str, int]] = ()
    more: int = 0


@dataclass
class _Group:
    code: str
    header: str
    kept: Any
    count: int = 0
    first: list[int] = field(default_factory=list)
    texts: Counter[str] = field(default_factory=Counter)

    def dump(self, kind: str) -> dict[str, Any]:
        listed = self.texts.most_common(_TEXTS) if len(self.texts) > 1 else []
        return {
            "kind": kind,
            "code": self.code,
            "header": self.header,
            "message": _general(self.kept) if listed else self.kept,
            "count": self.count,
            "first": self.first,
            "texts": [list(pair) for pair in listed],
            "more": len(self.texts) - len(listed) if listed else 0,
        }


class Reasons:
    """Groups as they grow, row by row."""

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}

    def add(self, row: int, code: str, header: str, kept: Any) -> None:
        group = self._groups.setdefault(kind_of(code, header, kept), _Group(code, header, kept))
        group.count += 1
        if len(group.first) < FIRST_ROWS:
            group.first.append(row)
        text = ", ".join(_plain(kept).values())
        if len(group.texts) < _HELD or text in group.texts:
            group.texts[text] += 1

    def dump(self) -> dict[str, Any]:
        common = sorted(self._groups.items(), key=lambda pair: -pair[1].count)
        return {
            "reasons": [group.dump(kind) for kind, group in common[:MOST_REASONS]],
            "more_reasons": max(0, len(common) - MOST_REASONS),
        }


def kind_of(code: str, header: str, kept: Any) -> str:
    """What all sentences of a group have in common, as a short word for an address."""
    return f"{crc32(orjson.dumps([code, header, _general(kept)])):08x}"


def _general(kept: Any) -> Any:
    """The sentence with a place for whatever differs; labels and sentences within it stay."""
    return {**kept, "with": {**kept["with"], **dict.fromkeys(_plain(kept), ANY)}} if isinstance(kept, dict) else kept


def _plain(kept: Any) -> dict[str, str]:
    """The names and numbers of a sentence that was kept."""
    params = kept["with"] if isinstance(kept, dict) else {}
    return {name: str(value) for name, value in params.items() if isinstance(value, str | int)}


def reasons_of(forecast: Mapping[str, Any]) -> list[Reason]:
    """The groups of a forecast that was dumped, the commonest first."""
    return [
        Reason(
            one["kind"],
            one["code"],
            one["header"],
            kept_message(one["message"]),
            one["count"],
            one["first"],
            [(text, n) for text, n in one["texts"]],
            one["more"],
        )
        for one in forecast.get("reasons") or ()
        if isinstance(one, dict)
    ]
