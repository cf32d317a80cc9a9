"""Sending again what failed, or what another system lost."""

from __future__ import annotations

from jimu.errors import NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.flows.notices.delivering import DELIVERY, SEND_JOB
from jimu.flows.notices.webhooks import WEBHOOK, WEBHOOK_SEND_JOB
from jimu.messages import Message
from jimu.records import Context, write
from jimu.records.commands import Update


def send_anew(delivery: int, context: Context) -> None:
    """Queue a delivery once more, whatever became of it. Raises NotFound."""
    with write.unit_of_work(context) as inside:
        row = inside.transaction.fetch(DELIVERY, [delivery], ("channel",)).get(delivery)
        if row is None:
            raise NotFound(Message("There is no such delivery."))
        write.write(Update(DELIVERY, delivery, {"state": "waiting", "error": None}), inside)
        kind = WEBHOOK_SEND_JOB if row["channel"] == WEBHOOK else SEND_JOB
        inside.transaction.add_job(kind, {"id": encode_id(delivery)})
