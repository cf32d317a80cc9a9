"""Bulk: one change of many records, chosen one by one or by what a list shows.

``try_out`` tells what would come of it, ``start`` begins it, ``carry_on`` (``do_now`` for who waits) does batch after
batch until it is through, ``start_undo`` takes it back. Every write goes through ``records.write_many`` with the rights
that the asker has at that moment; what it did is kept in records of ``mass_change`` and ``mass_batch``, which only the
engine writes. Knows no HTTP and no SQL.
"""

from jimu.bulk.model import AT_ONCE, BATCH, MOST_IDS, Change, Item, MassRequest, Selection
from jimu.bulk.results import Run, failures_of, load_run, run_of
from jimu.bulk.running import carry_on, do_now, start, stop
from jimu.bulk.selecting import count_selected
from jimu.bulk.trying import Forecast, try_out
from jimu.bulk.undoing import start_undo

__all__ = [
    "AT_ONCE",
    "BATCH",
    "MOST_IDS",
    "Change",
    "Forecast",
    "Item",
    "MassRequest",
    "Run",
    "Selection",
    "carry_on",
    "count_selected",
    "do_now",
    "failures_of",
    "load_run",
    "run_of",
    "start",
    "start_undo",
    "stop",
    "try_out",
]
