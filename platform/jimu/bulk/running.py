"""Runs from their beginning to their end: batch after batch, each in a transaction that also notes what it did.

A run can be carried on by anybody at any time, also by two at once: a batch that was noted is not done again, and one
that was not noted was not done.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from jimu.bulk.actions import require_allowed
from jimu.bulk.model import MOST_ATOMIC, Item, MassRequest
from jimu.bulk.noting import as_engine
from jimu.bulk.portions import Batch, change_next
from jimu.bulk.results import Run, create_run, end_run, load_run, note_items, update_run
from jimu.bulk.selecting import count_selected
from jimu.bulk.undoing import start_undo as make_undo
from jimu.bulk.undoing import undo_next
from jimu.errors import BadRequest, Conflict, Forbidden, NotFound, StaleVersion
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import Context, write
from jimu.records.auditing import audit
from jimu.records.rollups_due import work_off_rollups
from jimu.storage.entries import BULK, JobRow

JOB = "jimu.mass_change"
JOBS = {"import": "jimu.import", "hand_over": "jimu.hand_over", "merge": "jimu.merges"}
"""Action -> the kind of job that carries such units on, where it is another one; floors above bring their handlers."""

NOTHING_CHANGED = Message("Nothing was changed, since some of the records could not be.")
OVER = Message("It is over already.")
_ATTEMPTS = 20


class _NotAll(Exception):
    """Ends the transaction of a run that does all or nothing."""

    def __init__(self, failed: list[Item]) -> None:
        self.failed = failed


def start(request: MassRequest, context: Context) -> Run:
    """The run of a bulk action, ready to be carried on: by a job where there are many records (``is_job``), else by
    the caller. Raises what ``require_allowed`` raises, and BadRequest for a selection without records.
    """
    action = require_allowed(request, context)
    total = count_selected(request.selection, context)
    if not total:
        raise BadRequest(Message("There are no such records."))
    if request.all_or_nothing and total > MOST_ATOMIC:
        raise BadRequest(Message("All or nothing is possible for at most {most} records.", {"most": MOST_ATOMIC}))
    object = context.manifest.object(request.selection.object)
    values = {
        "of_object": object.name,
        "action": request.action,
        "all_or_nothing": request.all_or_nothing,
        "total": total,
        "plan": request.dump(),
    }
    subject = replace(action.subject, params={"object": object.plural, "count": total})
    with write.unit_of_work(context) as unit:
        run = load_run(create_run(subject, values, unit), as_engine(unit))
        details = {"action": request.action, "count": total, "unit": encode_id(run.id)}
        audit(unit, "data.mass_change", object=object.name, details=details)
        queue(run, unit)
        return run


def start_undo(run: Run, context: Context, *, overwrite: bool = False) -> Run:
    """The run that takes ``run`` back, ready to be carried on as after ``start``."""
    with write.unit_of_work(context) as unit:
        made = make_undo(run, unit, overwrite=overwrite)
        details = {"undoes": encode_id(run.id), "count": made.total, "unit": encode_id(made.id)}
        audit(unit, "data.undone", object=run.object, details=details)
        queue(made, unit)
        return made


def queue(run: Run, unit: Context, *, anyhow: bool = False) -> None:
    """Many records (``anyhow``: even few) are left to a job."""
    if (run.is_job or anyhow) and unit.actor.id is not None:
        payload = {"run": encode_id(run.id), "user": encode_id(run.owner or unit.actor.id)}
        unit.transaction.emit([JobRow(JOBS.get(run.action, JOB), payload, priority=BULK)])


def stop(run: Run, context: Context) -> Run:
    """No further batch is begun. What was done stays, and can be taken back."""
    return _settle(run, context, lambda now, unit: end_run(now, "stopped", unit))


def pause(run: Run, context: Context) -> Run:
    """No further batch is begun until ``resume``."""
    return _settle(run, context, lambda now, unit: update_run(now, {"state": "paused"}, unit))


def resume(run: Run, context: Context) -> Run:
    """A paused run goes on where it was, by the job of its action."""

    def go_on(now: Run, unit: Context) -> Run:
        going = update_run(now, {"state": "running"}, unit) if now.state == "paused" else now
        queue(going, unit, anyhow=True)
        return going

    return _settle(run, context, go_on)


def _settle(run: Run, context: Context, change: Callable[[Run, Context], Run]) -> Run:
    """Changes the state of a run that is not over, however busy the one is who works on it."""
    for _ in range(_ATTEMPTS):
        with suppress(StaleVersion), write.unit_of_work(context) as unit:
            now = load_run(run.id, as_engine(unit))
            if now.is_over:
                raise Conflict(OVER)
            return change(now, unit)
    raise Conflict(write.BUSY)


def carry_on(id: int, context: Context) -> Run:
    """Do the rest of a run as the context's actor, with the rights of now. Raises Conflict if the store is busy for
    long: what was done is noted, and it can be carried on.
    """
    run = load_run(id, as_engine(context))
    context = replace(context, reason=f"mass {encode_id(id)}", unit=id, rollups_later=run.is_job)
    while run.is_running:
        try:
            step(run, context)
        except StaleVersion:
            pass  # another worker has done this batch, or the run was stopped
        except (BadRequest, Forbidden, NotFound) as error:
            fail(run, error.message, context)
        run = load_run(id, as_engine(context))
        if context.rollups_later and run.is_running:
            context.store.give_way()
    if context.rollups_later:
        work_off_rollups(context)
    return run


def do_now(id: int, context: Context) -> Run:
    """``carry_on`` for somebody who waits: nobody comes back to a run that met a busy store, so it ends there."""
    try:
        return carry_on(id, context)
    except Conflict as error:
        fail(load_run(id, as_engine(context)), error.message, context)
        return load_run(id, as_engine(context))


def fail(run: Run, problem: Message, context: Context) -> None:
    """The run ends here, since it cannot go on."""
    with write.unit_of_work(context) as unit:
        end_run(run, "failed", unit, problem)


def step(run: Run, context: Context) -> None:
    if run.request is not None and run.request.all_or_nothing:
        _all_or_nothing(run, context)
        return
    with write.unit_of_work(context) as unit:
        _batch(run, unit)


def _batch(run: Run, unit: Context) -> tuple[Run, list[Item]]:
    """One batch, noted: the run after it, and what the batch did."""
    work: Callable[[Run, Context], Batch] = change_next if run.request is not None else undo_next
    items, after, more = work(run, unit)
    now = note_items(run, items, unit, progress=after, **more)
    return (now if after else end_run(now, "done", unit)), items


def _all_or_nothing(run: Run, context: Context) -> None:
    """All batches in one transaction. If any record fails, it is rolled back, and only the failures are noted."""
    try:
        with write.unit_of_work(context) as unit:
            failed: list[Item] = []
            now = run
            while now.is_running:
                now, items = _batch(now, unit)
                failed += [item for item in items if item.status == "failed"]
            if failed:
                raise _NotAll(failed)
    except _NotAll as stopped:
        with write.unit_of_work(context) as unit:
            now = note_items(run, stopped.failed, unit, progress="")
            end_run(now, "failed", unit, NOTHING_CHANGED)
