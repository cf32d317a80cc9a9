"""The page on which records are merged: side by side, a choice for each field that differs, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jimu.care.choosing import Proposal
from jimu.care.merging import Merge, MergeForecast
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import Record, read
from jimu.web.pages.display import BLANK, Shown
from jimu.web.pages.fieldviews import value_of
from jimu.web.pages.model import FieldShape
from jimu.web.pages.moments import When, when_of
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.shapes import page_shape

ALL = "all"


@dataclass(frozen=True)
class MergedRecord:
    id: str
    title: str
    href: str
    owner: str
    changed_at: When | None
    is_master: bool


@dataclass(frozen=True)
class Option:
    """``value``: what the form sends: the id of a record, or all."""

    value: str
    shown: Shown
    is_chosen: bool


@dataclass(frozen=True)
class MergeRow:
    """``options``: one for each record, in their order. ``united``: for lists, all of them together."""

    name: str
    label: str
    options: Sequence[Option]
    result: Shown
    differs: bool
    united: Option | None = None


@dataclass(frozen=True)
class MergePage:
    object: str
    records: Sequence[MergedRecord]
    rows: Sequence[MergeRow]
    same: Sequence[MergeRow]
    moved: Sequence[tuple[str, int]]
    master: str
    address: str
    problems: list[str] = field(default_factory=list)


def build_merge_page(forecast: MergeForecast, reader: Reader) -> MergePage:
    """Values are shown as the reader may see them; a field that they may not see is left to what is proposed."""
    merge = forecast.merge
    records = {id: read.get(merge.object, id, reader.context) for id in forecast.rows}
    shapes = page_shape(merge.object, reader).fields
    rows = [
        _row(proposal, shapes[proposal.field.name], forecast, records)
        for proposal in forecast.proposals
        if proposal.field.name in shapes and proposal.sources and proposal.field.name in forecast.readable
    ]
    ids = ",".join(encode_id(id) for id in merge.ids)
    return MergePage(
        merge.object,
        [_head(record, merge, reader) for record in records.values()],
        [row for row in rows if row.differs],
        [row for row in rows if not row.differs],
        _moved(forecast, reader),
        encode_id(merge.master),
        f"/merge?object={merge.object}&ids={ids}",
    )


def _head(record: Record, merge: Merge, reader: Reader) -> MergedRecord:
    owner = record.titles.get(record.values.get("owner") or 0, "")
    at = record.values.get("updated_at")
    return MergedRecord(
        encode_id(record.id),
        record.title or reader.render(Message("(no title)")),
        record_url(record.object, record.id),
        owner,
        when_of(at, reader) if at else None,
        record.id == merge.master,
    )


def _row(proposal: Proposal, shape: FieldShape, forecast: MergeForecast, records: Mapping[int, Record]) -> MergeRow:
    name = proposal.field.name
    chosen = forecast.merge.chosen.get(name, proposal.source)
    options = [Option(encode_id(id), _shown(shape, record), chosen == id) for id, record in records.items()]
    master = records[forecast.merge.master]
    united = None
    if proposal.source == 0 or chosen == 0:
        values = {**master.values, name: _united(name, records, forecast.merge.master)}
        titles = {id: title for record in records.values() for id, title in record.titles.items()}
        united = Option(ALL, shape.present(values[name], values, titles), chosen == 0)
    result = next((option.shown for option in options if option.is_chosen), united.shown if united else BLANK)
    can_choose = shape.state == "edit" and proposal.differs
    return MergeRow(name, shape.label, options, result, can_choose, united)


def _united(name: str, records: Mapping[int, Record], master: int) -> list[object]:
    ordered = [master, *(id for id in records if id != master)]
    return list(dict.fromkeys(value for id in ordered for value in records[id].values.get(name) or ()))


def _shown(shape: FieldShape, record: Record) -> Shown:
    return shape.present(value_of(shape, record.values), record.values, record.titles)


def _moved(forecast: MergeForecast, reader: Reader) -> list[tuple[str, int]]:
    """What moves along, as far as people know of such records."""
    objects, known = reader.manifest.objects, {"comment", "attachment", "activity"}
    listed = [(name, n) for name, n in forecast.children.items() if not objects[name].system or name in known]
    return [(reader.label(objects[name].plural), n) for name, n in listed]
