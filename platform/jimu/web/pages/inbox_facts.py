"""What an approval is about in the inbox: the highlights of its record, as far as the one who is asked may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jimu.definitions.approvals.model import FlowDef
from jimu.flows.approvals.inbox import Item
from jimu.records import ListRequest, read
from jimu.web.pages.conditions import judge_for
from jimu.web.pages.reader import Reader
from jimu.web.pages.record_card import telling
from jimu.web.pages.record_fields import FieldShower, ShownField
from jimu.web.pages.shapes import page_shape

MOST_FACTS = 3
Facts = Mapping[int, Sequence[ShownField]]
"""Record -> the highlights that have a value."""


def facts_of(items: Sequence[Item], reader: Reader) -> Facts:
    """One reading per object. A node that hides fields from those it asks shows none here."""
    wanted: dict[str, set[int]] = {}
    for item in items:
        if item.record and item.object in reader.manifest.objects and not _hides(item, reader):
            wanted.setdefault(item.object, set()).add(item.record)
    return {id: shown for object, ids in wanted.items() for id, shown in _of_object(object, sorted(ids), reader)}


def _of_object(object: str, ids: Sequence[int], reader: Reader) -> list[tuple[int, Sequence[ShownField]]]:
    found = read.list_records(ListRequest(object, ids=ids, limit=len(ids)), reader.context).records
    facts: list[tuple[int, Sequence[ShownField]]] = []
    for record in found:
        shape = page_shape(object, reader, record.values.get("record_type"))
        show = FieldShower(record, judge_for(object, record.values, reader), reader)
        shown = [field for field in show.all(telling(shape.highlights)) if not field.is_blank]
        facts.append((record.id, shown[:MOST_FACTS]))
    return facts


def _hides(item: Item, reader: Reader) -> bool:
    flow = reader.manifest.all("approval").get(item.flow)
    node = flow.nodes.get(item.node) if isinstance(flow, FlowDef) else None
    return node is not None and "hidden" in node.fields.values()
