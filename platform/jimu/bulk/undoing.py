"""Taking a mass change back: a run of its own that goes through the batches of the other, the last first."""

from __future__ import annotations

from jimu.bulk.results import Run, update_run
from jimu.bulk.running import begin
from jimu.errors import Conflict
from jimu.messages import Message
from jimu.records import Context, write


def start_undo(run: Run, context: Context) -> Run:
    """The run that takes ``run`` back, with the rights of whoever asks. Raises Conflict if there is nothing to take
    back, StaleVersion if somebody did so at this moment."""
    if not run.can_undo:
        raise Conflict(Message("There is nothing to take back."))
    values = {"of_object": run.object, "action": "undo", "total": run.changed, "undoes": run.id}
    with write.unit_of_work(context) as unit:
        made = begin(Message("Undo: {what}", {"what": run.subject}), values, unit)
        update_run(run, {"undone_by": made.id}, unit)
        return made
