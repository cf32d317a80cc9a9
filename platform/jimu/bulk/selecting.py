"""The records of a selection, page by page in the order of their ids, as the actor may read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jimu.bulk.model import BATCH, Selection
from jimu.errors import BadRequest
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import Context, ListRequest, read
from jimu.records.commands import Record
from jimu.records.requests import Deleted
from jimu.storage.query import CountMode


@dataclass(frozen=True)
class Portion:
    """Some of the records. ``absent``: ids that were chosen and are not there, or not for the actor; ``next``: where
    to go on, '' at the end."""

    records: list[Record]
    absent: tuple[int, ...]
    next: str


def count_selected(selection: Selection, context: Context) -> int:
    """How many records there are; raises BadRequest if what the selection names is no longer understood."""
    if selection.ids:
        return len(selection.ids)
    page = read.list_records(_request(selection, context, (), limit=1, count="exact"), context)
    found = page.count.value if page.count else 0
    return max(0, found - len(selection.left_out))


def next_portion(selection: Selection, after: str, fields: Sequence[str], context: Context) -> Portion:
    """The next records after the place ``after`` ('': from the beginning), with the values of ``fields``."""
    if selection.ids:
        return _chosen(selection, int(after or 0), fields, context)
    page = read.list_records(_request(selection, context, fields, after=after), context)
    left_out = set(selection.left_out)
    return Portion([r for r in page.records if r.id not in left_out], (), page.next or "")


def find_records(
    object: str, ids: Sequence[int], fields: Sequence[str], context: Context, deleted: Deleted = "alive"
) -> dict[int, Record]:
    """Those of ``ids`` (one batch) that are there and that the actor may read."""
    if not ids:
        return {}
    where = f"id in [{', '.join(repr(encode_id(id)) for id in ids)}]"
    request = ListRequest(
        object, where=where, order=("id",), fields=tuple(fields), limit=len(ids), titles=False, deleted=deleted
    )
    return {r.id: r for r in read.list_records(request, context).records}


def _chosen(selection: Selection, at: int, fields: Sequence[str], context: Context) -> Portion:
    ids = selection.ids[at : at + BATCH]
    found = find_records(selection.object, ids, fields, context, _state(selection))
    absent = tuple(id for id in ids if id not in found)
    end = at + len(ids)
    return Portion([found[id] for id in ids if id in found], absent, str(end) if end < len(selection.ids) else "")


def _request(
    selection: Selection,
    context: Context,
    fields: Sequence[str],
    *,
    after: str = "",
    limit: int = BATCH,
    count: CountMode = "none",
) -> ListRequest:
    own = _condition(selection, context)
    return ListRequest(
        selection.object,
        also=[*([own] if own is not None else []), *selection.where],
        order=("id",),
        fields=tuple(fields),
        limit=limit,
        after=after or None,
        count=count,
        search=selection.search,
        titles=False,
        deleted=_state(selection),
    )


def _state(selection: Selection) -> Deleted:
    return "deleted" if selection.deleted else "alive"


def _condition(selection: Selection, context: Context) -> Any:
    """The list's own condition, as the configuration has it now."""
    if not selection.layout:
        return None
    for layout in context.manifest.lists_for(selection.object):
        if layout.name == selection.layout:
            return layout.where
    raise BadRequest(Message("The list that these records were chosen from is no longer there."))
