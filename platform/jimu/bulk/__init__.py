"""Bulk: what is done to many records at once, as *units* that can be taken back as a whole, at any size.

``try_out`` tells what would come of an action on a selection, ``start`` begins it, ``carry_on`` (``do_now`` for who
waits) does batch after batch until it is through. Other parts open a unit of their own with ``open_unit`` and write
through it. ``foresee_undo`` tells what taking a unit back would meet, ``start_undo`` does it; undoing that does it
again.
Every write goes through ``records.write`` with the rights that the asker has at that moment; what it did is kept in
records of ``mass_change`` and ``mass_batch``, which only the engine writes. Knows no HTTP and no SQL.
"""

from jimu.bulk.model import AT_ONCE, BATCH, MOST_IDS, Change, Item, MassRequest, Selection
from jimu.bulk.results import Run, failures_of, items_of_run, load_run, run_of
from jimu.bulk.running import carry_on, do_now, pause, resume, start, start_undo, stop
from jimu.bulk.selecting import count_selected
from jimu.bulk.trying import Forecast, try_out
from jimu.bulk.undoing import UndoForecast, foresee_undo
from jimu.bulk.units import Unit, open_unit, resume_unit

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
    "UndoForecast",
    "Unit",
    "carry_on",
    "count_selected",
    "do_now",
    "failures_of",
    "foresee_undo",
    "items_of_run",
    "load_run",
    "open_unit",
    "pause",
    "resume",
    "resume_unit",
    "run_of",
    "start",
    "start_undo",
    "stop",
    "try_out",
]
