"""Runs from their beginning to their end: batch after batch, each in a transaction that also notes what it did.

A run can be carried on by anybody at any time, also by two at once: a batch that was noted is not done again, and one
that was not noted was not done.
"""

from __future__ import annotations

from dataclasses import replace

from jimu.bulk.changing import as_engine, require_allowed
from jimu.bulk.model import MOST_ATOMIC, Item, MassRequest
from jimu.bulk.portions import WORK
from jimu.bulk.results import Run, create_run, end_run, load_run, note_batch
from jimu.bulk.selecting import count_selected
from jimu.errors import BadRequest, Conflict, Forbidden, NotFound, StaleVersion
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import Context, write
from jimu.storage.entries import JobRow

JOB = "jimu.mass_change"
NOTHING_CHANGED = Message("Nothing was changed, since some of the records could not be.")
_SUBJECTS = {
    "edit": Message("Edit many: {object} ({count})"),
    "delete": Message("Delete many: {object} ({count})"),
}


class _NotAll(Exception):
    """Ends the transaction of a run that does all or nothing."""

    def __init__(self, failed: list[Item]) -> None:
        self.failed = failed


def start(request: MassRequest, context: Context) -> Run:
    """The run of a mass change, ready to be carried on: by a job where there are many records (``is_job``), else by
    the caller. Raises what ``require_allowed`` raises, and BadRequest for a selection without records.
    """
    require_allowed(request, context)
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
    subject = _SUBJECTS[request.action]
    with write.unit_of_work(context) as unit:
        return begin(replace(subject, params={"object": object.plural, "count": total}), values, unit)


def begin(subject: Message, values: dict[str, object], unit: Context) -> Run:
    """The new run within the caller's transaction; many records are left to a job."""
    run = load_run(create_run(subject, values, unit), as_engine(unit))
    if run.is_job and unit.actor.id is not None:
        payload = {"run": encode_id(run.id), "user": encode_id(unit.actor.id)}
        unit.transaction.emit([JobRow(JOB, payload)])
    return run


def stop(run: Run, context: Context) -> None:
    """No further batch is begun. What was done stays, and can be taken back."""
    if not run.is_running:
        raise Conflict(Message("It is over already."))
    with write.unit_of_work(context) as unit:
        end_run(run, "stopped", unit)


def carry_on(id: int, context: Context) -> Run:
    """Do the rest of a run as the context's actor, with the rights of now. Raises Conflict if the store is busy for
    long: what was done is noted, and it can be carried on.
    """
    context = replace(context, reason=f"mass {encode_id(id)}")
    run = load_run(id, as_engine(context))
    while run.is_running:
        try:
            step(run, context)
        except StaleVersion:
            pass  # another worker has done this batch, or the run was stopped
        except (BadRequest, Forbidden, NotFound) as error:
            fail(run, error.message, context)
        run = load_run(id, as_engine(context))
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
    items, after = WORK[run.action](run, unit)
    note_batch(run, items, after, unit)
    now = load_run(run.id, as_engine(unit))
    if not after:
        end_run(now, "done", unit)
        now = load_run(run.id, as_engine(unit))
    return now, items


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
            note_batch(run, stopped.failed, "", unit)
            end_run(load_run(run.id, as_engine(unit)), "failed", unit, NOTHING_CHANGED)
