"""References named by their titles, as they stand in a block of cells out of a spreadsheet."""

from __future__ import annotations

import json
from collections.abc import Iterable

from jimu.access.rules import action_allowed
from jimu.definitions.model import FieldDef
from jimu.errors import Problem
from jimu.messages import Message
from jimu.records import read
from jimu.records.requests import ListRequest
from jimu.web.pages.reader import Reader

_AT_ONCE = 100


def find_by_title(field: FieldDef, texts: Iterable[str], reader: Reader) -> dict[str, list[int]]:
    """title -> ids of the records that ``field`` may point at and the reader may see; one query per hundred titles."""
    wanted = sorted(text for text in set(texts) if text)
    found: dict[str, list[int]] = {}
    for target in field.target:
        if not action_allowed(reader.actor, reader.manifest, target, "read"):
            continue
        also = [field.filter] if field.filter is not None and field.filter.object == target else []
        for start in range(0, len(wanted), _AT_ONCE):
            some = ", ".join(json.dumps(text, ensure_ascii=False) for text in wanted[start : start + _AT_ONCE])
            request = ListRequest(
                target, where=f"title in [{some}]", also=also, fields=("title",), limit=_AT_ONCE * 2, titles=False
            )
            for record in read.list_records(request, reader.context).records:
                found.setdefault(record.title, []).append(record.id)
    return found


def unfound_problem(name: str, text: str, count: int) -> Problem:
    if count:
        return Problem("ambiguous", Message("Several records are called “{text}”.", {"text": text}), name)
    return Problem("not_found", Message("There is no record called “{text}”.", {"text": text}), name)
