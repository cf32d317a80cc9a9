"""What an approval is about where it is no record as it stands: the change kept aside, and the records that may be
the same. Each reader sees of both what they may see of the records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jimu.errors import NotFound
from jimu.fieldtypes.masking import Masked
from jimu.flows.approvals.duplicates import held_values, matches_of
from jimu.flows.approvals.panel import Panel
from jimu.records import read
from jimu.web.pages.display import Shown, presenter_for
from jimu.web.pages.duplicates import DuplicatesPanel, duplicates_panel
from jimu.web.pages.reader import Reader


@dataclass(frozen=True, slots=True)
class WaitingChange:
    label: str
    before: Shown
    after: Shown


@dataclass(frozen=True, slots=True)
class Waiting:
    changes: tuple[WaitingChange, ...]
    duplicates: DuplicatesPanel | None


def waiting_of(found: Panel, reader: Reader) -> Waiting:
    told = matches_of(found.row, reader.context) if not found.run.is_final else []
    object = found.flow.object
    return Waiting(_changes(found, reader), duplicates_panel(object, told, reader) if told else None)


def _changes(found: Panel, reader: Reader) -> tuple[WaitingChange, ...]:
    """The fields that the reader may read, as they are and as they would be."""
    object, id = found.flow.object, found.row.get("record")
    if found.row.get("purpose") != "change" or not id:
        return ()
    try:
        record = read.get(object, id, reader.context)
    except NotFound:
        return ()
    held = held_values(found.row, reader.context)
    ids = [v for value in held.values() for v in (value if isinstance(value, list) else [value]) if type(v) is int]
    titles = {**record.titles, **read.resolve_titles(ids, reader.context)}
    return tuple(
        _change(object, name, record.values, {**record.values, **held}, titles, reader)
        for name in held
        if name in record.values and type(record.values[name]) is not Masked
    )


def _change(
    object: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any], titles: Any, reader: Reader
) -> WaitingChange:
    field = reader.manifest.objects[object].fields[name]
    show = presenter_for(field, reader)
    return WaitingChange(
        reader.label(field.label), show(before[name], before, titles), show(after[name], after, titles)
    )
