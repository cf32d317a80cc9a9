"""What the pages of a record say while it is being approved: by which approval, with a link."""

from __future__ import annotations

from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals.panel import approvals_of
from jimu.web.pages.reader import Reader


def running_approvals(object: str, record: int, reader: Reader) -> list[tuple[str, str]]:
    """(address, name of the flow) of each approval of the record that has not ended, for who may read the record.

    Of objects that no flow is for nothing is asked.
    """
    flows = reader.manifest.all("approval")
    if not any(flow.object == object for flow in flows.values()):
        return []
    labels = {name: reader.label(flow.label) for name, flow in flows.items()}
    rows = [row for row in approvals_of(record, reader.context) if row["key"] is not None]
    return [(f"/approvals/{encode_id(row['id'])}", labels.get(row["flow"], row["flow"])) for row in rows]
