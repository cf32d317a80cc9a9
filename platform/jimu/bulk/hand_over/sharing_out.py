"""Who gets which record: the rules of a hand-over, for a page of records at a time."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jimu.bulk.hand_over.asked import HandOver, Part
from jimu.definitions.model import ObjectDef
from jimu.errors import BadRequest
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.records import Context, ListRequest, read
from jimu.records.commands import Record

PAGE = 200
MOST_GROUPS = 20_000
"""So many groups are kept in mind, to be shared out evenly; of more, chance decides (always the same)."""


@dataclass
class SharingOut:
    """``turn``: how many records or groups were shared out; ``groups``: group -> place of the person in ``people``."""

    asked: HandOver
    context: Context
    turn: int = 0
    groups: dict[int, int] = field(default_factory=dict)

    def receivers(self, part: Part, records: Sequence[Record]) -> dict[int, int | None]:
        """Record -> who gets it, None: it stays."""
        by_case = self._by_case(part, records) if self.asked.rule == "cases" else {}
        return {record.id: self._receiver(part, record, by_case) for record in records}

    def _receiver(self, part: Part, record: Record, by_case: Mapping[int, int]) -> int | None:
        asked = self.asked
        if record.id in asked.exceptions:
            return asked.exceptions[record.id]
        if asked.rule == "cases":
            return by_case.get(record.id, asked.people[0])
        if asked.rule == "round_robin":
            self.turn += 1
            return asked.people[(self.turn - 1) % len(asked.people)]
        if asked.rule == "together":
            return asked.people[self._place(self._group(part, record))]
        return asked.people[0]

    def _group(self, part: Part, record: Record) -> int:
        """The record that this one belongs to, of the object that keeps things together; else itself."""
        name = self.asked.together
        if part.object == name:
            return record.id
        lookup = link_to(self.context.manifest.object(part.object), name)
        value = record.values.get(lookup) if lookup else None
        return value if isinstance(value, int) else record.id

    def _place(self, group: int) -> int:
        known = self.groups.get(group)
        if known is not None:
            return known
        n = len(self.asked.people)
        if len(self.groups) >= MOST_GROUPS:
            return zlib.crc32(encode_id(group).encode()) % n
        self.groups[group] = self.turn % n
        self.turn += 1
        return self.groups[group]

    def _by_case(self, part: Part, records: Sequence[Record]) -> dict[int, int]:
        """The first case that holds of each record; a formula that means nothing for an object holds of none."""
        found: dict[int, int] = {}
        for when, person in self.asked.cases:
            left = [r.id for r in records if r.id not in found]
            if left:
                found |= dict.fromkeys(self._holding(part.object, when, left), person)
        return found

    def _holding(self, object: str, when: str, ids: Sequence[int]) -> list[int]:
        among = f"id in [{', '.join(repr(encode_id(id)) for id in ids)}]"
        request = ListRequest(object, where=among, also=[when], fields=("id",), limit=len(ids), titles=False)
        try:
            return [r.id for r in read.list_records(request, self.context).records]
        except BadRequest:
            return []

    def dump(self) -> dict[str, Any]:
        return {"turn": self.turn, "groups": {str(k): v for k, v in self.groups.items()}}

    def load(self, given: Mapping[str, Any]) -> None:
        self.turn = int(given.get("turn") or 0)
        self.groups = {int(k): int(v) for k, v in (given.get("groups") or {}).items()}


def link_to(object: ObjectDef, target: str) -> str:
    """The field by which records of ``object`` belong to one of ``target``; '' if there is none."""
    links = (f for f in object.active_fields if f.kind is Kind.REFERENCE and not f.system and target in f.target)
    return next((f.name for f in sorted(links, key=lambda f: f.type != "parent")), "")


def pages_of(part: Part, asked: HandOver, context: Context, after: str = "") -> Iterator[tuple[list[Record], str]]:
    """What the person still holds of a part, page by page, with the place after each ('': it was the last)."""
    object = context.manifest.object(part.object)
    lookup = link_to(object, asked.together) if asked.rule == "together" else ""
    place: str | None = after or None
    while True:
        request = ListRequest(
            part.object,
            where=f"{part.field} == '{encode_id(asked.leaver)}'",
            also=[part.where] if part.where else [],
            order=("id",),
            fields=tuple(name for name in (part.field, lookup) if name),
            limit=PAGE,
            after=place,
            titles=False,
        )
        page = read.list_records(request, context)
        yield page.records, page.next or ""
        if page.next is None:
            return
        place = page.next
