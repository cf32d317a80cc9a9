"""What the pages of a record say while an approval holds it, or keeps it as it is: by which one, with a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals.final_lock import may_change, settled
from jimu.flows.approvals.panel import approvals_of
from jimu.records.reading import reading
from jimu.web.pages.reader import Reader

Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Holding:
    """Addresses and names of flows. ``settled``: of the approval that has ended and still keeps the record locked."""

    running: tuple[Link, ...]
    settled: tuple[Link, ...] = ()


def running_approvals(object: str, record: int, reader: Reader) -> Holding | None:
    """The approvals that hold the record, for who may read it. Of objects that no flow is for nothing is asked."""
    flows = reader.manifest.all("approval")
    if not any(flow.object == object for flow in flows.values()):
        return None
    labels = {name: reader.label(flow.label) for name, flow in flows.items()}
    rows = [row for row in approvals_of(record, reader.context) if row["key"] is not None]
    with reading(reader.context) as transaction:
        kept = settled(object, [record], transaction, reader.context).values()
    ended = [row for row, flow in kept if not may_change(flow, reader.actor)]

    def links(found: list[Mapping[str, Any]]) -> tuple[Link, ...]:
        return tuple((f"/approvals/{encode_id(row['id'])}", labels.get(row["flow"], row["flow"])) for row in found)

    return Holding(links(rows), links(ended) if not rows else ())
