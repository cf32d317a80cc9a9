"""How long units can be taken back: after the setting ``undo_days`` their values before are removed for good."""

from __future__ import annotations

from datetime import datetime, timedelta

from jimu.bulk.noting import as_engine
from jimu.bulk.results import BATCHES, RUN
from jimu.fieldtypes.ids import encode_id
from jimu.records import Context, Delete, ListRequest, Update, read, write

KEEPING = "jimu.bulk_keeping"
_RUNS = 50
_BATCHES = 200


def forget_old(context: Context) -> int:
    """Forgets the values of units that ended too long ago; how many. The units themselves stay, as history."""
    days = int(context.settings.get("undo_days") or 0)
    if not days:
        return 0
    before = context.clock() - timedelta(days=days)
    forgotten = 0
    while ids := _old(before, context):
        for id in ids:
            _forget(id, context)
        forgotten += len(ids)
    return forgotten


def _old(before: datetime, context: Context) -> list[int]:
    where = f"date(finished_at) < date({before.year}, {before.month}, {before.day}) and not forgotten"
    request = ListRequest(RUN, where=where, order=("finished_at",), fields=("id",), limit=_RUNS, titles=False)
    return [r.id for r in read.list_records(request, as_engine(context)).records]


def _forget(id: int, context: Context) -> None:
    """Batch by batch; the mark comes last, so that what was cut short is begun again."""
    while True:
        request = ListRequest(
            BATCHES, where=f"run == '{encode_id(id)}'", order=("id",), fields=("id",), limit=_BATCHES, titles=False
        )
        found = read.list_records(request, as_engine(context)).records
        if not found:
            break
        write.write_many([Delete(BATCHES, r.id, purge=True) for r in found], as_engine(context), values=False)
    write.write(Update(RUN, id, {"forgotten": True, "carry": None}), as_engine(context))
